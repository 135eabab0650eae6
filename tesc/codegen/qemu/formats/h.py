"""The C header: what programs include and call."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import declared
from tesc.codegen.qemu.output import HEADER
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    guard = identifiers.header_guard(options.group)
    out(*HEADER, "", f"#ifndef {guard}", f"#define {guard}", "", '#include "trace/control.h"', "")
    for event in events:
        out(f"extern TraceEvent {identifiers.c_object(event.name)};")
    for event in events:
        out(f"extern uint16_t {identifiers.c_state(event.name)};")
    for event in events:
        out(f"#define {identifiers.c_enabled(event.name)} {0 if event.disabled else 1}")
    for backend in backends:
        backend.h_begin(out, events, options.group)
    always = [backend for backend in backends if not backend.checks_state]
    checked = [backend for backend in backends if backend.checks_state]
    for event in events:
        _event(out, event, backends, always, checked)
    out(f"#endif /* {guard} */")


def _event(
    out: Output,
    event: UnitEvent,
    backends: Sequence[Backend],
    always: Sequence[Backend],
    checked: Sequence[Backend],
) -> None:
    out("", f"#define {identifiers.c_backend_state(event.name)}() ( \\")
    if not event.disabled:
        for backend in backends:
            state = backend.h_state(event)
            if state:
                out(f"    {state} || \\")
    out("    false)", "")
    out(f"static inline void {identifiers.c_function(event.name)}({declared(event)})", "{")
    if not event.disabled:
        for backend in always:
            backend.h_event(out, event)
        if checked:
            out(f"    if (trace_event_get_state({identifiers.c_id(event.name)})) {{")
            for backend in checked:
                backend.h_event(out, event)
            out("    }")
    out("}")
