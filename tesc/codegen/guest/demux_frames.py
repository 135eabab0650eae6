"""The host's reader of frames: C that finds the events in a guest's bytes and calls trace functions."""

from __future__ import annotations

import os

from tesc.codegen.guest import LICENSE, NOTICE, names
from tesc.codegen.guest.layout import listed
from tesc.syntax.c_type import QUALIFIERS
from tesc.units import identifiers
from tesc.wire.schema import ArgumentKind, schema_of, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.guest.demux import Guest, Options
    from tesc.syntax.nodes import Parameter

_HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "host")
# The kinds of arguments in frames.c, by name in the hash; all others have 64 bits.
_LETTERS = {"bool": "b", "char": "c", "text": "t", "i8": "e", "u8": "E", "i16": "h", "u16": "H"}
_LETTERS.update(i32="w", u32="W", i64="x")
_ANY = "X"


def source(guests: Sequence[Guest], options: Options) -> str:
    """The C source: the reader, and each guest's tables and calls."""
    lines = [NOTICE, LICENSE, *(f'#include "{header}"' for header in options.headers)]
    lines += [f'#include "{options.own_header}"'] if options.own_header else ["", *_declarations(guests)]
    lines += ["", *_text("frames.c")]
    for guest in guests:
        lines += ["", *_guest(guest)]
    lines += ["", "const GuestFramed *const guest_frames_all[] = {"]
    lines += [*(f"    &{guest.host.framed}," for guest in guests), "    NULL,", "};"]
    return "".join(f"{line}\n" for line in lines)


def header(guests: Sequence[Guest], options: Options) -> str:
    """The C header: for the host's device."""
    guard = names.host_guard(options.group)
    lines = [NOTICE, LICENSE, f"#ifndef {guard}", f"#define {guard}", "", *_declarations(guests)]
    lines += ["", f"#endif /* {guard} */"]
    return "".join(f"{line}\n" for line in lines)


def _text(name: str) -> list[str]:
    with open(os.path.join(_HOST, name), encoding="utf-8") as file:
        return file.read().splitlines()


def _declarations(guests: Sequence[Guest]) -> list[str]:
    return [*_text("frames.h"), "", *(f"extern const GuestFramed {guest.host.framed};" for guest in guests)]


def _guest(guest: Guest) -> list[str]:
    host, events = guest.host, guest.events
    schema = schema_of([signature_of(event, guest.prefix) for event in events])
    kinds = [
        "".join([_LETTERS.get(kind.name, _ANY) for kind in signature.kinds])
        for signature in schema.signatures
    ]
    lines = [f"static const char *const {host.framed}_kinds[] = {{"]
    lines += [f'    "{letters}", /* {event.name} */' for letters, event in zip(kinds, events)]
    lines += [*([] if events else ['    "",']), "};", ""]
    lines += [f"static void {host.framed}_call(uint32_t wire_id, const GuestValue *values)", "{"]
    lines += ["    (void)values;", "    switch (wire_id) {"]
    for event, signature in zip(events, schema.signatures):
        lines += [f"    case {event.wire_id}:"]
        if event.disabled:
            lines += [f"        /* {event.name} is disabled */"]
        else:
            pairs = enumerate(zip(event.node.parameters, signature.kinds))
            arguments = [_argument(parameter, kind, f"values[{n}]") for n, (parameter, kind) in pairs]
            lines += listed(f"        {identifiers.c_function(event.name)}", arguments, ";")
        lines += ["        break;"]
    lines += ["    default:", "        break;", "    }", "}", "", *_wanted(guest), ""]
    return [
        *lines,
        f"const GuestFramed {host.framed} = {{",
        f'    "{host.guest}", UINT64_C(0x{schema.shown}), {len(events)},',
        f"    {host.framed}_kinds, {host.framed}_call, {host.framed}_on,",
        "};",
    ]


def _wanted(guest: Guest) -> list[str]:
    """The function that says whether the host wants an event, for which QEMU has a macro."""
    lines = [f"static bool {guest.host.framed}_on(uint32_t wire_id)", "{"]
    lines += ["#ifdef trace_event_get_state_backends", "    switch (wire_id) {"]
    for event in guest.events:
        if not event.disabled:
            lines += [f"    case {event.wire_id}:"]
            lines += [f"        return trace_event_get_state_backends({identifiers.c_id(event.name)});"]
    lines += ["    default:", "        return false;", "    }", "#else"]
    return [*lines, "    (void)wire_id;", "    return true;", "#endif", "}"]


def _argument(parameter: Parameter, kind: ArgumentKind, value: str) -> str:
    """A value as an argument of the host's function, for which a guest's pointers are numbers."""
    if kind.letter == "t":
        return f"{value}.text"
    if parameter.type.is_pointer:
        return f"{value}.number"
    if parameter.type.base == "bool":
        return f"{value}.number != 0"
    text = " ".join(word for word in parameter.type.words if word not in QUALIFIERS)
    return f"{value}.number" if text == "uint64_t" else f"({text}){value}.number"
