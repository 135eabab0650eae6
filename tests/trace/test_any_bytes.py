"""Arbitrary traces: round trips, changed bytes, noise; nothing raises, and memory is bounded."""

from __future__ import annotations

import io
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.trace.counting import count
from tesc.trace.errors import MOST_KINDS
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.guest import GuestTrace
from tesc.trace.opening import open_reader
from tesc.trace.selection import ALWAYS, Selection

NAMES = ["idle", "move", "say", "open_file", "point"]
NUMBERS = st.integers(0, (1 << 64) - 1)
TEXTS = st.binary(max_size=12)
ARGUMENTS = st.one_of(
    st.tuples(st.just(0)),
    st.tuples(st.just(1), NUMBERS, NUMBERS, NUMBERS),
    st.tuples(st.just(2), TEXTS, NUMBERS, TEXTS),
    st.tuples(st.just(3), TEXTS, NUMBERS),
    st.tuples(st.just(4), NUMBERS),
)
RECORDS = st.lists(st.tuples(NUMBERS, st.integers(0, (1 << 32) - 1), ARGUMENTS), max_size=30)


def reader_of(data, catalogue, monkeypatch, chunk=1 << 18, **how):
    """A reader of bytes in memory, in pieces of any size."""
    monkeypatch.setattr("tesc.trace.input.CHUNK", chunk)

    class InMemory(io.BytesIO):
        def __init__(self, path):
            super().__init__(data)

        def fileno(self):
            return 0

    monkeypatch.setattr("tesc.trace.input.FileIO", InMemory)
    return open_reader("trace", catalogue, **how)


@given(RECORDS, st.sampled_from("<>"), st.sampled_from([2, 3, 4]), st.integers(1, 200))
@settings(max_examples=150, deadline=None)
def test_round_trip(writer, catalogue, records, order, version, chunk):
    made = writer(order, version).header()
    if version == 4:
        for event_id, name in enumerate(NAMES):
            made.mapping(event_id, name)
    for time, pid, (event_id, *args) in records:
        made.record(event_id, time, pid, *args)
    with pytest.MonkeyPatch.context() as patch:
        reader = reader_of(made.data, catalogue, patch, chunk)
        rows = [
            row for rows in reader.batches(lambda e: lambda values: (e.name, values), ALWAYS) for row in rows
        ]
        assert list(reader.errors) == []
        assert rows == [
            (time, -1 if version == 2 else pid, (NAMES[event_id], tuple(args)))
            for time, pid, (event_id, *args) in records
        ]
        tally = count([reader_of(made.data, catalogue, patch, chunk)], Selection(lambda name: True))
    expected = {}
    for _, _, (event_id, *_) in records:
        expected[NAMES[event_id]] = expected.get(NAMES[event_id], 0) + 1
    assert +tally.counts == expected


def some_trace(writer, choose, version=4, order="<"):
    made = writer(order).mapped() if version == 4 else writer(order, version).header()
    first = 10 if version == 4 else 0
    for number in range(60):
        event_id = choose.randrange(5)
        texts = [bytes(choose.choices(range(256), k=choose.randrange(20))) for _ in range(2)]
        numbers = [choose.getrandbits(64) for _ in range(3)]
        args = [[], numbers, [texts[0], 5, texts[1]], [texts[0], 9], numbers[:1]][event_id]
        if version == 0:
            args = [one if isinstance(one, int) else 0 for one in args]
        made.record(first + event_id, number * 100, 7, *args)
    return made


@pytest.mark.parametrize("version", [0, 2, 3, 4])
def test_mutated(writer, catalogue, monkeypatch, version):
    """Nothing raises, every format prints, and the counts agree, whatever bytes change."""
    choose = random.Random(version)
    for turn in range(250):
        data = bytearray(some_trace(writer, choose, version, choose.choice("<>")).data)
        for _ in range(choose.choice([1, 1, 2, 10, 100])):
            at = choose.randrange(64 if version == 0 else 24, len(data))
            data[at] = choose.choice([0, 1, 255, choose.randrange(256)])
        if turn % 3 == 0:
            del data[choose.randrange(64, len(data)) :]
        form = make_format(list(FORMATS)[turn % len(FORMATS)], catalogue.unit.events)
        reader = reader_of(bytes(data), catalogue, monkeypatch, choose.choice([64, 1000, 1 << 18]))
        rows = 0
        for batch in reader.batches(form.prepare, ALWAYS):
            form.lines(batch).encode("latin-1")
            rows += len(batch)
        assert rows == reader.decoded
        assert len(list(reader.errors)) <= MOST_KINDS
        again = reader_of(bytes(data), catalogue, monkeypatch)
        tally = count([again], Selection(lambda name: True))
        assert (sum(tally.counts.values()), again.records) == (rows, reader.records)
        assert [str(error) for error in again.errors] == [str(error) for error in reader.errors]


@pytest.mark.parametrize("how", [{"guest": GuestTrace("", "words")}, {"headless": True}])
def test_noise(catalogue, monkeypatch, how):
    choose = random.Random(4)
    for turn in range(200):
        noise = choose.randbytes(choose.randrange(5000)) if turn else b""
        reader = reader_of(noise, catalogue, monkeypatch, **how)
        for rows in reader.batches(lambda e: lambda values: values, ALWAYS):
            assert rows
        if "guest" in how:
            assert reader.records == 0  # the noise has neither a frame nor a record of words


@pytest.mark.slow
def test_memory_is_bounded(writer, catalogue, monkeypatch):
    """Distinct payloads, and as many unknown events, are not all cached."""
    monkeypatch.setattr("tesc.trace.reader.MOST_KEPT", 1 << 12)
    made = writer().mapped()
    noise = random.Random(1).randbytes
    whole = b"".join(
        made.pack("QQQII", 1, 11 if n % 2 else n + 1000, n, 48, 1) + noise(24) for n in range(20_000)
    )
    peaks = []
    for times in (1, 4):
        data = made.data + whole * times
        reader = reader_of(data, catalogue, monkeypatch)
        tracemalloc.start()
        total = sum(len(rows) for rows in reader.batches(lambda e: lambda values: str(values), ALWAYS))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        tally = count([reader_of(data, catalogue, monkeypatch)], Selection(lambda name: True))
        assert total == tally.counts["move"] == 10_000 * times
        assert reader.records == 20_000 * times
        assert [error.count for error in reader.errors] == [10_000 * times]
    assert peaks[1] < 1.2 * peaks[0] < 40 << 20
