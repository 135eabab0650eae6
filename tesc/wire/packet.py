"""Decodes the packets in frames: an event, a hello or a count of lost events.

A packet is a head byte, a body, and a checksum: CRC-16/IBM-3740 (polynomial 0x1021, not reflected, no final
XOR; check value 0x29b1 with the start 0xffff), high byte first. It starts with 0xffff for packets that every
reader must understand, and with the low 16 bits of the schema's hash for events, so that no reader decodes an
event with different declarations.
"""

from __future__ import annotations

from binascii import crc_hqx

from tesc.records import record
from tesc.wire.items import Hello
from tesc.wire.varint import Malformed, read_varint, unzigzag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Union

    from tesc.wire.items import Value
    from tesc.wire.schema import Signature

    # Returns the text at one of the guest's addresses.
    TextAt = Callable[[int], Union[bytes, None]]

# The head byte: the packet's type in the high bits, and six bits of the sequence number.
KIND_EVENT, KIND_TIMED_EVENT, KIND_CONTROL = 0, 1, 2
SEQUENCE_BITS = 6
SEQUENCE_MASK = (1 << SEQUENCE_BITS) - 1
CONTROL_HELLO, CONTROL_LOST = 1, 2
CONTROL_START = 0xFFFF
VERSION = 1
# The longest packet that COBS encodes without a second code byte, and its frame's length without the zero.
MOST_PACKET = 254
MOST_FRAME = MOST_PACKET + 1

# A hello's flags.
STARTS, BIG_ENDIAN, HAS_CLOCK, WIDE, LISTENS = 1, 2, 4, 8, 16

# How text is sent: the two lowest bits of the number before it; the other bits are its length.
TEXT_NULL, TEXT_WHOLE, TEXT_CUT, TEXT_ADDRESS = range(4)


@record
class LostPacket:
    """How many events the guest has dropped since its start; `sequence` is the next event's number."""

    sequence: int
    lost: int


@record
class EventPacket:
    """An event as in its packet, with six bits of its number and 32 bits of its time."""

    sequence: int
    wire_id: int
    source: int | None
    low_time: int | None
    values: tuple[Value, ...]


def intact(packet: bytes, start: int) -> bool:
    """Whether a packet's checksum is right."""
    return crc_hqx(packet, start) == 0


def is_control(packet: bytes) -> bool:
    """Whether a packet's head is that of a control packet; its checksum may be wrong."""
    return packet[0] >> SEQUENCE_BITS == KIND_CONTROL


def read_control(packet: bytes, offset: int) -> Hello | LostPacket | None:
    """A control packet with a checked checksum, decoded; None if no guest would send it."""
    body = packet[1:-2]
    try:
        if body[0] == CONTROL_HELLO:
            return _hello(body, offset)
        if body[0] == CONTROL_LOST and len(body) == 9:
            return LostPacket(_number(body, 1, 4), _number(body, 5, 4))
    except (IndexError, Malformed):
        pass
    return None


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + size], "little")


def _hello(body: bytes, offset: int) -> Hello | None:
    flags = body[2]
    if body[1] != VERSION or flags > (STARTS | BIG_ENDIAN | HAS_CLOCK | WIDE | LISTENS):
        return None
    at = 3 + 8 + 4 + 4
    frequency = time = None
    if flags & HAS_CLOCK:
        time = _number(body, at, 8)
        frequency, at = read_varint(body, at + 8)
    return Hello(
        offset=offset,
        starts=bool(flags & STARTS),
        big_endian=bool(flags & BIG_ENDIAN),
        wide=bool(flags & WIDE),
        hash=_number(body, 3, 8),
        sequence=_number(body, 11, 4),
        lost=_number(body, 15, 4),
        frequency=frequency,
        time=time,
        name=body[at:].decode("utf-8", "backslashreplace"),
    )


def read_event(
    packet: bytes, signatures: tuple[Signature, ...], text_at: TextAt | None = None
) -> EventPacket | None:
    """An event's packet with a checked checksum, decoded; None if it does not fit a declaration."""
    kind = packet[0] >> SEQUENCE_BITS
    if kind not in (KIND_EVENT, KIND_TIMED_EVENT):
        return None
    body = packet[1:-2]
    try:
        wire_id, at = read_varint(body, 0)
        source = low_time = None
        if wire_id & 1:
            source, at = read_varint(body, at)
        if kind == KIND_TIMED_EVENT:
            low_time = _number(body, at, 4)
            at += 4
        values, at = read_values(body, at, signatures[wire_id >> 1], text_at)
    except (IndexError, Malformed):
        return None
    if at != len(body):
        return None
    return EventPacket(
        sequence=packet[0] & SEQUENCE_MASK,
        wire_id=wire_id >> 1,
        source=source,
        low_time=low_time,
        values=values,
    )


def read_values(
    body: bytes, at: int, signature: Signature, text_at: TextAt | None
) -> tuple[tuple[Value, ...], int]:
    """An event's arguments, and the offset of their end. Raises Malformed, IndexError."""
    values: list[Value] = []
    for kind in signature.kinds:
        value: Value
        if kind.letter == "t":
            value, at = _read_text(body, at, text_at)
        else:
            if kind.letter == "1":
                number = body[at]
                at += 1
                if kind.low < 0:
                    number = (number ^ 0x80) - 0x80
            else:
                number, at = read_varint(body, at)
                if kind.letter == "s":
                    number = unzigzag(number)
            if not kind.low <= number <= kind.high:
                raise Malformed
            value = number
        values.append(value)
    return tuple(values), at


def _read_text(body: bytes, at: int, text_at: TextAt | None) -> tuple[bytes, int]:
    """Text, and its end; cut text, or text sent only as an address, is completed if `text_at` has it."""
    head, at = read_varint(body, at)
    how, size = head & 3, head >> 2
    if how in (TEXT_NULL, TEXT_ADDRESS) and size:
        raise Malformed
    if how == TEXT_NULL:
        return b"", at
    text = body[at : at + size]
    if len(text) < size:
        raise IndexError
    if b"\0" in text:
        raise Malformed
    at += size
    if how == TEXT_WHOLE:
        return text, at
    address, at = read_varint(body, at)
    found = text_at(address) if text_at else None
    if found is not None and found.startswith(text):
        return found, at
    return (text + b"..." if how == TEXT_CUT else f"0x{address:x}".encode()), at
