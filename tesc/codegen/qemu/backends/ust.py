"""LTTng user space tracing: a tracepoint for each event, through the group's provider header."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, call_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Ust(Backend):
    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        out("#include <lttng/tracepoint.h>", f'#include "{out.included(group, "ust")}"', "")
        out(
            "/* tracepoint_enabled() was introduced in LTTng UST 2.7 */",
            "#ifndef tracepoint_enabled",
            "#define tracepoint_enabled(a, b) true",
            "#endif",
            "",
        )

    def h_state(self, event: UnitEvent) -> str:
        return f"tracepoint_enabled(qemu, {event.name})"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        out(f"    tracepoint(qemu, {event.name}{call_arguments(event)});")


BACKEND = Ust()
