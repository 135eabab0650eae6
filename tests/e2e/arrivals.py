"""What arrived at a tracer for each argument, in a few words: the cells of docs/reference/tracers.md.

Only events with one parameter count here, so that any difference in a line comes from that parameter; the
tests of each tracer check all events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.e2e.declared import LONG_TEXT, Event, Parameter, shown

# A row's name, and what was seen.
Seen = Iterator[tuple[str, str]]
Calls = Iterable[tuple[Event, tuple]]

TEXT, LONG, EMPTY, NULL = "text", f"text of {len(LONG_TEXT)} bytes", "empty text", "NULL text"
COUNTED, NULL_COUNTED, ADDRESS = "text with a precision", "NULL text with a precision", "addresses"
# What a tracer should do with a text.
_ALL = {TEXT: "all of it", LONG: "all of it", COUNTED: "up to the precision"}


def row_of(event: Event, call: tuple) -> str:
    """The row of a call; for numbers, by their width and sign."""
    (parameter,), (sent,) = event.parameters, call
    if parameter.is_text:
        if sent is None:
            return NULL_COUNTED if parameter.precision else NULL
        if parameter.precision:
            return COUNTED
        return {"": EMPTY, LONG_TEXT: LONG}.get(sent, TEXT)
    return ADDRESS if parameter.is_pointer else number_row(parameter)


def number_row(parameter: Parameter) -> str:
    wide = {parameter.bits(64), parameter.bits(32)}
    bits = "32 or 64 bits" if len(wide) > 1 else f"{max(wide)} bit{'s' * (max(wide) > 1)}"
    return f"{bits}, {'signed' if parameter.is_signed else 'unsigned'}"


def spellings(events: Iterable[Event]) -> dict[str, list[str]]:
    """The spellings of the types in each row of numbers."""
    found: dict[str, set[str]] = {}
    for event in events:
        for parameter in event.parameters:
            if not parameter.is_pointer:
                found.setdefault(number_row(parameter), set()).add(" ".join(parameter.words))
    return {row: sorted(types, key=lambda one: (len(one.split()), one)) for row, types in found.items()}


def _alone(calls: Calls, arrived: Iterable) -> Iterator[tuple[Event, tuple, object]]:
    for (event, call), got in zip(calls, arrived):
        if len(event.parameters) == 1 and not event.disabled:
            yield event, call, got


def lines(
    calls: Calls, expected: Iterable[bytes], arrived: Iterable[bytes], whole: int | None = None
) -> Seen:
    """What was seen in lines of text; `whole` is a line's maximum length in bytes, including its end."""
    for event, call, (right, got) in _alone(calls, zip(expected, arrived)):
        row = row_of(event, call)
        if row not in (NULL, NULL_COUNTED, EMPTY):
            yield row, _line(row, right, got, whole)
        elif event.format in ('"p=%s"', '"p=%.3s"'):
            text = got.partition(b"p=")[2].decode()
            yield row, f"`{text}`" if text else "empty"


def _line(row: str, right: bytes, got: bytes, whole: int | None) -> str:
    if got == right:
        return _ALL.get(row, "as printf")
    if whole is not None and right.startswith(got):
        return f"{whole} bytes of the line"
    long = LONG_TEXT.encode()
    kept = [length for length in range(len(long)) if right.replace(long, long[:length]) == got]
    return f"{kept[-1]} bytes" if kept else f"`{got.decode('utf-8', 'replace')}`"


def words(calls: Calls, payloads: Iterable[tuple[str, bytes]]) -> Seen:
    """What was seen in simpletrace records: 64 bits for a number, length and bytes for a text."""
    for event, call, (_, data) in _alone(calls, payloads):
        row, (sent,) = row_of(event, call), call
        if event.parameters[0].is_text:
            length = int.from_bytes(data[:4], "little")
            yield row, _length(row, length, shown(event, call, 0))
            continue
        number = int.from_bytes(data, "little")
        if sent < 0:
            extended = number == sent & ((1 << 64) - 1)
            yield row, "64 bits, extended by the sign" if extended else f"`{number:#x}` for {sent}"
        elif number != sent:
            yield row, f"`{number:#x}` for {sent}"
        elif not event.parameters[0].is_signed:
            yield row, "64 bits"


def _length(row: str, length: int, text: bytes | None) -> str:
    if text is not None and length == len(text) and row != EMPTY:
        return "up to the precision" if row == COUNTED else "all of it"
    return f"{length} bytes" if length else "empty"


def fields(calls: Calls, found: Iterable[tuple[str, list]]) -> Seen:
    """What was seen in LTTng's fields: width and sign, and for which letters the base is hexadecimal."""
    signs: dict[str, dict[bool, set[str]]] = {}
    bases: dict[str, dict[int, set[str]]] = {}
    widths: dict[str, set[int]] = {}
    for event, call, (_, members) in _alone(calls, found):
        row, (parameter,) = row_of(event, call), event.parameters
        value, base, signed, bits = next(rest for name, *rest in members if name == parameter.name)
        if parameter.is_text:
            text = shown(event, call, 0)
            if row in (NULL, NULL_COUNTED):
                yield row, f"`{value}`" if value else "empty"
            elif row != EMPTY or value == "":  # babeltrace2 2.0.4 may show an empty text as an earlier one
                yield row, _length(row, len(value.encode()), text)
            continue
        signs.setdefault(row, {}).setdefault(signed, set()).add(parameter.letter)
        bases.setdefault(row, {}).setdefault(base, set()).add(parameter.letter)
        widths.setdefault(row, set()).add(bits)
    for row, by_sign in signs.items():
        sign = "signed" if by_sign.keys() == {True} else "unsigned"
        if len(by_sign) == 2:
            sign = f"signed with {_letters(by_sign[True])}, else unsigned"
        by_base = bases[row]
        base = "hexadecimal" if by_base.keys() == {16} else "decimal"
        if len(by_base) == 2:
            base = f"hexadecimal with {_letters(by_base[16])}"
        bits = " or ".join(map(str, sorted(widths[row])))
        yield row, f"{bits} bits, {sign}; {base}"


def _letters(letters: set[str]) -> str:
    return " ".join(f"`%{letter}`" for letter in sorted(letters))


def probe_arguments(
    calls: Calls, found: Iterable[tuple[str, list]], sizes: dict[str, tuple[int, ...]], pointer: int
) -> Seen:
    """What gdb read from SDT probes: the note's width and sign, if the value is the one that was sent."""
    for event, call, (_, values) in _alone(calls, found):
        row, (parameter,), (sent,), (value,) = row_of(event, call), event.parameters, call, values
        (size,) = sizes[event.name]
        note = f"{abs(size) * 8} bits, {'signed' if size < 0 else 'unsigned'}"
        if not isinstance(value, int):
            yield row, f"`{value}`"
        elif parameter.is_text:
            yield (
                row,
                ("0" if value == 0 else "an address") if (value == 0) == (sent is None) else f"`{value}`",
            )
        elif value & ((1 << abs(size) * 8) - 1) == sent & ((1 << abs(size) * 8) - 1):
            yield row, note
        elif pointer == 32 and abs(size) == 8 and value & 0xFFFFFFFF == sent & 0xFFFFFFFF:
            yield row, "of a 32-bit program the lower half"
        else:
            yield row, f"`{value}` for {sent}"


def tapset_lines(calls: Calls, tapset: str) -> Seen:
    """What a log tapset, resolved by SystemTap, passes to its printf."""
    bodies = dict(re.findall(r"^probe qemu\.log\.(\w+) = .*?\n\{\n(.*?)^\}", tapset, re.S | re.M))
    cut: dict[str, set[str]] = {}
    for event, call, body in _alone(calls, [bodies.get(event.name, "") for event, _ in calls]):
        row, (parameter,) = row_of(event, call), event.parameters
        if not parameter.is_text:
            cut.setdefault(row, set()).update(parameter.letter if " & 0x" in body else "")
            continue
        most = re.search(r"user_string_n\(\w+, (\d+)\)", body)
        null = re.search(r': "(.*?)"', body)
        assert most and null, body
        if row == COUNTED:
            yield row, "up to the precision"
        elif row in (NULL, NULL_COUNTED):
            yield row, f"`{null[1]}`"
        elif row != EMPTY:
            yield row, f"up to {most[1]} bytes"
        else:
            yield row, "empty"
    for row, letters in cut.items():
        yield row, f"cut with {_letters(letters)}" if letters else "as it is"
