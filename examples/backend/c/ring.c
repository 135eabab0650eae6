/* A ring buffer of the last events, as text. SPDX-License-Identifier: 0BSD */
#include "trace/ring.h"

#include <stdarg.h>

#define ENTRIES 4
#define LENGTH 120

static char ring[ENTRIES][LENGTH];
static unsigned added;

void trace_ring_add(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(ring[added++ % ENTRIES], LENGTH, format, arguments);
    va_end(arguments);
}

void trace_ring_dump(FILE *stream)
{
    for (unsigned i = added > ENTRIES ? added - ENTRIES : 0; i < added; i++) {
        fprintf(stream, "%s\n", ring[i % ENTRIES]);
    }
}
