"""Traces whose tables are known, and readers of them."""

from __future__ import annotations

import random

import pytest

from tesc.trace.events import Catalogue
from tesc.trace.opening import open_reader

# Every kind of argument, names that are taken or differ only in case, and an SQL keyword.
EVENTS = """\
idle(void)
wide(uint64_t u, int64_t i, void *p, size_t offset) "%" PRIu64 " %" PRId64 " %p %zu"
narrow(uint8_t a, int8_t b, uint16_t c, int16_t d, uint32_t e, int32_t f, bool g) "%u %d %u %d %u %d %d"
say(const char *who, unsigned n, const char *what) "%s %u %s"
taken(int ts, int pid, int Ts, int x, int X) "%d %d %d %d %d"
Say(int n) "%d"
"""
NAMES = ["idle", "wide", "narrow", "say", "taken", "Say"]
# The smallest and the largest number of each width, and their neighbours, as 64-bit words.
EDGES = sorted(
    {
        (edge + step) & (1 << 64) - 1
        for bits in (7, 8, 15, 16, 31, 32, 63, 64)
        for edge in (1 << bits, -(1 << bits))
        for step in (-1, 0, 1)
    }
)
TEXTS = [b"", b"read", b"qcow2", "größer".encode(), b"\xff\xfe", b"a\xc3", b"\xa4b", b"nul\0in", b"x" * 512]


def numbers(choose, count):
    return [choose.choice(EDGES) if choose.random() < 0.5 else choose.getrandbits(64) for _ in range(count)]


def arguments(choose, event_id):
    if event_id == 3:
        return [choose.choice(TEXTS), *numbers(choose, 1), choose.choice(TEXTS)]
    return numbers(choose, {0: 0, 1: 4, 2: 7, 4: 5, 5: 1}[event_id])


@pytest.fixture(scope="session")
def tables_catalogue(unit_of):
    return Catalogue(unit_of(EVENTS))


@pytest.fixture(scope="session")
def made_up(writer):
    """A function that makes a trace with extreme values of every kind."""

    def made(seed=1, records=3000, order="<"):
        choose = random.Random(seed)
        trace = writer(order).header()
        for event_id, name in enumerate(NAMES):
            trace.mapping(10 + event_id, name)
        for number in range(records):
            event_id = choose.randrange(len(NAMES))
            time = choose.choice([10**18 + number * 1001, (1 << 63) - 1 - number, (1 << 63) + number])
            trace.record(
                10 + event_id, time, choose.choice([0, 7, (1 << 32) - 1]), *arguments(choose, event_id)
            )
        return trace.data

    return made


@pytest.fixture
def reader_of(tables_catalogue):
    """A function from a path to a reader, which is closed at the end."""
    readers = []

    def made(path):
        readers.append(open_reader(str(path), tables_catalogue))
        return readers[-1]

    yield made
    for reader in readers:
        reader.source.close()


@pytest.fixture
def rows_of(reader_of):
    """A function that reads a trace record by record, and returns the rows that tables should have, by event.

    A row is ts, pid, the arguments, and the number of the record.
    """

    def made(path):
        found = {}
        number = 0
        for batch in reader_of(path).batches(prepared, WINDOW):
            for time, pid, (name, args) in batch:
                shown = [as_shown(arg) for arg in args]
                ts = time if 0 <= time < 1 << 63 else None
                found.setdefault(name, []).append((ts, pid if pid >= 0 else None, *shown, number))
                number += 1
        return found

    from tesc.trace.selection import ALWAYS as WINDOW

    def prepared(event):
        types = event.typer()
        return lambda values: (event.name, types(values))

    return made


def as_shown(value):
    """Text as in tables: bytes that are not UTF-8 as \\xNN."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return value
