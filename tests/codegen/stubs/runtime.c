/* One runtime for all tracers of the tests: text goes to standard error, records to standard output. */
#include "qemu/osdep.h"

#include <fnmatch.h>
#include <stdarg.h>

#include "qemu/log-for-trace.h"
#include "trace/control.h"
#include "trace/ftrace.h"
#include "trace/simple.h"

#define MAX_EVENTS 256

int trace_events_enabled_count;
int qemu_loglevel = LOG_TRACE;

static TraceEvent *registered[MAX_EVENTS];
static uint32_t events;

void trace_event_register_group(TraceEvent **group)
{
    for (; *group != NULL && events < MAX_EVENTS; group++) {
        (*group)->id = events;
        registered[events++] = *group;
    }
}

int trace_enable_events(const char *pattern)
{
    int found = 0;

    for (uint32_t i = 0; i < events; i++) {
        if (registered[i]->sstate && fnmatch(pattern, registered[i]->name, 0) == 0) {
            *registered[i]->dstate = 1;
            trace_events_enabled_count++;
            found++;
        }
    }
    return found;
}

void qemu_log(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

void ftrace_write(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

static void put(const void *data, size_t size)
{
    if (fwrite(data, 1, size, stdout) != size) {
        abort();
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

/* Type (1), ID, time (0 here), length, process ID (0 here); then the arguments. */
int trace_record_start(TraceBufferRecord *rec, uint32_t id, size_t size)
{
    rec->left = size;
    put_u64(1);
    put_u64(id);
    put_u64(0);
    put_u32((uint32_t)(24 + size));
    put_u32(0);
    return 0;
}

void trace_record_write_u64(TraceBufferRecord *rec, uint64_t value)
{
    rec->left -= sizeof(value);
    put_u64(value);
}

void trace_record_write_str(TraceBufferRecord *rec, const char *text, uint32_t length)
{
    rec->left -= sizeof(length) + length;
    put_u32(length);
    put(text, length);
}

/* The event must have written just what it announced. */
void trace_record_finish(TraceBufferRecord *rec)
{
    if (rec->left != 0) {
        abort();
    }
}
