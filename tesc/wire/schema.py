"""A guest's declarations as the wire needs them: events' names, kinds of arguments, and a hash.

The hash is the first 64 bits of the SHA-256 of one line per event, `name(kind,kind)`, in the order of wire
IDs. It does not include formats, parameters' names and whether events are disabled, since these do not affect
what is sent.
"""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.c_type import QUALIFIERS
from tesc.units.crossing import texts_sent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Event
    from tesc.units.unit import Unit, UnitEvent

_SIGNED = {"signed char": 8, "short": 16, "int": 32, "long": 64, "long long": 64}
_SIGNED.update(int8_t=8, int16_t=16, int32_t=32, int64_t=64, ssize_t=64, intptr_t=64, ptrdiff_t=64)
_UNSIGNED = {"unsigned char": 8, "unsigned short": 16, "unsigned int": 32, "unsigned long": 64}
_UNSIGNED.update({"unsigned long long": 64, "size_t": 64, "uintptr_t": 64})
_UNSIGNED.update(uint8_t=8, uint16_t=16, uint32_t=32, uint64_t=64)


@record
class ArgumentKind:
    """How an argument is sent.

    `letter` is its letter in the guest's table: `1` one byte, `u` a varint, `s` a zigzag varint, `t` text.
    `low` and `high` are the smallest and largest numbers of the type; `name` is the type's name in the hash.
    """

    name: str
    letter: str
    low: int
    high: int


def _signed(bits: int) -> ArgumentKind:
    letter = "1" if bits == 8 else "s"
    return ArgumentKind(f"i{bits}", letter, -(1 << bits - 1), (1 << bits - 1) - 1)


def _unsigned(bits: int) -> ArgumentKind:
    return ArgumentKind(f"u{bits}", "1" if bits == 8 else "u", 0, (1 << bits) - 1)


TEXT = ArgumentKind("text", "t", 0, 0)
POINTER = ArgumentKind("pointer", "u", 0, (1 << 64) - 1)
_BOOL = ArgumentKind("bool", "1", 0, 1)
# char is signed on some machines and unsigned on others: the number is sent as the guest sees it.
_CHAR = ArgumentKind("char", "s", -128, 255)
_KINDS = {
    "bool": _BOOL,
    "char": _CHAR,
    **{base: _signed(bits) for base, bits in _SIGNED.items()},
    **{base: _unsigned(bits) for base, bits in _UNSIGNED.items()},
}


@record
class Signature:
    """A guest's event: its name in the guest, and the kinds of its arguments."""

    name: str
    kinds: tuple[ArgumentKind, ...]

    @property
    def letters(self) -> str:
        return "".join([kind.letter for kind in self.kinds])

    def __str__(self) -> str:
        return f"{self.name}({','.join([kind.name for kind in self.kinds])})"


@record
class WireSchema:
    """All events of a guest by wire ID, and the hash of their declarations."""

    signatures: tuple[Signature, ...]
    hash: int

    @property
    def shown(self) -> str:
        """The hash for messages: 16 hexadecimal digits."""
        return f"{self.hash:016x}"


def schema_of(signatures: Sequence[Signature]) -> WireSchema:
    """The schema of signatures, given in the order of wire IDs."""
    import hashlib

    lines = "".join([f"{signature}\n" for signature in signatures])
    digest = hashlib.sha256(lines.encode("utf-8", "surrogatepass")).digest()
    return WireSchema(tuple(signatures), int.from_bytes(digest[:8], "big"))


def schema_of_range(unit: Unit, number: int) -> WireSchema:
    """The schema of one of a unit's ranges, without its prefix, which the guest does not know."""
    prefix = unit.ranges[number].prefix
    events = [event for event in unit.events if event.range == number]
    return schema_of([signature_of(event, prefix if number else "") for event in events])


def signature_of(event: UnitEvent, prefix: str = "") -> Signature:
    """An event's signature; `prefix` is removed from its name."""
    name = event.name.removeprefix(prefix)
    texts = texts_sent(event.node)
    kinds = [_kind_of(event.node, number, number in texts) for number in range(len(event.node.parameters))]
    return Signature(name, tuple(kinds))


def _kind_of(event: Event, number: int, text: bool) -> ArgumentKind:
    """The kind of an event's parameter `number`."""
    parameter = event.parameters[number]
    if parameter.type.is_pointer:
        return TEXT if text else POINTER
    base = parameter.type.base
    if base is None:  # one of the project's own types; any integer fits 64 bits
        words = [word for word in parameter.type.words if word not in QUALIFIERS]
        return ArgumentKind(" ".join(words), "u", 0, (1 << 64) - 1)
    return _KINDS.get(base, POINTER)


def first_difference(mine: WireSchema, theirs: WireSchema) -> str:
    """The first difference between two schemas, as the end of a sentence; `theirs` is the firmware's."""
    for wire_id, (one, other) in enumerate(zip(mine.signatures, theirs.signatures)):
        if str(one) != str(other):
            return f"event {wire_id} is {one} here, and {other} in the firmware"
    mine_count, their_count = len(mine.signatures), len(theirs.signatures)
    if mine_count > their_count:
        return f"event {their_count} is {mine.signatures[their_count]} here, and missing in the firmware"
    if mine_count < their_count:
        return f"event {mine_count} is {theirs.signatures[mine_count]} in the firmware, and missing here"
    return "they declare the same events"
