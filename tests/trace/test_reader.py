"""Reading traces: layouts, byte orders, the meaning of IDs, and everything that can be wrong."""

from __future__ import annotations

import pytest

from tesc.syntax.parser import parse
from tesc.syntax.source import Source as Text
from tesc.trace.counting import count
from tesc.trace.errors import MOST_KINDS, Unusable
from tesc.trace.events import Catalogue
from tesc.trace.formats import make_format
from tesc.trace.guest import GuestTrace
from tesc.trace.opening import open_reader
from tesc.trace.selection import ALWAYS, Selection
from tesc.units.loading import Loader
from tesc.units.resolve import Outside, resolve


@pytest.fixture
def read(tmp_path, catalogue):
    """A function from a trace's bytes, or a writer, to its rows and errors."""

    def run(data, catalogue=catalogue, window=ALWAYS, **how):
        path = tmp_path / "trace"
        path.write_bytes(getattr(data, "data", data))
        reader = open_reader(str(path), catalogue, **how)
        rows = [
            row for rows in reader.batches(lambda e: lambda values: (e.name, values), window) for row in rows
        ]
        reader.source.close()
        errors = [(error.offset, error.message, error.count) for error in reader.errors]
        return rows, errors

    return run


def counted(path, catalogue, **how):
    """The counts that --stats would print, and the errors; in the fast way if possible."""
    reader = open_reader(str(path), catalogue, **how)
    tally = count([reader], Selection(lambda name: True))
    reader.source.close()
    return {name: n for name, n in tally.counts.items() if n}, list(reader.errors), reader.records


@pytest.mark.parametrize("order", ["<", ">"])
def test_version_4(read, writer, order):
    made = writer(order).mapped().record(11, 5, 7, -1, -(1 << 40), 1).record(12, 6, 8, b"\xff", 200, b"")
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
    """Records have six words; a text is its address."""
    made = writer(order, 0).header().record(1, 5, 0, 1, 2, 3).record(3, 6, 0, 0xABC, 4)
    rows = [(5, -1, ("move", (1, 2, 3))), (6, -1, ("open_file", (0xABC, 4)))]
    assert read(made) == (rows, [])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("first", [0, 1])
def test_no_header(read, writer, order, first):
    """IDs are indexes unless mapped; the byte order is that of the first record."""
    made = writer(order)
    if first == 0:
        made.mapping(77, "point")
    made.record(4 if first else 77, 1, 2, 3).record(0, 2, 2)
    assert read(made, headless=True) == ([(1, 2, ("point", (3,))), (2, 2, ("idle", ()))], [])


@pytest.mark.parametrize("version", [0, 2, 3, 4])
def test_dropped(read, writer, version):
    made = writer("<", version).header().record(0xFFFFFFFFFFFFFFFE, 5, 6, 77)
    ((_, _, row),), errors = read(made)
    assert (row, errors) == (("Dropped_Event", (77,)), [])


def test_a_later_mapping_replaces_an_id(read, writer):
    made = writer().header().mapping(1, "point").record(1, 1, 1, 5).mapping(1, "idle").record(1, 2, 1)
    rows, errors = read(made)
    assert ([row[2] for row in rows], errors) == ([("point", (5,)), ("idle", ())], [])


def test_of_two_events_with_one_name_the_last_counts(read, writer, unit_of):
    twice = Catalogue(unit_of("a(int x)\na(const char *s)\n"))
    rows, errors = read(writer().header().mapping(0, "a").record(0, 1, 1, b"text"), twice)
    assert (rows, errors) == ([(1, 1, ("a", (b"text",)))], [])


HOST = """\
host(int x) "%d"
include "guest" prefix bios_ base 0x8000000000000000
include "other" prefix tool_ base 0x9000000000000000
"""
GUEST = """\
boot(int stage, const char *why) "%d %s"
disable off(void)
last(int64_t a, bool b, void *p) "%d %d %p"
"""


@pytest.fixture
def guests(tmp_path):
    (tmp_path / "guest").write_text(GUEST)
    (tmp_path / "other").write_text("tick(void)\n")
    tree = parse(Text("host", HOST, str(tmp_path / "host")))
    return Catalogue(resolve((tree,), Loader(), Outside(wire="words")))


@pytest.mark.parametrize("prefix", ["bios", "bios_"])
def test_guest(read, writer, guests, prefix):
    """A record has seven words; IDs count disabled events; addresses are numbers."""
    made = writer().guest(0, -2, 0xDEAD).guest(2, 1, 1, 1 << 63)
    rows, errors = read(made, guests, guest=GuestTrace(prefix))
    names = [("bios_boot", ((1 << 64) - 2, 0xDEAD)), ("bios_last", (1, 1, 1 << 63))]
    assert (rows, errors) == ([(-1, -1, name) for name in names], [])


def test_guest_of_its_own_file(read, writer, unit_of):
    own = Catalogue(unit_of(GUEST))
    ((_, _, row),), _ = read(writer().guest(0, 1, 2), own, guest=GuestTrace("", "words"))
    assert row == ("boot", (1, 2))
    form = make_format("text", [])
    event = own.guest("")[0]
    assert form.prepare(event)((1, 0x42)) == "boot 1 0x42\n"


@pytest.mark.parametrize(
    ("prefix", "message"),
    [("", "host: more than one guest (give --guest=PREFIX): 'bios_' at 0x8000000000000000, 'tool_' at "),
     ("nil", "host: no guest with the prefix 'nil': its includes with a base are 'bios_' at 0x8")],
)  # fmt: skip
def test_no_such_guest(read, guests, prefix, message):
    with pytest.raises(Unusable) as failure:
        read(b"", guests, guest=GuestTrace(prefix))
    assert str(failure.value).startswith(message)


def test_a_simpletrace_file_beside_guests(read, writer, guests):
    """Stream IDs of ranges with a base are found, mapped or not; a header shows what a file is."""
    made = writer().header().mapping(3, "bios_boot").record(3, 1, 1, 4, 5)
    made.record(0x8000000000000002, 2, 1, 6, 1, 7).record(0x9000000000000000, 3, 1)
    rows, errors = read(made, guests, guest=GuestTrace("bios"))
    names = [("bios_boot", (4, 5)), ("bios_last", (6, 1, 7)), ("tool_tick", ())]
    assert ([row[2] for row in rows], errors) == (names, [])


# Damaged traces.


def test_unknown_ids(read, writer):
    made = writer().mapped().mapping(99, "gone")
    at = len(made.data)
    made.record(50, 1, 1).record(99, 1, 1, 5, 6).record(50, 1, 1, b"x").record(10, 2, 2)
    rows, errors = read(made)
    assert rows == [(2, 2, ("idle", ()))]
    assert errors == [
        (at, "unknown event ID 0x32: no mapping record before it names it", 2),
        (
            at + 32,
            "event 'gone' is not declared in trace-events; use the trace-events-all of the traced program",
            1,
        ),
    ]


def test_unknown_ids_of_a_guest(read, writer, guests):
    rows, errors = read(
        writer().guest(3).guest(0x8000000000000000).guest(1), guests, guest=GuestTrace("bios")
    )
    assert [row[2] for row in rows] == [("bios_off", ())]
    assert errors == [
        (0, "112 bytes skipped: no event has the ID 0x3", 1),
    ]


def test_errors_are_few(read, writer, unit_of):
    """Each kind is reported once, with its count, and only for a limited number of events."""
    names = [f"e{number}" for number in range(MOST_KINDS + 8)]
    made = writer().header()
    for number, name in enumerate(names):
        made.mapping(number, name)
    for number in range(len(names)):
        made.raw(number, 1, 1, b"odd").raw(number, 1, 1, b"odd")
    _, errors = read(made, Catalogue(unit_of("".join(f"{name}(void)\n" for name in names))))
    assert [count for _, _, count in errors] == [2] * MOST_KINDS + [16]
    assert errors[-1][1] == "a record that cannot be decoded, for other reasons"


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
    made = writer().mapped()
    at = len(made.data)
    made.raw(event_id, 1, 1, payload).raw(event_id, 1, 1, payload).record(10, 2, 2)
    rows, ((offset, message, count),) = read(made)
    assert rows == [(2, 2, ("idle", ()))]
    assert (offset, count) == (at, 2)
    assert f"{len(payload)} bytes of arguments do not match its declaration in trace-events" in message
    counts, (error,), records = counted(tmp_path / "trace", catalogue)
    assert (counts, error.count, records) == ({"idle": 1}, 2, 3)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (23, "a record with a length of 23 bytes, shorter than its header of 24"),
        (0, "a record with a length of 0 bytes, shorter than its header of 24"),
        (0xFFFFFFFF, "a record with a length of 4,294,967,295 bytes, longer than any that QEMU writes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_wrong_length(read, writer, tmp_path, catalogue, version, length, message):
    made = writer().mapped() if version == 4 else writer("<", version).header()
    made.record(10 if version == 4 else 0, 1, 1)
    at = len(made.data)
    made.raw(10, 1, 1, b"", length=length).record(10, 2, 2)
    rows, errors = read(made)
    assert [row[2] for row in rows] == [("idle", ())]
    assert errors == [(at, f"{message}; nothing after it can be read", 1)]
    assert counted(tmp_path / "trace", catalogue)[0] == {"idle": 1}


def test_other_breaks(read, writer):
    made = writer().mapped().record(10, 1, 1)
    at = len(made.data)
    _, errors = read(made.data + made.pack("Q", 7) + bytes(100))
    broken = "a record of type 0x7, which is neither a mapping (0) nor an event (1)"
    assert errors == [(at, f"{broken}; nothing after it can be read", 1)]
    _, errors = read(made.data + made.pack("QQI", 0, 1, 0xFFFFFFFF))
    broken = "a mapping with an event name of 4,294,967,295 bytes"
    assert errors == [(at, f"{broken}; nothing after it can be read", 1)]


def test_too_many_mappings(read, writer, monkeypatch):
    monkeypatch.setattr("tesc.trace.reader.MOST_MAPPINGS", 5)
    rows, ((_, message, _),) = read(writer().mapped().record(10, 1, 1).mapping(7, "idle").record(7, 1, 1))
    assert len(rows) == 1
    assert message.startswith("a mapping record after 5 others;")


def test_torn_at_every_byte(read, writer, tmp_path, catalogue):
    """Wherever a trace is cut, complete records are read, and the offset of the rest is reported."""
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
        rows, errors = read(made.data[:cut])
        whole = max(end for end in ends if end <= cut)
        assert len(rows) == [0, 0, 1, 1, 2][ends.index(whole)]
        assert [offset for offset, _, _ in errors] == ([] if cut in ends else [whole])
        counts, found, _ = counted(tmp_path / "trace", catalogue)
        assert (sum(counts.values()), len(found)) == (len(rows), len(errors))
    assert errors == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "byte 0: the file is empty"),
        (b"short", "byte 0: not a simpletrace file"),
        (b"\xff" * 24, "byte 0: not a simpletrace file"),
        (b"#!/bin/sh\n" + bytes(100), "byte 0: not a simpletrace file"),
    ],
)
def test_not_a_trace(read, data, message):
    with pytest.raises(Unusable) as failure:
        read(data)
    assert message in str(failure.value)


@pytest.mark.parametrize(("version", "message"), [(1, "unknown log version 1"), (5, "unknown log version 5")])
def test_unknown_versions(read, writer, version, message):
    with pytest.raises(Unusable) as failure:
        read(writer("<", version).header())
    assert f"byte 16: {message}; the known ones are 0, 2, 3 and 4" in str(failure.value)


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
        (writer(), {"guest": GuestTrace("", "words")}),
    ):
        with pytest.raises(Unusable, match="its IDs are positions in trace-events, which has errors"):
            read(made, broken, **how)
