"""A guest in Python, written from the page on the wire, to test the decoder."""

from __future__ import annotations

import struct

import pytest

from tesc.wire import schema as wire_schema


def crc16(data: bytes, crc: int) -> int:
    """CRC-16/IBM-3740 by definition, one bit at a time."""
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def stuffed(packet: bytes) -> bytes:
    """COBS by definition: each zero becomes the distance to the next one."""
    made = bytearray([0])
    code = 0
    for byte in packet:
        if byte:
            made.append(byte)
        else:
            made[code] = len(made) - code
            code = len(made)
            made.append(0)
    made[code] = len(made) - code
    assert len(packet) <= 254 and 0 not in made
    return bytes(made)


def varint(value: int) -> bytes:
    made = bytearray()
    for _ in range(8):
        if value < 0x80:
            break
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def argument(kind: wire_schema.ArgumentKind, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return varint(len(value) << 2 | 1) + value
    if kind.letter == "1":
        return bytes([value & 0xFF])
    if kind.letter == "s":
        value = value * 2 if value >= 0 else -value * 2 - 1
    return varint(value)


class Guest:
    """Makes frames, each terminated by a zero; it sends a hello before every 64th event."""

    def __init__(self, schema, clock: bool = False, name: bytes = b"toy", source: int | None = None):
        self.schema, self.clock, self.name, self.source = schema, clock, name, source
        self.sequence = self.lost = self.time = 0
        self.said = 0

    def frame(self, packet: bytes, start: int) -> bytes:
        return stuffed(packet + crc16(packet, start).to_bytes(2, "big")) + b"\0"

    def hello(self, starts: bool = False) -> bytes:
        flags = starts | (4 if self.clock else 0) | 8
        body = struct.pack(
            "<BBQII", 1, flags, self.schema.hash, self.sequence & 0xFFFFFFFF, self.lost & 0xFFFFFFFF
        )
        self.said = self.time
        if self.clock:
            body += struct.pack("<Q", self.time) + varint(1_000_000_000)
        return self.frame(bytes([0x80 | self.sequence & 63, 1]) + body + self.name, 0xFFFF)

    def count_lost(self) -> bytes:
        packet = bytes([0x80 | self.sequence & 63, 2]) + struct.pack(
            "<II", self.sequence & 0xFFFFFFFF, self.lost & 0xFFFFFFFF
        )
        return self.frame(packet, 0xFFFF)

    def start(self) -> list[bytes]:
        """The frames that a guest sends when it starts or restarts."""
        self.sequence = self.lost = 0
        return [b"\0", self.hello(True), self.hello()]

    def event(self, wire_id: int, *values: int | bytes) -> list[bytes]:
        """The frames of an event; a hello precedes every 64th event."""
        made = []
        if (self.sequence and self.sequence % 64 == 0) or self.time - self.said >= 1 << 30:
            made.append(self.hello())
        head = bytes([(0x40 if self.clock else 0) | self.sequence & 63])
        head += varint(wire_id << 1 | (self.source is not None))
        if self.source is not None:
            head += varint(self.source)
        if self.clock:
            head += struct.pack("<I", self.time & 0xFFFFFFFF)
        kinds = self.schema.signatures[wire_id].kinds
        body = b"".join(argument(kind, value) for kind, value in zip(kinds, values))
        self.sequence += 1
        return [*made, self.frame(head + body, self.schema.hash & 0xFFFF)]


EVENTS = """\
start(void) "start"
finish(int status) "status %d"
disable heartbeat(uint32_t tick) "tick %" PRIu32
limits(int64_t low, int64_t high) "%" PRId64 " %" PRId64
bytes(int8_t low, uint8_t high, bool on, char c) "%d %u %d %c"
bus(uint16_t port, uint32_t value, int32_t change, uint64_t address) "%x %x %d %" PRIx64
text(const char *name, const char *at, void *p) "%s %p %p"
eight(int a, int b, int c, int d, int e, int f, int g, int h) "%d %d %d %d %d %d %d %d"
"""


@pytest.fixture(scope="session")
def unit_of():
    """A function that resolves the text of an events file."""
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source
    from tesc.units.loading import Loader
    from tesc.units.resolve import resolve

    def made(text: str):
        source = Source.from_bytes("trace-events", text.encode())
        return resolve((parse(source),), Loader((), lambda path: path))

    return made


@pytest.fixture(scope="session")
def schema(unit_of):
    """The schema of EVENTS."""
    return wire_schema.schema_of_range(unit_of(EVENTS), 0)


@pytest.fixture(scope="session")
def toy():
    """The class of guests."""
    return Guest


@pytest.fixture(scope="session")
def toy_events():
    """The text of EVENTS."""
    return EVENTS
