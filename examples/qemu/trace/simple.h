/* The simple backend's side of the program. SPDX-License-Identifier: 0BSD */
#ifndef TRACE_SIMPLE_H
#define TRACE_SIMPLE_H

#include "qemu/osdep.h"

#define MAX_TRACE_STRLEN 512

typedef struct TraceBufferRecord {
    uint32_t id;
} TraceBufferRecord;

/* Non-zero: drop the event. */
int trace_record_start(TraceBufferRecord *rec, uint32_t id, size_t size);
void trace_record_write_u64(TraceBufferRecord *rec, uint64_t value);
void trace_record_write_str(TraceBufferRecord *rec, const char *text, uint32_t length);
void trace_record_finish(TraceBufferRecord *rec);

#endif
