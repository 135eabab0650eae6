"""QEMU's own binary trace files: one record an event, 64 bits a number, text with its length."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend, declared
from tesc.units import identifiers
from tesc.units.compat import is_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Simple(Backend):
    checks_state = True

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        for event in events:
            out(f"void {identifiers.simple_function(event.name)}({declared(event)});")
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
            f"void {identifiers.simple_function(event.name)}({declared(event)})",
            "{",
            "    TraceBufferRecord rec;",
        )
        sizes = []
        for type_, name in parameters:
            if is_string(type_):
                out(f"    size_t arg{name}_len = {name} ? MIN(strlen({name}), MAX_TRACE_STRLEN) : 0;")
                sizes.append(f"4 + arg{name}_len")
            else:
                sizes.append("8")
        size = " + ".join(sizes) or "0"
        out(
            "",
            f"    if (trace_record_start(&rec, {identifiers.c_object(event.name)}.id, {size})) {{",
            "        return; /* Trace Buffer Full, Event Dropped ! */",
            "    }",
        )
        for type_, name in parameters:
            if is_string(type_):
                out(f"    trace_record_write_str(&rec, {name}, arg{name}_len);")
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


BACKEND = Simple()
