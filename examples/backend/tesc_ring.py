"""A backend in its own package: it keeps the last events in memory, to be read after a crash."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, call_arguments
from tesc.codegen.qemu.output import line_of
from tesc.units import identifiers


class Ring(Backend):
    """`trace/ring.h` must declare `void trace_ring_add(const char *format, ...)`."""

    # The generated code calls h_event's lines only if the event is on.
    checks_state = True

    def h_begin(self, out, events, group):
        out('#include "trace/ring.h"', "")

    def h_state(self, event):
        return f"trace_event_get_state_dynamic_by_id({identifiers.c_id(event.name)})"

    def h_event(self, out, event):
        # This makes compilers report a mistake in the format at its line in the trace-events file.
        out(line_of(event))
        out(f'        trace_ring_add("{event.name} " {event.format}{call_arguments(event)});')
        out(out.line_back())
