"""The Python API: typed records, merged traces, analyzers."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

import tesc.trace

EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast) "x %d"
say(const char *who, uint8_t level) "%s"
"""


@pytest.fixture
def files(tmp_path, writer):
    """An events file and two traces whose times interleave."""
    (tmp_path / "events").write_text(EVENTS)
    for number, order in ((1, "<"), (2, ">")):
        made = writer(order).header().mapping(5, "idle").mapping(6, "move").mapping(7, "say")
        made.record(6, 10 * number, number, -1, -2, 1).record(7, 100 * number, number, b"\xffa", 3)
        (tmp_path / f"trace{number}").write_bytes(made.record(5, 1000 * number, number).data)
    return tmp_path


def test_records(files):
    with tesc.trace.open(files / "trace1", files / "events") as trace:
        first, second, third = trace
    assert (first.name, first.timestamp_ns, first.pid, first.args) == ("move", 10, 1, (-1, -2, True))
    assert first.args[2] is True
    assert (second["who"], second.arguments) == ("\udcffa", {"who": "\udcffa", "level": 3})
    assert (third.args, repr(third)) == ((), "<idle at 1000 pid 1: >")
    assert trace.errors == []


def test_a_unit_and_filters(files, unit_of):
    unit = unit_of(EVENTS)
    both = [files / "trace1", files / "trace2"]

    def times(**how):
        with tesc.trace.open(both, unit, **how) as trace:
            return [record.timestamp_ns for record in trace]

    assert times() == [10, 20, 100, 200, 1000, 2000]
    assert times(events=["*", "-idle"]) == [10, 20, 100, 200]
    assert times(since=20, until=200) == [20, 100]
    assert times(pids=[2]) == [20, 200, 2000]


def test_a_guest_merged_with_its_host(files, unit_of, writer):
    """Records without a time come first."""
    (files / "guest").write_bytes(writer().guest(1, 5).guest(0).data)
    with tesc.trace.open(
        [files / "trace1", files / "guest"], unit_of(EVENTS), guest="", wire="words"
    ) as trace:
        records = list(trace)
    assert [record.timestamp_ns for record in records] == [None, None, 10, 100, 1000]
    assert (records[0].args, records[0].pid) == ((5, 0, False), None)


def test_errors(files):
    data = (files / "trace1").read_bytes()
    (files / "torn").write_bytes(data[:-1])
    with tesc.trace.open(files / "torn", files / "events") as trace:
        assert [record.name for record in trace] == ["move", "say"]
        (error,) = trace.errors
    assert error.offset == len(data) - 32
    assert str(error).startswith(f"{files / 'torn'}: byte {len(data) - 32}: the trace ends within a record")
    with pytest.raises(tesc.trace.Unusable, match="not a simpletrace file"):
        tesc.trace.open([files / "trace1", files / "events"], files / "events")
    with pytest.raises(OSError, match="none"):
        tesc.trace.open(files / "none", files / "events")


class Log(tesc.trace.Analyzer):
    def __init__(self):
        self.log = []

    def begin(self):
        self.log.append("begin")

    def end(self):
        self.log.append("end")

    def catchall(self, event, rec):
        self.log.append((event.name, [name for _, name in event.args], rec))


def analyzed(files, analyzer):
    assert tesc.trace.process(files / "events", files / "trace1", analyzer)
    return analyzer.log


WORDS = ((1 << 64) - 1, (1 << 64) - 2, 1)


def test_catchall(files):
    assert analyzed(files, Log()) == [
        "begin",
        ("move", ["x", "y", "fast"], ("move", 10, 1, *WORDS)),
        ("say", ["who", "level"], ("say", 100, 1, b"\xffa", 3)),
        ("idle", [], ("idle", 1000, 1)),
        "end",
    ]


def test_methods(files):
    class Own(Log):
        def move(self, x, y, fast):
            self.log.append((x, y, fast))

        def say(self, timestamp, who, level):
            self.log.append((timestamp, who, level))

        def idle(self, timestamp, pid):
            self.log.append((timestamp, pid))

    assert analyzed(files, Own())[1:-1] == [WORDS, (100, b"\xffa", 3), (1000, 1)]


def test_keywords(files):
    class Own(tesc.trace.Analyzer2):
        def __init__(self):
            self.log = []

        def move(self, x, y, fast, *, timestamp_ns, **kwargs):
            self.log.append((x, timestamp_ns, sorted(kwargs)))

        def catchall(self, *rec_args, event, timestamp_ns, pid, event_id):
            self.log.append((rec_args, event.name, timestamp_ns, pid, event_id))

    assert analyzed(files, Own()) == [
        (WORDS[0], 10, ["event", "event_id", "pid"]),
        ((b"\xffa", 3), "say", 100, 1, "say"),
        ((), "idle", 1000, 1, "idle"),
    ]


def test_events_named_like_methods(files, writer):
    (files / "events").write_text("end(void)\ncatchall(int x)\n")
    made = writer().header().mapping(0, "end").mapping(1, "catchall").record(0, 1, 1).record(1, 2, 1, 5)
    (files / "trace1").write_bytes(made.data)
    log = analyzed(files, Log())
    assert [item if isinstance(item, str) else item[0] for item in log] == ["begin", "end", "catchall", "end"]


def test_run(files):
    script = files / "script.py"
    script.write_text(
        textwrap.dedent(
            """\
            from tesc.trace import Analyzer, run

            class Count(Analyzer):
                def begin(self):
                    self.number = 0

                def catchall(self, event, rec):
                    self.number += 1

                def end(self):
                    print(self.number)

            run(Count)
            """
        )
    )

    def ran(*arguments):
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, cwd=files)
        return done.returncode, done.stdout, done.stderr

    assert ran("events", "trace1") == (0, "3\n", "")
    (files / "torn").write_bytes((files / "trace1").read_bytes()[:-5])
    status, out, err = ran("events", "torn")
    assert (status, out, err.count("\n")) == (1, "2\n", 1)
    assert ran("events")[0] == ran("events", "none")[0] == ran("events", "events")[0] == 2
    assert "usage:" in ran()[2]


def test_nothing_else_is_there():
    assert sorted(name for name in tesc.trace.__all__ if not hasattr(tesc.trace, name)) == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tesc.trace.nothing  # noqa: B018
