"""What each format prints, byte by byte; real traces are printed as by the reference."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tesc.trace.events import Catalogue
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.guest import GuestTrace
from tesc.trace.opening import open_reader
from tesc.trace.selection import ALWAYS

EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast) "x %d y %" PRId64 " %d"
say(const char *who, uint8_t level) "%-6s|%3u"
big(uint64_t n) "0x%" PRIx64
"""


@pytest.fixture
def trace(writer, tmp_path):
    """One record of each event; times go back once."""
    made = writer().header()
    for event_id, name in enumerate(["idle", "move", "say", "big"]):
        made.mapping(event_id, name)
    made.record(0, 2_000_000_123, 7).record(1, 2_000_001_623, 7, -3, -(1 << 40), 1)
    made.record(2, 2_000_001_622, 8, b'a"b\xff\xc3\xa9', 9).record(0xFFFFFFFFFFFFFFFE, 3_000_000_000, 8, 41)
    path = tmp_path / "trace"
    path.write_bytes(made.record(3, 3_000_000_000, 8, (1 << 64) - 1).data)
    return path


@pytest.fixture
def printed(unit_of):
    """A function from a trace to what a format prints of it."""

    def run(path, name, events=EVENTS, chosen=lambda event: True, **how):
        unit = unit_of(events)
        reader = open_reader(str(path), Catalogue(unit), **how.pop("reader", {}))
        form = make_format(name, [event for event in unit.events if chosen(event)], **how)
        parts = [form.begin()]
        for rows in reader.batches(lambda e: form.prepare(e) if chosen(e) else None, ALWAYS):
            parts.append(form.lines(rows))
        reader.source.close()
        assert list(reader.errors) == []
        return "".join([*parts, form.end()]).encode("latin-1")

    return run


def test_text(trace, printed):
    assert printed(trace, "text") == (
        b"idle \n"
        b"move x -3 y -1099511627776 1\n"
        b'say a"b\xff\xc3\xa9|  9\n'
        b"Dropped_Event 41 events dropped\n"
        b"big 0xffffffffffffffff\n"
    )


def test_text_with_timestamps(trace, printed):
    first, second, *_ = printed(trace, "text", timestamps=True).splitlines()
    assert (first, second) == (b"7@2.000000:idle ", b"7@2.000001:move x -3 y -1099511627776 1")


def test_simpletrace(trace, printed):
    assert printed(trace, "simpletrace") == (
        b"idle 0.000 pid=7 \n"
        b"move 1.500 pid=7 x=0xfffffffffffffffd y=0xffffff0000000000 fast=0x1\n"
        b"say -0.001 pid=8 who=b'a\"b\\xff\\xc3\\xa9' level=0x9\n"
        b"Dropped_Event 999998.378 pid=8 num_events_dropped=0x29\n"
        b"big 0.000 pid=8 n=0xffffffffffffffff\n"
    )


def test_jsonl(trace, printed):
    rows = [json.loads(line) for line in printed(trace, "jsonl").splitlines()]
    assert rows == [
        {"event": "idle", "time": 2_000_000_123, "pid": 7, "args": {}},
        {"event": "move", "time": 2_000_001_623, "pid": 7, "args": {"x": -3, "y": -(1 << 40), "fast": True}},
        {"event": "say", "time": 2_000_001_622, "pid": 8, "args": {"who": 'a"b\\xffé', "level": 9}},
        {"event": "Dropped_Event", "time": 3_000_000_000, "pid": 8, "args": {"num_events_dropped": 41}},
        {"event": "big", "time": 3_000_000_000, "pid": 8, "args": {"n": (1 << 64) - 1}},
    ]


def test_csv(trace, printed):
    text = printed(trace, "csv").decode("utf-8", "surrogateescape")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["time", "pid", "event", "arg1", "arg2", "arg3"],
        ["2000000123", "7", "idle", "", "", ""],
        ["2000001623", "7", "move", "-3", str(-(1 << 40)), "1"],
        ["2000001622", "8", "say", 'a"b\\xffé', "9", ""],
        ["3000000000", "8", "Dropped_Event", "41", "", ""],
        ["3000000000", "8", "big", str((1 << 64) - 1), "", ""],
    ]


def test_csv_of_one_event(trace, printed):
    text = printed(trace, "csv", chosen=lambda event: event.name == "move")
    assert text == b"time,pid,event,x,y,fast\r\n2000001623,7,move,-3,-1099511627776,1\r\n"


def test_chrome(trace, printed):
    made = json.loads(printed(trace, "chrome"))
    assert made["traceEvents"][1] == {
        "name": "move",
        "ph": "i",
        "s": "t",
        "ts": 2000001.623,
        "pid": 7,
        "tid": 7,
        "args": {"x": -3, "y": -(1 << 40), "fast": True},
    }
    assert made["traceEvents"][4]["args"] == {"n": "0xffffffffffffffff"}
    assert len(made["traceEvents"]) == 5


@pytest.mark.parametrize("name", FORMATS)
def test_of_nothing(printed, writer, tmp_path, name):
    path = tmp_path / "empty"
    path.write_bytes(writer().header().data)
    text = printed(path, name)
    if name == "chrome":
        assert json.loads(text)["traceEvents"] == []
    elif name == "perfetto":
        assert text == b""
    else:
        assert text == (b"time,pid,event,arg1,arg2,arg3\r\n" if name == "csv" else b"")


def test_a_guest_has_no_times(printed, writer, tmp_path):
    path = tmp_path / "guest"
    path.write_bytes(writer().guest(1, -1, 5, 1).data)
    how = {"reader": {"guest": GuestTrace("", "words")}}
    assert printed(path, "text", **how) == b"move x -1 y 5 1\n"
    assert printed(path, "text", timestamps=True, **how) == b"?@?:move x -1 y 5 1\n"
    assert printed(path, "simpletrace", **how) == b"move 0.000 pid=0 x=0xffffffffffffffff y=0x5 fast=0x1\n"
    assert json.loads(printed(path, "jsonl", **how))["time"] is None
    assert printed(path, "csv", **how).splitlines()[1] == b",,move,-1,5,1"
    assert json.loads(printed(path, "chrome", **how))["traceEvents"][0]["pid"] == 0


TRACES = ["all-info", "all-io", "dropped-1", "qsd-nbd", "small-convert", "small-create", "truncated", "big"]


@pytest.mark.parametrize("name", TRACES)
def test_as_the_reference_prints(conformance, unit_of, name):
    """The same bytes; for `truncated`, all complete records."""
    unit = unit_of(conformance("trace-events-all").read_text())
    form = make_format("simpletrace", unit.events)
    reader = open_reader(str(conformance(f"{name}.bin")), Catalogue(unit))
    with conformance(f"{name}.simpletrace.txt").open("rb") as expected:
        for rows in reader.batches(form.prepare, ALWAYS):
            made = form.lines(rows).encode("latin-1")
            assert made == expected.read(len(made))
        assert expected.read() == b""
    reader.source.close()
    offsets = [error.offset for error in reader.errors]
    assert offsets == ([99964] if name == "truncated" else [])
