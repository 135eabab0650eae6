/* A simpletrace file, version 4, without the optimizations of QEMU's. SPDX-License-Identifier: 0BSD */
#include "qemu/osdep.h"

#include <time.h>
#include <unistd.h>

#include "trace/control.h"
#include "trace/simple.h"

static FILE *file;

static void put(const void *data, size_t size)
{
    if (fwrite(data, 1, size, file) != size) {
        perror("trace-demo");
        exit(1);
    }
}

static void put_u32(uint32_t value)
{
    put(&value, sizeof(value));
}

static void put_u64(uint64_t value)
{
    put(&value, sizeof(value));
}

/* The file's header, and each event's ID and name. */
void trace_init_file(void)
{
    TraceEvent *event;

    file = fopen("trace-demo", "wb");
    if (file == NULL) {
        perror("trace-demo");
        exit(1);
    }
    put_u64(UINT64_MAX);
    put_u64(UINT64_C(0xf2b177cb0aa429b4));
    put_u64(4);
    for (uint32_t id = 0; (event = trace_event_by_id(id)) != NULL; id++) {
        put_u64(0);
        put_u64(id);
        put_u32((uint32_t)strlen(event->name));
        put(event->name, strlen(event->name));
    }
}

int trace_record_start(TraceBufferRecord *rec, uint32_t id, size_t size)
{
    struct timespec now;

    if (file == NULL) {
        return 1;
    }
    rec->id = id;
    clock_gettime(CLOCK_MONOTONIC, &now);
    put_u64(1);
    put_u64(id);
    put_u64((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    put_u32((uint32_t)(24 + size));
    put_u32((uint32_t)getpid());
    return 0;
}

void trace_record_write_u64(TraceBufferRecord *rec, uint64_t value)
{
    (void)rec;
    put_u64(value);
}

void trace_record_write_str(TraceBufferRecord *rec, const char *text, uint32_t length)
{
    (void)rec;
    put_u32(length);
    put(text, length);
}

void trace_record_finish(TraceBufferRecord *rec)
{
    (void)rec;
    fflush(file);
}
