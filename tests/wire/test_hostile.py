"""Hostile bytes: random bytes, mutated streams, and endless ones."""

from __future__ import annotations

import random

import pytest

from tesc.wire.items import Skipped, WireEvent
from tesc.wire.ring import MAGIC, find_rings, read_rings
from tesc.wire.stream import FrameDecoder
from tesc.wire.words import WordDecoder


def hostile(seed: int, size: int, whole: bytes):
    """Pieces of noise, of zeros, and of a stream with bytes changed, lost and inserted."""
    rand = random.Random(seed)
    made = 0
    while made < size:
        kind = rand.randrange(4)
        if kind == 0:
            piece = rand.randbytes(rand.randrange(1, 3000))
        elif kind == 1:
            piece = bytes([rand.randrange(256)]) * rand.randrange(1, 3000)
        else:
            at = rand.randrange(len(whole))
            mutated = bytearray(whole[at : at + rand.randrange(1, 3000)])
            for _ in range(rand.randrange(20)):
                place = rand.randrange(len(mutated) + 1)
                mutated[place : place + rand.randrange(3)] = rand.randbytes(rand.randrange(3))
            piece = bytes(mutated)
        made += len(piece)
        yield piece


def streams(schema, toy):
    guest = toy(schema, clock=True, source=3)
    frames = guest.start()
    for number in range(300):
        frames += guest.event(*[(0,), (1, number), (5, 1, 2, 3, number), (6, b"text", 1, 2)][number % 4])
    return b"".join(frames)


def survives(schema, toy, seed, size):
    """Feed both decoders; their output and their memory stay within bounds."""
    framed, worded = FrameDecoder(schema), WordDecoder(schema)
    whole = streams(schema, toy) + bytes(56) + b"\x01" + bytes(7) + b"\xff" * 8 + bytes(40)
    for piece in hostile(seed, size, whole):
        for decoder in (framed, worded):
            for item in decoder.feed(piece):
                assert item.offset >= 0
                if isinstance(item, WireEvent):
                    kinds = schema.signatures[item.wire_id].kinds
                    assert len(kinds) == len(item.values)
                elif isinstance(item, Skipped):
                    assert item.size > 0
        assert len(framed._rest) < 20_000 and len(worded._data) < 20_000
    framed.finish()
    worded.finish()


def test_hostile_bytes(schema, toy):
    survives(schema, toy, 1, 300_000)


@pytest.mark.nightly
def test_ten_million_hostile_bytes(schema, toy):
    survives(schema, toy, 2, 10_000_000)


def test_hostile_rings(schema):
    rand = random.Random(5)
    header = MAGIC + (256).to_bytes(8, "little") + (1024).to_bytes(8, "little") + bytes(32)
    header += b"tesc-guest-ring 1 ".ljust(128, b"\0") + (0x0102030405060708).to_bytes(8, "little")
    header += schema.hash.to_bytes(8, "little")
    for _ in range(500):
        memory = bytearray(rand.randbytes(rand.randrange(64)) + header + rand.randbytes(48 + 1024))
        for _ in range(rand.randrange(10)):
            memory[rand.randrange(len(memory))] = rand.randrange(256)
        for item in read_rings(find_rings(bytes(memory)), schema):
            assert not isinstance(item, WireEvent)
    # Endless headers, and one whose ring is larger than the memory.
    assert find_rings(MAGIC * 1000) == []
    assert find_rings(header.replace((1024).to_bytes(8, "little"), (1 << 30).to_bytes(8, "little"))) == []
