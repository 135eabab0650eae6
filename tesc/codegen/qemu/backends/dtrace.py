"""DTrace and SystemTap: a static probe an event, through dtrace(1)'s header."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Dtrace(Backend):
    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        # SystemTap's sdt.h passes more than ten arguments only so.
        out("#ifndef SDT_USE_VARIADIC", "#define SDT_USE_VARIADIC 1", "#endif")
        out(f'#include "{identifiers.file_name(group, "dtrace")}"', "", "#undef SDT_USE_VARIADIC")
        for event in events:
            enabled = identifiers.dtrace_enabled(event.name)
            # Not every dtrace(1) defines it.
            out(f"#ifndef {enabled}", f"#define {enabled}() true", "#endif")

    def h_state(self, event: UnitEvent) -> str:
        return f"{identifiers.dtrace_enabled(event.name)}()"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        names = ", ".join([name for _, name in event.parameters])
        out(f"    {identifiers.dtrace_macro(event.name)}({names});")

    def rs_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        out("use std::cell::UnsafeCell;", "", 'extern "C" {')
        for event in events:
            if not event.disabled:
                semaphore = identifiers.dtrace_semaphore(event.name)
                out("    #[allow(dead_code)]", f"    static {semaphore}: UnsafeCell<u16>;")
        out("}", "")

    def rs_state(self, event: UnitEvent) -> str:
        return f"(unsafe {{{identifiers.dtrace_semaphore(event.name)}.get().read_volatile()}}) != 0"

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        from tesc.codegen.qemu import rust

        arguments = "".join([f", {argument}" for argument in rust.call_arguments(out, event)])
        out(f"    ::trace::probe!(qemu, {event.name}{arguments});")


BACKEND = Dtrace()
