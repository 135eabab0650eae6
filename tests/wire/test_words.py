"""The words of 2011: what a reader can check, and how it finds records again."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.trace.events import load_unit
from tesc.wire.items import Skipped, WireEvent
from tesc.wire.schema import schema_of_range
from tesc.wire.words import WordDecoder

EXAMPLE = Path(__file__).parents[2] / "examples" / "guest" / "trace-events"

# The events of a run of examples/guest: IDs and arguments.
BOOT = [
    (0,),
    (2, -2),
    (4, -(1 << 63), (1 << 63) - 1),
    (5, -128, 255, 1),
    (6, 0x3F8, 0xFFFFFFFF, -1, 0x123456789ABCDEF0),
    (7, 0xFFFFFFF0, 0x7C00, 0x8000000000000001, -7, 0),
    (8, -1, -5000000000, (1 << 64) - 1, 4000000000, -32768, 0xB8000),
    (9,),
    (1, -1),
]


def record(wire_id: int, *values: int) -> bytes:
    words = [wire_id, *values, *[0] * (6 - len(values))]
    return struct.pack("<7Q", *(word & (1 << 64) - 1 for word in words))


@pytest.fixture(scope="module")
def tour():
    """The schema of examples/guest."""
    return schema_of_range(load_unit(EXAMPLE), 0)


def decoded(schema, data, size=None):
    decoder = WordDecoder(schema)
    items = []
    for at in range(0, len(data), size or len(data) or 1):
        items += decoder.feed(data[at : at + (size or len(data))])
    return items + decoder.finish()


def values(items):
    return [(item.wire_id, *item.values) for item in items if isinstance(item, WireEvent)]


@pytest.mark.parametrize("size", [None, 1, 100])
def test_a_whole_stream(tour, size):
    items = decoded(tour, b"".join(record(*one) for one in BOOT), size)
    assert values(items) == BOOT
    assert [item.offset for item in items] == [56 * n for n in range(len(BOOT))]


@pytest.mark.parametrize("drop", range(0, 56, 5))
def test_a_record_with_a_byte_too_few(tour, drop):
    data = b"".join(record(*one) for one in BOOT * 3)
    at = 56 * 13 + drop
    items = decoded(tour, data[:at] + data[at + 1 :], 64)
    found = values(items)
    # The record itself is lost, and the one before it at most.
    assert found in (BOOT + BOOT[:4] + BOOT[5:] + BOOT, BOOT + BOOT[:3] + BOOT[5:] + BOOT)
    (skipped,) = [item for item in items if isinstance(item, Skipped)]
    assert skipped.size == len(data) - 1 - 56 * len(found)
    assert skipped.offset in (56 * 12, 56 * 13)


def test_values_that_no_event_has(tour):
    wrong = [
        record(12),  # no event
        record(0, 1),  # no argument
        struct.pack("<7Q", 5, 1, 300, 1, 0, 0, 0),  # no uint8_t
        struct.pack("<7Q", 5, 1, 1, 2, 0, 0, 0),  # no bool
        struct.pack("<7Q", 1, 0xFFFFFFFF, 0, 0, 0, 0, 0),  # an int would have its sign
    ]
    rest = b"".join(record(*one) for one in BOOT)
    for one in wrong:
        why = "they are not a record of a declared event" if one != wrong[0] else "no event has the ID 0xc"
        items = decoded(tour, rest + one + rest)
        assert values(items) == BOOT + BOOT
        assert [item for item in items if isinstance(item, Skipped)] == [Skipped(56 * 9, 56, why)]


def test_zeros_alone_do_not_resynchronize_a_stream(tour):
    items = decoded(tour, record(1, -1) + record(1, -2) + b"\xff" * 56 + bytes(56 * 20))
    assert values(items) == [(1, -1), (1, -2)] or values(items) == [(1, -1)]


def test_resets_and_bytes_lost_and_inserted(tour):
    """A thousand such accidents give at most one event that was never sent.

    That happens if two accidents are close together and their bytes add up.
    """
    boot = [*BOOT[:-1], *((11, 2048 + 8 * n, 8) for n in range(30)), BOOT[-1]]
    whole = b"".join(record(*one) for one in boot)
    rand = random.Random(7)
    made = bytearray()
    accidents = 5000
    for number in range(accidents):
        at = rand.randrange(len(whole))
        stop = (at + 1, at, len(whole))[number % 3]  # a byte lost, one inserted, a reset
        more = bytes([rand.randrange(256)]) if number % 3 == 1 else b""
        made += whole[:at] + more + (whole[stop:] if number % 3 != 2 else b"")
    found = values(decoded(tour, bytes(made), 1 << 16))
    invented = sum(one not in boot for one in found)
    # Each boot has one start: another one would be made from the zeros of other events.
    starts = sum(one == (0,) for one in found)
    assert invented + max(starts - accidents, 0) <= accidents / 1000
    # An accident costs at most three records; a reset costs the rest of the boot.
    assert len(found) >= (2 / 3 * len(boot) + 1 / 3 * len(boot) / 2 - 4) * accidents


@given(st.binary(max_size=400), st.integers(1, 400))
@settings(deadline=None, max_examples=200)
def test_any_bytes(tour, data, size):
    items = decoded(tour, data, size)
    events = [item for item in items if isinstance(item, WireEvent)]
    assert 56 * len(events) + sum(i.size for i in items if isinstance(i, Skipped)) == len(data)
