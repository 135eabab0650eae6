"""The host's demultiplexer for the words of 2011: from a guest's records to calls of trace functions."""

from __future__ import annotations

from tesc.codegen.guest import LICENSE, NOTICE, demux_text, names
from tesc.codegen.guest.layout import listed
from tesc.codegen.guest.names import Host
from tesc.limits import RECORD_ARGUMENTS
from tesc.records import record
from tesc.syntax.c_type import QUALIFIERS
from tesc.units import identifiers
from tesc.units import reasons as why
from tesc.units.groups import group_of
from tesc.units.rejections import Rejection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Parameter
    from tesc.units.unit import Inclusion, Unit, UnitEvent

_WORDS = ["wire_id", *(f"arg{number}" for number in range(1, RECORD_ARGUMENTS + 1))]


@record
class Guest:
    """One guest: its events by wire ID, its include (None: the root file), and its prefix.

    The prefix is the host's, which the guest does not know; it is empty for the root file.
    """

    host: Host
    events: tuple[UnitEvent, ...]
    inclusion: Inclusion | None
    prefix: str


@record
class Options:
    """`group` is the host's, `headers` declare its trace functions.

    `own_header` is the name of the demultiplexer's header, which the source includes. If it is empty, the
    source contains the declarations itself.
    """

    group: str
    headers: tuple[str, ...]
    own_header: str | None = None


def default_headers(group: str) -> tuple[str, ...]:
    """The headers that QEMU's sources include for their trace functions."""
    return ("qemu/osdep.h", identifiers.file_name(group, "h"))


def guests_of(unit: Unit, group: str) -> list[Guest]:
    """The guests of a host's unit, in the order of the includes.

    The root file itself is a guest if its configuration says so, or if it includes no guest.
    """
    events: list[list[UnitEvent]] = [[] for _ in unit.ranges]
    for event in unit.events:
        events[event.range].append(event)
    included = {chain[-1]: tree for chain, tree in unit.expansions}
    guests = []
    for one, mine in zip(unit.ranges, events):
        if one.inclusion is not None:
            name = one.prefix or group_of(included[one.inclusion].source.path).strip("_")
        elif len(unit.ranges) == 1 or any(event.crosses for event in mine):
            name = one.prefix or group
        else:
            continue
        prefix = one.prefix if one.inclusion is not None else ""
        guests.append(Guest(Host(name.removesuffix("_")), tuple(mine), one.inclusion, prefix))
    return guests


def clashes(guests: Sequence[Guest]) -> list[Rejection]:
    """The rejections of guests with the same name as an earlier one."""
    found = []
    seen: set[str] = set()
    for guest in guests:
        name = guest.host.guest
        if name in seen and guest.inclusion is not None:
            include = guest.inclusion.include
            span = include.prefix.span if include.prefix else include.path_span
            message = f"two guests are called '{name}': give this one another prefix"
            found.append(Rejection(why.SAME_GUEST.code, guest.inclusion.source, span, message))
        seen.add(name)
    return found


def source(guests: Sequence[Guest], options: Options) -> str:
    """The C source."""
    lines = [NOTICE, LICENSE, *(f'#include "{header}"' for header in options.headers)]
    if options.own_header:
        lines += [f'#include "{options.own_header}"']
    else:
        lines += ["", *_declarations(guests)]
    lines += ["", *demux_text.HELPERS]
    for guest in guests:
        lines += ["", *_counters(guest), "", *_call(guest), "", *_stream(guest)]
    if len(guests) == 1:
        lines += ["", *_only(guests[0].host)]
    return "".join(f"{line}\n" for line in lines)


def header(guests: Sequence[Guest], options: Options) -> str:
    """The C header: for the host's device."""
    guard = names.host_guard(options.group)
    lines = [NOTICE, LICENSE, f"#ifndef {guard}", f"#define {guard}", "", *_declarations(guests)]
    lines += ["", f"#endif /* {guard} */"]
    return "".join(f"{line}\n" for line in lines)


def _declarations(guests: Sequence[Guest]) -> list[str]:
    lines = [*demux_text.TYPE]
    hosts = [guest.host for guest in guests]
    for host in hosts:
        lines += ["", f"extern GuestDemux {host.counters};", *_prototypes(host)]
    if len(hosts) == 1:
        lines += ["", f"/* There is no guest but {hosts[0].guest}. */", *_prototypes(Host(""))]
    return lines


def _functions(host: Host, tail: str) -> list[list[str]]:
    """The heads of a guest's functions: for one record, for bytes, for the end of a stream."""
    return [
        listed(f"void {host.call}", [f"uint64_t {word}" for word in _WORDS], tail),
        listed(f"void {host.stream}", ["const void *data", "size_t size"], tail),
        listed(f"void {host.end}", ["void"], tail),
    ]


def _prototypes(host: Host) -> list[str]:
    return [line for head in _functions(host, ";") for line in head]


def _counters(guest: Guest) -> list[str]:
    return [
        f"GuestDemux {guest.host.counters} = {{",
        f'    .name = "{guest.host.guest}",',
        "    .allowance = GUEST_UNLIMITED,",
        "};",
    ]


def _call(guest: Guest) -> list[str]:
    events = guest.events
    used = max((len(event.node.parameters) for event in events if not event.disabled), default=0)
    lines = [*_functions(guest.host, "")[0], "{"]
    lines += [f"    (void)arg{number};" for number in range(used + 1, RECORD_ARGUMENTS + 1)]
    lines += [f"    if (!guest_demux_takes(&{guest.host.counters}, wire_id, {len(events)})) {{"]
    lines += ["        return;", "    }", "    switch (wire_id) {"]
    for event in events:
        lines += [f"    case {event.wire_id}:", *_event(event), "        break;"]
    return [*lines, "    default:", "        break;", "    }", "}"]


def _event(event: UnitEvent) -> list[str]:
    if event.disabled:
        return [f"        /* {event.name} is disabled */"]
    arguments = [_argument(p, f"arg{n}") for n, p in enumerate(event.node.parameters, 1)]
    return listed(f"        {identifiers.c_function(event.name)}", arguments, ";")


def _argument(parameter: Parameter, word: str) -> str:
    """A record's word as an argument of the host's function, for which a guest's pointers are numbers."""
    type_ = parameter.type
    if type_.is_pointer:
        return word
    if type_.base == "bool":
        return f"{word} != 0"
    text = " ".join(w for w in type_.words if w not in QUALIFIERS)
    return word if text == "uint64_t" else f"({text}){word}"


def _stream(guest: Guest) -> list[str]:
    host = guest.host
    return [
        f"void {host.stream}(const void *data, size_t size)",
        "{",
        f"    guest_demux_bytes(&{host.counters}, {host.call}, data, size);",
        "}",
        "",
        f"void {host.end}(void)",
        "{",
        f"    guest_demux_end(&{host.counters});",
        "}",
    ]


def _only(host: Host) -> list[str]:
    """The functions without a guest's name, for a single guest."""
    calls = (f"{host.call}({', '.join(_WORDS)})", f"{host.stream}(data, size)", f"{host.end}()")
    lines = []
    for head, call in zip(_functions(Host(""), ""), calls):
        lines += [*head, "{", f"    {call};", "}", ""]
    return lines[:-1]
