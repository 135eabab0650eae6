"""The C header: what programs include and call."""

from __future__ import annotations

from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    guard = identifiers.header_guard(options.group)
    out.head()
    out("", f"#ifndef {guard}", f"#define {guard}", "")
    # Events with the property vcpu are in the root's header.
    of_cpus = options.group == "root" and not out.release.has("no-vcpu-state")
    out(f'#include "trace/control{"-vcpu" if of_cpus else ""}.h"', "")
    out(*[f"extern TraceEvent {identifiers.c_object(event.name)};" for event in events])
    out(*[f"extern uint16_t {identifiers.c_state(event.name)};" for event in events])
    for event in events:
        if event.node.has("tcg-exec"):
            # The two events of a `tcg` declaration share one macro.
            out(f"#define {identifiers.c_enabled(event.name[:-5])} {0 if event.disabled else 1}")
        out(f"#define {identifiers.c_enabled(event.name)} {0 if event.disabled else 1}")
    for backend in backends:
        backend.h_begin(out, events, options.group)
    if not out.release.has("state-checked-once"):
        from tesc.codegen.qemu.older import define

        for event in events:
            _state(out, event, backends)
            define(out, event, zip(options.backends, backends))
        out(f"#endif /* {guard} */")
        return
    always = [backend for backend in backends if not backend.checks_state]
    checked = [backend for backend in backends if backend.checks_state]
    for event in events:
        _state(out, event, backends)
        _function(out, event, always, checked)
    out(f"#endif /* {guard} */")


def _state(out: Output, event: UnitEvent, backends: Sequence[Backend]) -> None:
    states = [] if event.disabled else [backend.h_state(event) for backend in backends]
    out(
        "",
        f"#define {identifiers.c_backend_state(event.name)}() ( \\",
        *[f"    {state} || \\" for state in states if state],
        "    false)",
    )


def _function(out: Output, event: UnitEvent, always: Sequence[Backend], checked: Sequence[Backend]) -> None:
    out("", f"static inline void {identifiers.c_function(event.name)}({out.declared(event)})", "{")
    if not event.disabled:
        for backend in always:
            backend.h_event(out, event)
        if checked:
            out(f"    if (trace_event_get_state({identifiers.c_id(event.name)})) {{")
            for backend in checked:
                backend.h_event(out, event)
            out("    }", "}")
            return
    out("}")
