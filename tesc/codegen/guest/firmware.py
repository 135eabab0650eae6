"""The C that firmware compiles: a header with a function for each event, a source with the table."""

from __future__ import annotations

from tesc.codegen.guest import LICENSE, NOTICE, names
from tesc.codegen.guest.layout import listed
from tesc.syntax.c_type import with_name
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tesc.syntax.nodes import Parameter
    from tesc.units.unit import Unit, UnitEvent


def events_of(unit: Unit) -> list[UnitEvent]:
    """The guest's own events, those of the root range, by wire ID."""
    return [event for event in unit.events if event.range == 0]


def header(events: Sequence[UnitEvent]) -> str:
    """The header that firmware includes."""
    lines = [NOTICE, LICENSE, f"#ifndef {names.GUARD}", f"#define {names.GUARD}", ""]
    lines += [f'#include "{names.RUNTIME_HEADER}"', ""]
    lines += [f"#define {identifiers.c_id(event.name)} {event.wire_id}" for event in events]
    lines += [f"#define {names.EVENTS} {len(events)}"]
    for event in events:
        lines += ["", *_function(event)]
    lines += ["", f"#endif /* {names.GUARD} */"]
    return "".join(f"{line}\n" for line in lines)


def source(events: Sequence[UnitEvent], on: Collection[int]) -> str:
    """The source with the table; events whose indices are in `on` are switched on."""
    states = [not event.disabled and event.index in on for event in events]
    entries = [f'    {{ "{e.name}", {"true" if state else "false"} }},' for e, state in zip(events, states)]
    lines = [NOTICE, LICENSE, f'#include "{names.RUNTIME_HEADER}"', ""]
    lines += [f"TraceEvent {names.TABLE}[] = {{"]
    # C has no empty arrays.
    lines += entries or ["    { NULL, false },"]
    lines += ["};", f"const uint32_t tesc_guest_events = {len(events)};"]
    return "".join(f"{line}\n" for line in lines)


def _function(event: UnitEvent) -> list[str]:
    parameters = event.node.parameters
    called = names.parameters(event)
    declared = [declared_parameter(p, name) for p, name in zip(parameters, called)] or ["void"]
    lines = [*listed(f"static inline void {identifiers.c_function(event.name)}", declared, ""), "{"]
    if event.disabled:
        return [*lines, *(f"    (void){name};" for name in called), "}"]
    id_ = identifiers.c_id(event.name)
    words = [id_, *(as_word(p, name) for p, name in zip(parameters, called))]
    return [
        *lines,
        f"    if ({names.TABLE}[{id_}].state) {{",
        *listed(f"        {names.c_call(len(parameters))}", words, ";"),
        "    }",
        "}",
    ]


def declared_parameter(parameter: Parameter, name: str) -> str:
    text = parameter.type.text
    if "ssize_t" in parameter.type.words:
        # ssize_t is in <sys/types.h>, which freestanding compilers lack; ptrdiff_t is in <stddef.h>.
        words = ["ptrdiff_t" if word == "ssize_t" else word for word in parameter.type.words]
        text = " ".join(words) + (" " + "*" * parameter.type.pointers if parameter.type.pointers else "")
    return with_name(text, name)


def as_word(parameter: Parameter, name: str) -> str:
    """An argument as 64 bits: C sign-extends signed values and zero-extends others.

    Only pointers are cast to uintptr_t, because that would truncate a 64-bit value on a 32-bit guest.
    """
    return f"(uint64_t)(uintptr_t){name}" if parameter.type.is_pointer else f"(uint64_t){name}"
