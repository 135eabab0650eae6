/* Events as objects. A generated header includes nothing else, so the standard types come from here. */
#ifndef STUB_CONTROL_H
#define STUB_CONTROL_H

#include "qemu/osdep.h"

typedef struct TraceEvent {
    uint32_t id;
    const char *name;
    const bool sstate;
    uint16_t *dstate;
} TraceEvent;

extern int trace_events_enabled_count;

void trace_event_register_group(TraceEvent **events);

/* Switch on the events whose names match; returns how many there are. */
int trace_enable_events(const char *pattern);

#define trace_event_get_state(id) ((id##_ENABLED) && trace_event_get_state_dynamic_by_id(id))
#define trace_event_get_state_dynamic_by_id(id) (trace_events_enabled_count && _##id##_DSTATE)

#endif
