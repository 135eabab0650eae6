/* The registry of events, and the log. SPDX-License-Identifier: 0BSD */
#include "qemu/osdep.h"

#include <fnmatch.h>
#include <stdarg.h>

#include "qemu/log-for-trace.h"
#include "trace/control.h"

#define MAX_EVENTS 256

int trace_events_enabled_count;

static TraceEvent *registered[MAX_EVENTS];
static uint32_t event_count;

void trace_event_register_group(TraceEvent **events)
{
    for (; *events != NULL && event_count < MAX_EVENTS; events++) {
        (*events)->id = event_count;
        registered[event_count++] = *events;
    }
}

TraceEvent *trace_event_by_id(uint32_t id)
{
    return id < event_count ? registered[id] : NULL;
}

void trace_enable_events(const char *pattern)
{
    for (uint32_t i = 0; i < event_count; i++) {
        if (registered[i]->sstate && fnmatch(pattern, registered[i]->name, 0) == 0) {
            *registered[i]->dstate = 1;
            trace_events_enabled_count++;
        }
    }
}

void qemu_log(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

/* trace/simple.c has the real one. */
void __attribute__((weak)) trace_init_file(void)
{
}
