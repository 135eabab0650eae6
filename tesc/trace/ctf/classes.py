"""Defines the classes of events' records, with typed fields, and makes the bytes of records.

A record is its time in nanoseconds, the number of its class, and its fields in order, all little-endian, each
field as wide as its type.
"""

from __future__ import annotations

import struct
from zlib import crc32

from tesc.records import record
from tesc.trace.values import Kind, typer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.values import Values

# A log may not show an argument: bit N is set if argument N is unknown; its field is then 0 or empty.
UNKNOWN = ("tesc_unknown", Kind(64))
_CODES = {8: "b", 16: "h", 32: "i", 64: "q"}


@record
class EventClass:
    """A class of records: its number, the event's name, and the names and kinds of its fields in order."""

    id: int
    name: str
    fields: tuple[tuple[str, Kind], ...]


class Classes:
    """The classes of the events so far. A class has the same number in all processes, whatever the order."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are those of all known events with their usual parameters."""
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.met: dict[int, EventClass] = {}

    def packer(self, event: TracedEvent) -> Callable[[Values], bytes]:
        """A function from an event's values to a record without its time; adds the event's class."""
        order = _order([name for _, name in event.parameters])
        kinds = [event.kinds[at] for at in order]
        fields = [(event.parameters[at][1], kind) for at, kind in zip(order, kinds)]
        if event.uncertain:
            fields.append(UNKNOWN)
        number = self._number(event.name, tuple(fields))
        self.met[number] = EventClass(number, event.name, tuple(fields))
        typed = typer(event.kinds)
        if event.uncertain:
            return _uncertain(number, kinds, order, typed)
        if not event.has_texts:
            pack = struct.Struct("<I" + "".join(map(_code, kinds))).pack
            if order == list(range(len(order))):
                return lambda values: pack(number, *typed(values))
            return lambda values: pack(number, *[typed(values)[at] for at in order])
        head = struct.pack("<I", number)
        parts = [_part(kind) for kind in kinds]

        def packed(values: Values) -> bytes:
            found = typed(values)
            fields = [part(values[at], found[at]) for part, at in zip(parts, order)]
            return b"".join([head, *fields])

        return packed

    def _number(self, name: str, fields: tuple[tuple[str, Kind], ...]) -> int:
        """The event's number, with 16 bits above it that distinguish its other forms (a guest's, a log's)."""
        usual = self._numbers.get(name, 0xFFFF)
        return usual | (crc32(repr((name, fields)).encode()) & 0xFFFF) << 16


def _order(names: Sequence[str]) -> list[int]:
    """The order of fields: `_x` after `x`, for readers that remove underscores and reject duplicates."""
    late = [at for at, name in enumerate(names) if name[:1] == "_" and name[1:] in names]
    return [at for at in range(len(names)) if at not in late] + sorted(late, key=lambda at: len(names[at]))


def _code(kind: Kind) -> str:
    if kind.truth:
        return "B"
    code = _CODES[kind.bits]
    return code if kind.signed else code.upper()


def _part(kind: Kind) -> Callable[[object, object], bytes]:
    """A function of a value as recorded and as typed that returns the field's bytes."""
    if kind.text:
        # Text ends with a NUL; a NUL in it is escaped as in Python.
        return lambda value, typed: value.replace(b"\0", b"\\x00") + b"\0"  # type: ignore[attr-defined]
    pack = struct.Struct("<" + _code(kind)).pack
    return lambda value, typed: pack(typed)


def _uncertain(
    number: int, kinds: Sequence[Kind], order: Sequence[int], typed: Callable[[Values], tuple[object, ...]]
) -> Callable[[Values], bytes]:
    """The packer for records some of whose values may be None."""
    head = struct.pack("<I", number)
    parts = [_part(kind) for kind in kinds]

    def packed(values: Values) -> bytes:
        unknown = sum([1 << place for place, at in enumerate(order) if values[at] is None])
        empty = [b"" if kind.text else 0 for kind in kinds]
        there = list(values)
        for kind_at, at in enumerate(order):
            if there[at] is None:
                there[at] = empty[kind_at]
        found = typed(tuple(there))
        fields = [part(there[at], found[at]) for part, at in zip(parts, order)]
        return b"".join([head, *fields, struct.pack("<Q", unknown)])

    return packed
