"""The kernel's trace marker: one write per event."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, call_arguments
from tesc.codegen.qemu.output import line_of
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Ftrace(Backend):
    checks_state = True

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        out('#include "trace/ftrace.h"', "")

    def h_state(self, event: UnitEvent) -> str:
        return f"trace_event_get_state_dynamic_by_id({identifiers.c_id(event.name)})"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        out(
            line_of(event),
            f'        ftrace_write("{event.name} " {event.format} "\\n" {call_arguments(event)});',
            out.line_back(2),
        )

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        from tesc.codegen.qemu import rust

        # In Rust only, tracetool forgets the event's name and the line end.
        begin, end = (f"{event.name} ", "\\n") if out.fixed else ("", "")
        out(
            f"        let format_string = {rust.format_literal(out, event, begin, end)};",
            "        unsafe {bindings::ftrace_write(format_string.as_ptr() as *const c_char, "
            f"{rust.variadic_arguments(out, event)});}}",
        )


BACKEND = Ftrace()
