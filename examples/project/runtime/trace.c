/* The registry of events, and the log. SPDX-License-Identifier: 0BSD */
#include "qemu/osdep.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>

#include "qemu/log-for-trace.h"
#include "trace/control.h"

#define MAX_GROUPS 32

int trace_events_enabled_count;

static TraceEvent **groups[MAX_GROUPS];
static int group_count;
static uint32_t event_count;

void trace_event_register_group(TraceEvent **events)
{
    if (group_count < MAX_GROUPS) {
        groups[group_count++] = events;
        for (; *events != NULL; events++) {
            (*events)->id = event_count++;
        }
    }
}

void trace_enable_events(const char *pattern)
{
    for (int i = 0; i < group_count; i++) {
        for (TraceEvent **event = groups[i]; *event != NULL; event++) {
            if ((*event)->sstate && fnmatch(pattern, (*event)->name, 0) == 0) {
                *(*event)->dstate = 1;
                trace_events_enabled_count++;
            }
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
