"""What firmware compiles: the header with a function for each event, the source with the table."""

from __future__ import annotations

from tesc.codegen.guest import LICENSE, MAX_ARGUMENTS, NOTICE, names
from tesc.codegen.guest.layout import listed
from tesc.codegen.qemu.output import Rejection
from tesc.syntax.c_type import FLOATING_WORDS
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tesc.syntax.nodes import Parameter
    from tesc.units.unit import Unit, UnitEvent


def events_of(unit: Unit) -> list[UnitEvent]:
    """The guest's own events by wire ID: those of the root range."""
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
    """The source with the table; the events whose indexes are in `on` are switched on."""
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
        # <sys/types.h> has that one, and no freestanding compiler that header. <stddef.h> has its like.
        words = ["ptrdiff_t" if word == "ssize_t" else word for word in parameter.type.words]
        text = " ".join(words) + (" " + "*" * parameter.type.pointers if parameter.type.pointers else "")
    return f"{text}{name}" if text.endswith("*") else f"{text} {name}"


def as_word(parameter: Parameter, name: str) -> str:
    """An argument as 64 bits: C extends the sign of a signed value, and widens others with zeros.

    Through uintptr_t go pointers only: it would halve a 64-bit value of a 32-bit guest.
    """
    return f"(uint64_t)(uintptr_t){name}" if parameter.type.is_pointer else f"(uint64_t){name}"


def refusals(events: Sequence[UnitEvent]) -> list[Rejection]:
    """The events that the guest's header and table can't hold."""
    found = [refusal for event in events for refusal in (*too_many(event), *floating(event))]
    seen: dict[str, UnitEvent] = {}
    for event in events:
        if identifiers.c_function(event.name) == names.TABLE:
            found.append(refused(event, f"'{names.TABLE}' is the table of all events [TE103]"))
        other = seen.setdefault(identifiers.c_id(event.name), event)
        if other is not event and other.name == event.name:
            found.append(refused(event, f"event '{event.name}' is there already [TE101]"))
        elif other is not event:
            both = f"'{other.name}' and '{event.name}' are both {identifiers.c_id(event.name)}"
            found.append(refused(event, f"{both} [TE102]"))
    return found


def too_many(event: UnitEvent) -> list[Rejection]:
    """What is beyond the arguments that a record holds."""
    extra = event.node.parameters[MAX_ARGUMENTS:]
    if not extra:
        return []
    message = f"{len(event.node.parameters)} arguments, but a guest's record holds {MAX_ARGUMENTS} [TE301]"
    return [Rejection(event, extra[0].span.start, message)]


def floating(event: UnitEvent) -> list[Rejection]:
    """Parameters whose value a 64-bit word can't hold."""
    return [
        Rejection(event, p.type_span.start, f"a record holds integers, no '{p.type.text}' [TE306]")
        for p in event.node.parameters
        if not p.type.is_pointer and FLOATING_WORDS & set(p.type.words)
    ]


def refused(event: UnitEvent, message: str) -> Rejection:
    return Rejection(event, event.node.name_span.start, message)
