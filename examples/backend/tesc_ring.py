"""A backend of another package: events go into a ring in memory, to be read after a crash."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, call_arguments
from tesc.codegen.qemu.output import line_of
from tesc.units import identifiers


class Ring(Backend):
    """`trace/ring.h` has to declare `void trace_ring_add(const char *format, ...)`."""

    # The calls are where the event is known to be switched on.
    checks_state = True

    def h_begin(self, out, events, group):
        out('#include "trace/ring.h"', "")

    def h_state(self, event):
        return f"trace_event_get_state_dynamic_by_id({identifiers.c_id(event.name)})"

    def h_event(self, out, event):
        # A compiler that finds a mistake in the format then names the trace-events file.
        out(line_of(event))
        out(f'        trace_ring_add("{event.name} " {event.format}{call_arguments(event)});')
        out(out.line_back())
