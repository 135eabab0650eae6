/* The type of events, of which generated headers declare one each. SPDX-License-Identifier: 0BSD */
#ifndef TRACE_CONTROL_H
#define TRACE_CONTROL_H

#include "qemu/osdep.h"

typedef struct TraceEvent {
    uint32_t id;
    const char *name;
    const bool sstate;
    uint16_t *dstate;
} TraceEvent;

extern int trace_events_enabled_count;

/* Called by each group's generated source; the array ends with NULL. */
void trace_event_register_group(TraceEvent **events);

/* Switch on the events whose names match a shell pattern. */
void trace_enable_events(const char *pattern);

#define trace_event_get_state(id) ((id##_ENABLED) && trace_event_get_state_dynamic_by_id(id))
#define trace_event_get_state_dynamic_by_id(id) (trace_events_enabled_count && _##id##_DSTATE)

#endif
