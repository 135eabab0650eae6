"""A ring that is read while it is written: each event once, and a count of those that were too fast."""

from __future__ import annotations

import mmap
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.trace.events import load_unit
from tesc.wire.items import Before, LostInGuest, Missing, OtherSchema, Restart, Skipped, WireEvent
from tesc.wire.ring import HEADER, MAGIC, ring_at
from tesc.wire.ring_tail import RingTail
from tesc.wire.schema import schema_of_range

EVENTS = 'tick(uint32_t number) "%u"\npair(uint32_t number, uint64_t other) "%u %" PRIu64\n'
SIZE = 1024


class Memory:
    """A guest that writes its ring as the page on the wire says, one store at a time."""

    def __init__(self, schema, boots: int = 1) -> None:
        self.hash = schema.hash
        self.data = bytearray(HEADER + SIZE)
        self.boots = boots
        self.start()

    def start(self) -> None:
        self.written = self.events = self.dropped = 0
        self.data[HEADER:] = bytes(SIZE)
        self.header()

    def header(self) -> None:
        self.data[:16] = MAGIC
        struct.pack_into("<2Q", self.data, 16, HEADER, SIZE)
        self.data[64:82] = b"tesc-guest-ring 1 "
        fields = (0x0102030405060708, self.hash, 0, self.events, self.dropped, self.boots, 0, self.written)
        struct.pack_into("<8Q", self.data, 192, *fields)

    def cell(self, at: int, value: int) -> None:
        struct.pack_into("<Q", self.data, HEADER + at % SIZE, value)

    def begin(self, wire_id: int, *values: int) -> tuple[int, int]:
        """Write an event without its head; returns the head's place and value."""
        words = 1 + len(values)
        at = self.written
        self.written += 8 * words
        self.events += 1
        self.cell(at, 0)
        for number, value in enumerate(values, 1):
            self.cell(at + 8 * number, value)
        head = 0xE7000000 | words << 16 | wire_id
        return at, head | (head ^ at ^ self.hash & 0xFFFFFFFF) << 32

    def finish(self, at: int, head: int) -> None:
        self.cell(at, head)
        self.header()

    def event(self, wire_id: int, *values: int) -> None:
        self.finish(*self.begin(wire_id, *values))


@pytest.fixture
def schema(unit_of):
    return schema_of_range(unit_of(EVENTS), 0)


def look(tail, memory, later=None):
    ring = ring_at(bytes(memory.data), 0)
    return tail.take(ring, ring if later is None else ring_at(bytes(later.data), 0))


def numbers(items):
    return [item.values[0] for item in items if isinstance(item, WireEvent)]


def others(items):
    return [item for item in items if not isinstance(item, WireEvent)]


def test_each_event_once(schema):
    memory, tail = Memory(schema), RingTail(0, schema)
    assert look(tail, memory) == []
    for number in range(300):
        memory.event(number % 2, *[number, 1 << 63][: 1 + number % 2])
        assert numbers(look(tail, memory)) == [number]
    assert [look(tail, memory) for _ in range(5)] == [[]] * 5


@given(st.integers(0, 1 << 30), st.integers(1, 60))
@settings(deadline=None, max_examples=60)
def test_events_that_were_too_fast_are_counted(seed, most):
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source
    from tesc.units.resolve import resolve

    schema = schema_of_range(resolve((parse(Source("x", EVENTS)),)), 0)
    rand = random.Random(seed)
    memory, tail = Memory(schema), RingTail(0, schema)
    found, missing, sent = [], 0, 0
    for _ in range(30):
        for _ in range(rand.randrange(2 * most)):
            memory.event(0, sent) if rand.random() < 0.5 else memory.event(1, sent, 7)
            sent += 1
        for _ in range(4):
            items = look(tail, memory)
            found += numbers(items)
            missing += sum(item.count for item in items if isinstance(item, (Before, Missing)))
            assert not any(isinstance(item, Skipped) for item in items)
    assert found == sorted(set(found))
    assert len(found) + missing == sent


def test_events_overwritten_while_being_read_are_left_out(schema):
    memory, tail = Memory(schema), RingTail(0, schema)
    for number in range(64):
        memory.event(0, number)
    later = Memory(schema)
    later.data, later.written, later.events = bytearray(memory.data), memory.written, memory.events
    for number in range(64, 74):
        later.event(0, number)
    assert numbers(look(tail, memory, later)) == list(range(10, 64))
    assert numbers(look(tail, later)) == list(range(64, 74))
    assert [others(look(tail, later)) for _ in range(3)] == [[], [Before(0, 10, 0)], []]


def test_events_lost_later_too_are_not_all_before_the_first(schema):
    """The guest did not pause in between, so nobody can say how many were lost when."""
    memory, tail = Memory(schema), RingTail(0, schema)
    found = []
    for begin in (0, 1000):
        for number in range(begin, begin + 1000):
            memory.event(0, number)
        items = look(tail, memory)
        found += numbers(items)
        assert others(items) == []
    assert found[0] > 0
    assert found[-1] == 1999
    assert [others(look(tail, memory)) for _ in range(3)] == [[], [Missing(0, 2000 - len(found))], []]


def test_an_event_that_is_interrupted_is_waited_for(schema):
    memory, tail = Memory(schema), RingTail(0, schema)
    memory.event(0, 1)
    begun = memory.begin(0, 2)
    memory.event(0, 3)  # in the interrupt handler
    assert numbers(look(tail, memory)) == [1]
    assert look(tail, memory) == []
    memory.finish(*begun)
    assert numbers(look(tail, memory)) == [2, 3]
    # The reader gives up on an event that is never finished.
    memory.begin(0, 4)
    memory.event(0, 5)
    said = [item for _ in range(40) for item in look(tail, memory)]
    assert numbers(said) == [5]
    assert [item.size for item in said if isinstance(item, Skipped)] == [16]
    assert [item.count for item in said if isinstance(item, Missing)] == [1]


def test_a_restart_and_other_declarations(schema, unit_of):
    memory, tail = Memory(schema), RingTail(0, schema)
    memory.event(0, 1)
    assert numbers(look(tail, memory)) == [1]
    memory.boots = 2
    memory.start()
    memory.event(0, 2)
    memory.dropped = 3
    memory.header()
    items = look(tail, memory)
    assert (numbers(items), others(items)) == ([2], [Restart(0), LostInGuest(0, 3)])
    other = RingTail(0, schema_of_range(unit_of('tick(int number) "%d"\n'), 0))
    assert look(other, memory) == [OtherSchema(0, schema.hash, "CPU 0")]
    assert look(other, memory) == []
    going_on = RingTail(
        0, schema_of_range(unit_of('tick(int number) "%d"\nnever(void) "x"\n'), 0), go_on=True
    )
    said, *read = look(going_on, memory)
    assert said == OtherSchema(0, schema.hash, "CPU 0")
    assert read and not any(isinstance(item, OtherSchema) for item in [*read, *look(going_on, memory)])
    assert look(other, memory) == []


def test_following_a_memory(schema, tmp_path, monkeypatch):
    """From before there is a ring until Ctrl-C; what was lost is reported at the end."""
    monkeypatch.chdir(tmp_path)
    Path("guest").write_text('tick(uint32_t number) "%u"\nsay(const char *text) "says %s"\n')
    Path("trace-events").write_text('include "guest" prefix g_ base 0x8000000000000000\n')
    memory = Memory(schema_of_range(load_unit("guest"), 0))
    command = [sys.executable, "-m", "tesc", "decode", "ram", "--guest", "--follow", "--events=trace-events"]
    Path("ram").write_bytes(bytes(1 << 20))
    with open("ram", "r+b") as file, mmap.mmap(file.fileno(), 0) as ram:

        def put() -> None:
            ram[8192 : 8192 + len(memory.data)] = bytes(memory.data)

        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
            assert reader.stdout is not None and reader.stderr is not None
            memory.event(1, 5 << 2 | 1, int.from_bytes(b"hello", "little"))
            memory.event(0, 7)
            put()
            assert [reader.stdout.readline() for _ in range(2)] == [b"g_say says hello\n", b"g_tick 7\n"]
            for number in range(100):
                memory.event(0, number)
            put()
            lines = [reader.stdout.readline()]
            while lines[-1] != b"g_tick 99\n":
                lines.append(reader.stdout.readline())
            lost = b"%d events before this are missing" % (100 - len(lines))
            # The loss is counted once the guest is quiet.
            time.sleep(0.5)
            reader.send_signal(signal.SIGINT)
            assert lost in reader.stderr.read()


@given(st.integers(0, 1 << 30))
@settings(deadline=None, max_examples=60)
def test_a_guest_that_starts_again_at_any_time(seed):
    """Without knowing that it did. Its first events come, unless they are overwritten before that."""
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source
    from tesc.units.resolve import resolve

    schema = schema_of_range(resolve((parse(Source("x", EVENTS)),)), 0)
    rand = random.Random(seed)
    memory, tail = Memory(schema), RingTail(0, schema)
    sent = 0
    for _ in range(30):
        begun = sent
        restarts = rand.random() < 0.3
        wrote = memory.events
        if restarts:
            memory.start()
        for _ in range(rand.randrange(SIZE // 24 if restarts else 100)):
            memory.event(0, sent) if rand.random() < 0.5 else memory.event(1, sent, 7)
            sent += 1
        items = [item for _ in range(4) for item in look(tail, memory)]
        found, said = numbers(items), others(items)
        if restarts:
            assert (found, said) == (list(range(begun, sent)), [Restart(0)] if wrote else [])
        else:
            missing = sum(one.count for one in said if isinstance(one, (Before, Missing)))
            assert found == list(range(begun + missing, sent)) and not any(
                isinstance(one, (Restart, Skipped)) for one in said
            )
