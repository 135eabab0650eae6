"""The C source: the events' objects, their registration, and the definitions of backends."""

from __future__ import annotations

from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    group = options.group
    out.head()
    out("", '#include "qemu/osdep.h"', '#include "qemu/module.h"')
    out(f'#include "{out.included(group, "h")}"', "")
    release = out.release
    space = "" if release.has("tight-pointers") else " "
    out(*[f"uint16_t {identifiers.c_state(event.name)};" for event in events])
    for event in events:
        out(
            f"TraceEvent {identifiers.c_object(event.name)} = {{",
            "    .id = 0,",
            *(() if release.has("no-vcpu-state") else (_vcpu(event),)),
            f'    .name = "{event.name}",',
            f"    .sstate = {identifiers.c_enabled(event.name)},",
            f"    .dstate = &{identifiers.c_state(event.name)}{space}",
            "};",
        )
    out(f"TraceEvent *{identifiers.group_table(group)}[] = {{")
    out(*[f"    &{identifiers.c_object(event.name)}," for event in events])
    out("  NULL,", "};", "")
    register = identifiers.group_register(group)
    out(f"static void {register}(void)", "{")
    out(f"    trace_event_register_group({identifiers.group_table(group)});", "}", f"trace_init({register})")
    for backend in backends:
        backend.c_begin(out, events)
    for event in events:
        if not event.disabled:
            for backend in backends:
                backend.c_event(out, event)


def _vcpu(event: UnitEvent) -> str:
    """The member with the event's index in each CPU's state."""
    return f"    .vcpu_id = {0 if event.node.has('vcpu') else 'TRACE_VCPU_EVENT_NONE'},"
