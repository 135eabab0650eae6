"""The C that firmware compiles for the wire `frames`: a header per file of events, a source with tables.

A function tests a byte that says whether its event is on, and passes on a number: that of its file, and its
own in the file. So no header contains an ID: a change to one folder's events leaves the other headers
unchanged, and only its own sources are rebuilt. An event that is off costs one test of a byte; if the ID was
loaded, or its address passed on, compilers would do so before the test.
"""

from __future__ import annotations

import os

from tesc.codegen.guest import LICENSE, NOTICE, names
from tesc.codegen.guest.firmware import as_word, declared_parameter
from tesc.codegen.guest.layout import listed
from tesc.records import record
from tesc.units import identifiers
from tesc.units import reasons as why
from tesc.units.groups import group_of
from tesc.units.rejections import Rejection
from tesc.wire.packet import MOST_PACKET
from tesc.wire.schema import schema_of, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tesc.units.unit import UnitEvent

# The maximum size in bytes of a packet without its arguments (head, ID, source, time, checksum), and of one
# argument (text that is sent by its address).
_HEAD = 1 + 3 + 5 + 4 + 2
_LONGEST = {"1": 1, "u": 9, "s": 9, "t": 11}
# An event's number has 16 bits.
_MOST_EVENTS = 0xFFFF
_DIRECT = 6
_LOCAL = frozenset({"tesc_guest_x"})


@record
class FileEvents:
    """The events of one file, in order; `group` names its table, `number` is the file's position."""

    number: int
    path: str
    group: str
    events: tuple[UnitEvent, ...]


def files_of(events: Sequence[UnitEvent], root: str) -> list[FileEvents]:
    """The files that declare a guest's events, in the order of their first events.

    `root` is the path of the guest's root file. A file that is included twice, with two prefixes, counts
    twice.
    """
    found: dict[tuple[object, ...], list[UnitEvent]] = {}
    for event in events:
        found.setdefault((event.source, *(id(one.include) for one in event.chain)), []).append(event)
    folder = os.path.dirname(root)
    files: list[FileEvents] = []
    taken: set[str] = set()
    for mine in found.values():
        path = mine[0].source.path
        base = group_of(os.path.relpath(path, folder or ".")).strip("_") or "root"
        group, number = base, 1
        while group in taken:
            number += 1
            group = f"{base}_{number}"
        taken.add(group)
        files.append(FileEvents(len(files), path, group, tuple(mine)))
    return files


def header(files: Sequence[FileEvents]) -> str:
    """The header for the sources that use these files' events."""
    guard = names.GUARD if len(files) != 1 else f"TESC_GUEST_TRACE_{files[0].group.upper()}_H"
    lines = [NOTICE, LICENSE, f"#ifndef {guard}", f"#define {guard}", ""]
    lines += [f'#include "{names.RUNTIME_HEADER}"', ""]
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    for one in files:
        lines += [_declared(one)]
    for one in files:
        lines.append("")
        for number, event in enumerate(one.events):
            lines.append(f"#define {identifiers.c_id(event.name)} ({_states(one)}[{number}])")
    for one in files:
        for number, event in enumerate(one.events):
            lines += ["", *_function(event, one.number << 16 | number)]
    lines += ["", "#ifdef __cplusplus", "}", "#endif", "", f"#endif /* {guard} */"]
    return "".join(f"{line}\n" for line in lines)


def source(files: Sequence[FileEvents], events: Sequence[UnitEvent], on: Collection[int]) -> str:
    """The source with the tables; the events whose indexes are in `on` are switched on."""
    schema = schema_of([signature_of(event) for event in events])
    lines = [NOTICE, LICENSE, f'#include "{names.RUNTIME_HEADER}"']
    for one in files:
        states = [int(not event.disabled and event.index in on) for event in one.events]
        lines += ["", _declared(one), f"unsigned char {_states(one)}[] = {{"]
        lines += [f"    {state}, /* {event.name} */" for state, event in zip(states, one.events)]
        lines += ["};", f"static const uint16_t {_ids(one)}[] = {{"]
        lines += [f"    {event.wire_id}, /* {event.name} */" for event in one.events]
        lines += ["};"]
    lines += ["", "const char *const tesc_guest_events[] = {"]
    for event, signature in zip(events, schema.signatures):
        lines += [f'    "{signature.letters}\\000{event.name}",']
    # C has no empty arrays.
    lines += [*([] if events else ["    NULL,"]), "};", ""]
    entries = [f"    {{ {_states(one)}, {_ids(one)}, {len(one.events)} }}," for one in files]
    lines += ["const struct tesc_guest_file tesc_guest_files[] = {", *entries, "    { NULL, NULL, 0 },", "};"]
    low, high = schema.hash & 0xFFFFFFFF, schema.hash >> 32
    lines += ["", f"const uint32_t tesc_guest_count = {len(events)};"]
    lines += [f"const uint32_t tesc_guest_hash[2] = {{ 0x{low:08x}u, 0x{high:08x}u }};"]
    return "".join(f"{line}\n" for line in lines)


def _states(one: FileEvents) -> str:
    return f"tesc_guest_on_{one.group}"


def _declared(one: FileEvents) -> str:
    return f"extern unsigned char {_states(one)}[] TESC_GUEST_STATES;"


def _ids(one: FileEvents) -> str:
    return f"tesc_guest_ids_{one.group}"


def _function(event: UnitEvent, known_by: int) -> list[str]:
    """The function of an event, which passes the runtime's number for it."""
    parameters = event.node.parameters
    called = names.parameters(event, _LOCAL)
    declared = [declared_parameter(p, name) for p, name in zip(parameters, called)] or ["void"]
    lines = [*listed(f"static inline void {identifiers.c_function(event.name)}", declared, ""), "{"]
    if event.disabled:
        return [*lines, *(f"    (void){name};" for name in called), "}"]
    words = [as_word(p, name) for p, name in zip(parameters, called)]
    lines += [f"    if (tesc_guest_on({identifiers.c_id(event.name)})) {{"]
    if len(words) <= _DIRECT:
        lines += listed(f"        tesc_guest_{len(words)}", [f"{known_by}u", *words], ";")
    else:
        lines += [f"        uint64_t tesc_guest_x[{len(words)}];", ""]
        lines += [f"        tesc_guest_x[{number}] = {word};" for number, word in enumerate(words)]
        lines += [f"        tesc_guest_n({known_by}u, tesc_guest_x);"]
    return [*lines, "    }", "}"]


def too_long(events: Sequence[UnitEvent]) -> list[Rejection]:
    """The rejections of events that may not fit a frame, and of those beyond the highest number."""
    found = []
    for event in events:
        letters = signature_of(event).letters
        most = _HEAD + sum([_LONGEST[letter] for letter in letters])
        if most > MOST_PACKET:
            message = f"{len(letters)} arguments may take {most} bytes, but a frame holds {MOST_PACKET}"
            found.append(Rejection(why.FRAME.code, event.source, event.node.name_span, message))
    for event in events[_MOST_EVENTS : _MOST_EVENTS + 1]:
        message = f"a guest has at most {_MOST_EVENTS:,} events"
        found.append(Rejection(why.MOST_EVENTS.code, event.source, event.node.name_span, message))
    return found
