"""What a record of an event consists of: its class, with typed fields, and the bytes of a record.

A record is its time in nanoseconds, the number of its class, and its fields one after the other,
little-endian, each as wide as its type says.
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

# A log does not say each argument for sure: bit N is set if argument N is not known, and is 0 or empty then.
UNKNOWN = ("tesc_unknown", Kind(64))
_CODES = {8: "b", 16: "h", 32: "i", 64: "q"}


@record
class EventClass:
    """A class of records: its number, the event's name, and names and kinds of the fields in their order."""

    id: int
    name: str
    fields: tuple[tuple[str, Kind], ...]


class Classes:
    """The classes of the events met. A class has the same number whoever meets it, in whatever order."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are those of the events that are known before, each with its usual parameters."""
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.met: dict[int, EventClass] = {}

    def packer(self, event: TracedEvent) -> Callable[[Values], bytes]:
        """What makes of an event's values a record without its time; the event's class is met."""
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
        """The event's number, and above it 16 bits that tell its other forms apart (a guest's, a log's)."""
        usual = self._numbers.get(name, 0xFFFF)
        return usual | (crc32(repr((name, fields)).encode()) & 0xFFFF) << 16


def _order(names: Sequence[str]) -> list[int]:
    """Where fields are: `_x` after `x`, or readers that take an underscore off meet the same name twice."""
    late = [at for at, name in enumerate(names) if name[:1] == "_" and name[1:] in names]
    return [at for at in range(len(names)) if at not in late] + sorted(late, key=lambda at: len(names[at]))


def _code(kind: Kind) -> str:
    if kind.truth:
        return "B"
    code = _CODES[kind.bits]
    return code if kind.signed else code.upper()


def _part(kind: Kind) -> Callable[[object, object], bytes]:
    """What makes bytes of a value, as it was recorded and as its type says."""
    if kind.text:
        # A text ends with a zero; one in it is shown as Python shows it.
        return lambda value, typed: value.replace(b"\0", b"\\x00") + b"\0"  # type: ignore[attr-defined]
    pack = struct.Struct("<" + _code(kind)).pack
    return lambda value, typed: pack(typed)


def _uncertain(
    number: int, kinds: Sequence[Kind], order: Sequence[int], typed: Callable[[Values], tuple[object, ...]]
) -> Callable[[Values], bytes]:
    """The packer of records some of whose values may be None."""
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
