"""QEMU's own binary trace files: one record per event, 64 bits per number, text with its length."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.text import Text
    from tesc.units.unit import UnitEvent


class Simple(Backend):
    checks_state = True

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        for event in events:
            out(f"void {identifiers.simple_function(event.name)}({out.declared(event)});")
        out("")

    def h_state(self, event: UnitEvent) -> str:
        return f"trace_event_get_state_dynamic_by_id({identifiers.c_id(event.name)})"

    def h_event(self, out: Output, event: UnitEvent) -> None:
        names = ", ".join([name for _, name in event.parameters])
        out(f"        {identifiers.simple_function(event.name)}({names});")

    def c_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        out('#include "qemu/osdep.h"', '#include "trace/control.h"', '#include "trace/simple.h"', "")

    def c_event(self, out: Output, event: UnitEvent) -> None:
        parameters = event.parameters
        out(
            f"void {identifiers.simple_function(event.name)}({out.declared(event)})",
            "{",
            "    TraceBufferRecord rec;",
        )
        sizes = []
        texts = out.texts(event)
        for text, (_, name) in zip(texts, parameters):
            if text is not None:
                length = identifiers.simple_length(name)
                found = _length(text, name, parameters)
                out(f"    size_t {length} = {name} ? MIN({found}, MAX_TRACE_STRLEN) : 0;")
                sizes.append(f"4 + {length}")
            else:
                sizes.append("8")
        size = " + ".join(sizes) or "0"
        if not out.release.has("simple-checked-by-caller"):
            from tesc.codegen.qemu.older import state

            out("", f"    if (!{state(event)}) {{", "        return;", "    }")
        out(
            "",
            f"    if (trace_record_start(&rec, {identifiers.c_object(event.name)}.id, {size})) {{",
            "        return; /* Trace Buffer Full, Event Dropped ! */",
            "    }",
        )
        for text, (type_, name) in zip(texts, parameters):
            if text is not None:
                cast = "" if text.plain else "(const char *)"
                length = identifiers.simple_length(name)
                out(f"    trace_record_write_str(&rec, {cast}{name}, {length});")
            elif type_.endswith("*"):
                out(f"    trace_record_write_u64(&rec, (uintptr_t)(uint64_t *){name});")
            else:
                out(f"    trace_record_write_u64(&rec, (uint64_t){name});")
        out("    trace_record_finish(&rec);", "}", "")

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        from tesc.codegen.qemu import rust

        function = identifiers.simple_function(event.name)
        arguments = ", ".join(rust.call_arguments(out, event))
        out(
            f'        extern "C" {{ fn {function}({rust.extern_parameters(out, event)}); }}',
            f"        unsafe {{ {function}({arguments}); }}",
        )


def _length(text: Text, name: str, parameters: Sequence[tuple[str, str]]) -> str:
    """A C expression for the length of text that is not NULL; it reads no more than the format prints."""
    pointer = name if text.plain else f"(const char *){name}"
    if text.limit is not None:
        most = parameters[text.limit][1]
        # printf ignores a negative precision.
        return f"strnlen({pointer}, (int){most} < 0 ? MAX_TRACE_STRLEN : (size_t){most})"
    return f"strnlen({pointer}, {text.bytes})" if text.bounded else f"strlen({pointer})"


BACKEND = Simple()
