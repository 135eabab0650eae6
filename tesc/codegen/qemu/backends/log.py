"""The program's log: qemu_log() while LOG_TRACE is on."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, call_arguments
from tesc.codegen.qemu.output import line_of
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Log(Backend):
    checks_state = True

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        out('#include "qemu/log-for-trace.h"')
        if out.release.has("log-timestamp-option") and not out.release.has("log-without-time"):
            out('#include "qemu/error-report.h"')
        out("")

    def h_state(self, event: UnitEvent) -> str:
        return f"trace_event_get_state_dynamic_by_id({identifiers.c_id(event.name)})"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        out(
            "        if (qemu_loglevel_mask(LOG_TRACE)) {",
            line_of(event),
            f'            qemu_log("{event.name} " {event.format} "\\n"{call_arguments(event)});',
            out.line_back(3),
            "        }",
        )

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        from tesc.codegen.qemu import rust

        literal = rust.format_literal(out, event, f"{event.name} ", "\\n")
        out(
            f"        let format_string = {literal};",
            "        if (unsafe { bindings::qemu_loglevel } & bindings::LOG_TRACE) != 0 {",
            "            unsafe { bindings::qemu_log(format_string.as_ptr() as *const c_char, "
            f"{rust.variadic_arguments(out, event)});}}",
            "        }",
        )


BACKEND = Log()
