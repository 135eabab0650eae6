"""Reading traces: layouts, byte orders, what an ID means, and everything that can be wrong."""

from __future__ import annotations

import io
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.schema.loading import Loader
from tesc.schema.resolve import resolve
from tesc.syntax.parser import parse
from tesc.syntax.source import Source as Text
from tesc.trace.events import Catalogue
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.problems import MOST_KINDS, Unusable
from tesc.trace.reader import open_reader
from tesc.trace.selection import ALWAYS
from tesc.trace.stats import Tally

EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast) "%d %" PRId64 " %d"
say(const char *who, uint8_t level, char *what) "%s %u %s"
open_file(const char *path, unsigned flags) "%s 0x%x"
point(void *p) "%p"
"""
NAMES = ["idle", "move", "say", "open_file", "point"]


@pytest.fixture(scope="session")
def catalogue(unit_of):
    return Catalogue(unit_of(EVENTS))


@pytest.fixture
def read(tmp_path, catalogue):
    """A function from a trace's bytes, or a writer, to its rows and problems."""

    def run(data, catalogue=catalogue, window=ALWAYS, **how):
        path = tmp_path / "trace"
        path.write_bytes(getattr(data, "data", data))
        reader = open_reader(str(path), catalogue, **how)
        rows = [
            row for rows in reader.batches(lambda e: lambda values: (e.name, values), window) for row in rows
        ]
        reader.source.close()
        problems = [(problem.offset, problem.message, problem.count) for problem in reader.problems]
        return rows, problems

    return run


def counted(path, catalogue, **how):
    """The counts that --stats would print, and the problems, by the quick way where there is one."""
    reader = open_reader(str(path), catalogue, **how)
    tally = Tally()
    tally.add(reader, lambda name: True)
    reader.source.close()
    return {name: n for name, n in tally.counts.items() if n}, list(reader.problems), reader.records


def mapped(writer, order="<"):
    made = writer(order).header()
    for event_id, name in enumerate(NAMES):
        made.mapping(10 + event_id, name)
    return made


@pytest.mark.parametrize("order", ["<", ">"])
def test_version_4(read, writer, order):
    made = mapped(writer, order).record(11, 5, 7, -1, -(1 << 40), 1).record(12, 6, 8, b"\xff", 200, b"")
    assert read(made.record(10, 9, 7)) == (
        [
            (5, 7, ("move", ((1 << 64) - 1, (1 << 64) - (1 << 40), 1))),
            (6, 8, ("say", (b"\xff", 200, b""))),
            (9, 7, ("idle", ())),
        ],
        [],
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("version", "pid"), [(2, -1), (3, 7)])
def test_versions_2_and_3(read, writer, order, version, pid):
    made = writer(order, version).header().record(2, 5, 7, b"me", 1, b"hi").record(4, 6, 7, 0x1234)
    rows = [(5, pid, ("say", (b"me", 1, b"hi"))), (6, pid, ("point", (0x1234,)))]
    assert read(made) == (rows, [])


@pytest.mark.parametrize("order", ["<", ">"])
def test_version_0(read, writer, order):
    """Records of six words; a text is the address that it had."""
    made = writer(order, 0).header().record(1, 5, 0, 1, 2, 3).record(3, 6, 0, 0xABC, 4)
    rows = [(5, -1, ("move", (1, 2, 3))), (6, -1, ("open_file", (0xABC, 4)))]
    assert read(made) == (rows, [])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("first", [0, 1])
def test_no_header(read, writer, order, first):
    """IDs are indexes; the byte order is that of the first record."""
    made = writer(order)
    if first == 0:
        made.mapping(4, "point")
    made.record(4, 1, 2, 3).record(0, 2, 2)
    assert read(made, headless=True) == ([(1, 2, ("point", (3,))), (2, 2, ("idle", ()))], [])


@pytest.mark.parametrize("version", [0, 2, 3, 4])
def test_dropped(read, writer, version):
    made = writer("<", version).header().record(0xFFFFFFFFFFFFFFFE, 5, 6, 77)
    ((_, _, row),), problems = read(made)
    assert (row, problems) == (("Dropped_Event", (77,)), [])


def test_a_later_mapping_takes_an_id_over(read, writer):
    made = writer().header().mapping(1, "point").record(1, 1, 1, 5).mapping(1, "idle").record(1, 2, 1)
    rows, problems = read(made)
    assert ([row[2] for row in rows], problems) == ([("point", (5,)), ("idle", ())], [])


def test_of_two_events_of_one_name_the_last_is_meant(read, writer, unit_of):
    twice = Catalogue(unit_of("a(int x)\na(const char *s)\n"))
    rows, problems = read(writer().header().mapping(0, "a").record(0, 1, 1, b"text"), twice)
    assert (rows, problems) == ([(1, 1, ("a", (b"text",)))], [])


HOST = """\
host(int x) "%d"
include "guest" prefix bios_ base 0x8000000000000000
include "other" prefix tool_ base 0x9000000000000000
"""
GUEST = 'boot(int stage, const char *why) "%d %s"\ndisable off(void)\nlast(int64_t a, bool b, void *p) "%d %d %p"\n'


@pytest.fixture
def guests(tmp_path):
    (tmp_path / "guest").write_text(GUEST)
    (tmp_path / "other").write_text("tick(void)\n")
    tree = parse(Text("host", HOST, str(tmp_path / "host")))
    return Catalogue(resolve((tree,), Loader()))


@pytest.mark.parametrize("prefix", ["bios", "bios_"])
def test_guest(read, writer, guests, prefix):
    """Seven words a record; disabled events count; addresses are numbers."""
    made = writer().guest(0, -2, 0xDEAD).guest(2, 1, 1, 1 << 63)
    rows, problems = read(made, guests, guest=prefix)
    names = [("bios_boot", ((1 << 64) - 2, 0xDEAD)), ("bios_last", (1, 1, 1 << 63))]
    assert (rows, problems) == ([(-1, -1, name) for name in names], [])


def test_guest_of_its_own_file(read, writer, unit_of):
    own = Catalogue(unit_of(GUEST))
    ((_, _, row),), _ = read(writer().guest(0, 1, 2), own, guest="")
    assert row == ("boot", (1, 2))
    form = make_format("text", [])
    event = own.guest("")[0]
    assert form.prepare(event)((1, 0x42)) == "boot 1 0x42\n"


@pytest.mark.parametrize(
    ("prefix", "message"),
    [("", "host: more than one guest (say --guest=PREFIX): 'bios_' at 0x8000000000000000, 'tool_' at "),
     ("nil", "host: no guest with the prefix 'nil': its includes with a base are 'bios_' at 0x8")],
)  # fmt: skip
def test_no_such_guest(read, guests, prefix, message):
    with pytest.raises(Unusable) as failure:
        read(b"", guests, guest=prefix)
    assert str(failure.value).startswith(message)


def test_a_simpletrace_file_beside_guests(read, writer, guests):
    """Stream IDs mean events of ranges with a base, mapped or not; a header says what a file is."""
    made = writer().header().mapping(3, "bios_boot").record(3, 1, 1, 4, 5)
    made.record(0x8000000000000002, 2, 1, 6, 1, 7).record(0x9000000000000000, 3, 1)
    rows, problems = read(made, guests, guest="bios")
    names = [("bios_boot", (4, 5)), ("bios_last", (6, 1, 7)), ("tool_tick", ())]
    assert ([row[2] for row in rows], problems) == (names, [])


# What is wrong with a trace.


def test_unknown_ids(read, writer):
    made = mapped(writer).mapping(99, "gone")
    at = len(made.data)
    made.record(50, 1, 1).record(99, 1, 1, 5, 6).record(50, 1, 1, b"x").record(10, 2, 2)
    rows, problems = read(made)
    assert rows == [(2, 2, ("idle", ()))]
    assert problems == [
        (at, "unknown event ID 0x32: no mapping record before it names it", 2),
        (
            at + 32,
            "event 'gone' is not declared in trace-events; use the trace-events-all of the traced program",
            1,
        ),
    ]


def test_unknown_ids_of_a_guest(read, writer, guests):
    rows, problems = read(writer().guest(3).guest(0x8000000000000000).guest(1), guests, guest="bios")
    assert [row[2] for row in rows] == [("bios_off", ())]
    assert problems == [
        (0, "unknown event ID 0x3: host has 3 events for this trace", 1),
        (56, "unknown event ID 0x8000000000000000: host has 3 events for this trace", 1),
    ]


@pytest.mark.parametrize(
    ("event_id", "payload"),
    [
        (10, b"12345678"),
        (14, b""),
        (14, b"1234567"),
        (11, bytes(32)),
        (13, b"\xff\xff\xff\xff" + bytes(8)),
        (13, b"\x01\0\0\0a" + bytes(9)),
        (12, b"\1\0\0\0a" + bytes(8) + b"\2\0\0\0a"),
        (12, b"\1\0\0\0a" + bytes(8)),
    ],
)
def test_a_payload_that_does_not_fit(read, writer, tmp_path, catalogue, event_id, payload):
    made = mapped(writer)
    at = len(made.data)
    made.raw(event_id, 1, 1, payload).raw(event_id, 1, 1, payload).record(10, 2, 2)
    rows, ((offset, message, count),) = read(made)
    assert rows == [(2, 2, ("idle", ()))]
    assert (offset, count) == (at, 2)
    assert f"{len(payload)} bytes of arguments do not fit its declaration in trace-events" in message
    counts, (problem,), records = counted(tmp_path / "trace", catalogue)
    assert (counts, problem.count, records) == ({"idle": 1}, 2, 3)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: w.raw(10, 1, 1, b"", length=23), "a record that is said to be 23 bytes long; its head alone is 24"),
        (lambda w: w.raw(10, 1, 1, b"", length=0), "a record that is said to be 0 bytes long; its head alone is 24"),
        (
            lambda w: w.raw(10, 1, 1, b"", length=0xFFFFFFFF),
            "a record that is said to be 4,294,967,295 bytes long, more than any that QEMU writes",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_length_that_lies(read, writer, tmp_path, catalogue, version, spoil, message):
    made = mapped(writer) if version == 4 else writer("<", version).header()
    made.record(10 if version == 4 else 0, 1, 1)
    at = len(made.data)
    spoil(made).record(10, 2, 2)
    rows, problems = read(made)
    assert [row[2] for row in rows] == [("idle", ())]
    assert problems == [(at, f"{message}; nothing can be read from here on", 1)]
    assert counted(tmp_path / "trace", catalogue)[0] == {"idle": 1}


def test_other_breaks(read, writer):
    made = mapped(writer).record(10, 1, 1)
    at = len(made.data)
    _, problems = read(made.data + made.pack("Q", 7) + bytes(100))
    broken = "a record of type 0x7, which is neither a mapping (0) nor an event (1)"
    assert problems == [(at, f"{broken}; nothing can be read from here on", 1)]
    _, problems = read(made.data + made.pack("QQI", 0, 1, 0xFFFFFFFF))
    broken = "a mapping whose event name is said to be 4,294,967,295 bytes long"
    assert problems == [(at, f"{broken}; nothing can be read from here on", 1)]


def test_too_many_mappings(read, writer, monkeypatch):
    monkeypatch.setattr("tesc.trace.reader.MOST_MAPPINGS", 5)
    rows, ((_, message, _),) = read(mapped(writer).record(10, 1, 1).mapping(7, "idle").record(7, 1, 1))
    assert len(rows) == 1
    assert message.startswith("a mapping record after 5 others;")


def test_torn_at_every_byte(read, writer, tmp_path, catalogue):
    """What is whole is read, and the rest is told by its offset, wherever a trace is cut."""
    made = writer().header()
    ends = [len(made.data)]
    for step in (
        lambda: made.mapping(0, "say"),
        lambda: made.record(0, 1, 1, b"me", 1, b"hello"),
        lambda: made.mapping(1, "idle"),
        lambda: made.record(1, 1, 1),
    ):
        step()
        ends.append(len(made.data))
    for cut in range(ends[0], len(made.data) + 1):
        rows, problems = read(made.data[:cut])
        whole = max(end for end in ends if end <= cut)
        assert len(rows) == [0, 0, 1, 1, 2][ends.index(whole)]
        assert [offset for offset, _, _ in problems] == ([] if cut in ends else [whole])
        counts, found, _ = counted(tmp_path / "trace", catalogue)
        assert (sum(counts.values()), len(found)) == (len(rows), len(problems))
    assert problems == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "byte 0: the file is empty"),
        (b"short", "byte 0: no simpletrace file"),
        (b"\xff" * 24, "byte 0: no simpletrace file"),
        (b"#!/bin/sh\n" + bytes(100), "byte 0: no simpletrace file"),
    ],
)
def test_no_trace(read, data, message):
    with pytest.raises(Unusable) as failure:
        read(data)
    assert message in str(failure.value)


@pytest.mark.parametrize(
    ("version", "message"), [(1, "log version 1 is unknown"), (5, "log version 5 is unknown")]
)
def test_unknown_versions(read, writer, version, message):
    with pytest.raises(Unusable) as failure:
        read(writer("<", version).header())
    assert f"byte 16: {message}; those known are 0, 2, 3 and 4" in str(failure.value)


def test_a_short_header_of_version_0(read, writer):
    with pytest.raises(Unusable) as failure:
        read(writer("<", 0).header().data[:40])
    assert "byte 0: the file ends within its header" in str(failure.value)


def test_indexes_of_a_file_with_errors_mean_nothing(read, writer, unit_of):
    broken = Catalogue(unit_of("idle(void)\n"), whole=False)
    assert read(writer().header().mapping(0, "idle").record(0, 1, 1), broken)[1] == []
    for made, how in (
        (writer("<", 3).header(), {}),
        (writer(), {"headless": True}),
        (writer(), {"guest": ""}),
    ):
        with pytest.raises(Unusable, match="its IDs are positions in trace-events, which has errors"):
            read(made, broken, **how)


# Whatever stands in a trace.

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
    """A reader of bytes in memory, by pieces of any size."""
    monkeypatch.setattr("tesc.trace.source.CHUNK", chunk)
    reader = None

    class InMemory(io.BytesIO):
        def __init__(self, path):
            super().__init__(data)

        def fileno(self):
            return 0

    monkeypatch.setattr("tesc.trace.source.FileIO", InMemory)
    reader = open_reader("trace", catalogue, **how)
    return reader


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
        assert list(reader.problems) == []
        assert rows == [
            (time, -1 if version == 2 else pid, (NAMES[event_id], tuple(args)))
            for time, pid, (event_id, *args) in records
        ]
        tally = Tally()
        tally.add(reader_of(made.data, catalogue, patch, chunk), lambda name: True)
    expected = {}
    for _, _, (event_id, *_) in records:
        expected[NAMES[event_id]] = expected.get(NAMES[event_id], 0) + 1
    assert +tally.counts == expected


def some_trace(writer, choose, version=4, order="<"):
    made = mapped(writer, order) if version == 4 else writer(order, version).header()
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
    """Nothing raises, every format prints, and the counters agree, whatever bytes change."""
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
        assert len(list(reader.problems)) <= MOST_KINDS + 1
        again = reader_of(bytes(data), catalogue, monkeypatch)
        tally = Tally()
        tally.add(again, lambda name: True)
        assert (sum(tally.counts.values()), again.records) == (rows, reader.records)
        assert [str(problem) for problem in again.problems] == [str(problem) for problem in reader.problems]


@pytest.mark.parametrize("how", [{"guest": ""}, {"headless": True}])
def test_noise(catalogue, monkeypatch, how):
    choose = random.Random(4)
    for turn in range(200):
        noise = choose.randbytes(choose.randrange(5000)) if turn else b""
        reader = reader_of(noise, catalogue, monkeypatch, **how)
        for rows in reader.batches(lambda e: lambda values: values, ALWAYS):
            assert rows
        if "guest" in how:
            assert reader.records == len(noise) // 56


def test_memory_is_bounded(writer, catalogue, monkeypatch):
    """Records that are all different, and as many of unknown events, are not kept."""
    monkeypatch.setattr("tesc.trace.reader.MOST_KEPT", 1 << 13)
    made = mapped(writer)
    noise = random.Random(1).randbytes
    whole = b"".join(
        made.pack("QQQII", 1, 11 if n % 2 else n + 1000, n, 48, 1) + noise(24) for n in range(40_000)
    )
    peaks = []
    for times in (1, 4):
        data = made.data + whole * times
        reader = reader_of(data, catalogue, monkeypatch)
        tracemalloc.start()
        total = sum(len(rows) for rows in reader.batches(lambda e: lambda values: str(values), ALWAYS))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        tally = Tally()
        tally.add(reader_of(data, catalogue, monkeypatch), lambda name: True)
        assert total == tally.counts["move"] == 20_000 * times
        assert reader.records == 40_000 * times
        assert len(list(reader.problems)) == MOST_KINDS + 1
    assert peaks[1] < 1.2 * peaks[0] < 40 << 20
