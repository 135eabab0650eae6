"""DTrace and SystemTap: a static probe for each event, through dtrace(1)'s header."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend
from tesc.syntax.c_type import parse_type
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


# In notes, gcc names the low byte of a register %r8b; gdb calls it r8l and stops reading there.
_WIDENED = {
    **dict.fromkeys(("char", "signed char", "int8_t"), "(int)"),
    **dict.fromkeys(("unsigned char", "uint8_t", "bool"), "(unsigned)"),
}


def _widened(type_text: str) -> str:
    """A cast to a type with the same values whose register names all readers know."""
    type_ = parse_type(type_text)
    return "" if type_.pointers else _WIDENED.get(type_.base or "", "")


class Dtrace(Backend):
    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        if out.fixed:
            # With the default constraint, gcc's notes may name a global variable, at which gdb stops reading,
            # and clang puts all arguments on the stack. i386 has too few registers for ten arguments.
            out("#if defined(__x86_64__) || defined(__aarch64__)", "#ifndef STAP_SDT_ARG_CONSTRAINT")
            out("#define STAP_SDT_ARG_CONSTRAINT nr", "#endif", "#endif")
        variadic = out.release.has("sdt-variadic")
        if variadic:
            # SystemTap's sdt.h needs this for more than ten arguments.
            out("#ifndef SDT_USE_VARIADIC", "#define SDT_USE_VARIADIC 1", "#endif")
        out(f'#include "{out.included(group, "dtrace")}"', "")
        if variadic:
            out("#undef SDT_USE_VARIADIC")
        for event in events:
            enabled = identifiers.dtrace_enabled(event.name)
            # Not every dtrace(1) defines this macro.
            out(f"#ifndef {enabled}", f"#define {enabled}() true", "#endif")

    def h_state(self, event: UnitEvent) -> str:
        return f"{identifiers.dtrace_enabled(event.name)}()"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        names = [name for _, name in event.parameters]
        if out.fixed:
            names = [f"{_widened(type_)}{name}" for type_, name in event.parameters]
        out(f"    {identifiers.dtrace_macro(event.name)}({', '.join(names)});")

    def rs_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        if out.fixed and all(event.disabled for event in events):
            return  # a crate that denies warnings rejects an unused import
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
        from tesc.units.output_reasons import PERCENT, RUST_MODULE

        arguments = "".join([f", {argument}" for argument in rust.call_arguments(out, event)])
        # tracetool uses the line as a Python format, in which '%%' is a '%'.
        if "%" in arguments.replace("%%", ""):
            out.refuse(event, event.node.name_start, PERCENT.of(RUST_MODULE))
        arguments = arguments.replace("%%", "%")
        out(f"    ::trace::probe!(qemu, {event.name}{arguments});")


BACKEND = Dtrace()
