"""Spans, compared with an independent search: lost, interleaved and nested records; the command's output."""

from __future__ import annotations

import json
import statistics
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.trace.columns import EventColumns
from tesc.trace.events import TracedEvent
from tesc.trace.latency_text import duration
from tesc.trace.spans import (
    BadPairing,
    Latencies,
    Pairing,
    Spans,
    chosen_pairings,
    likely_pairings,
    parse_pairing,
)
from tesc.units.resolve import resolve

ROOT = Path(__file__).parents[2]
EVENTS = """\
disk_start(void *req, int n) "req %p n %d"
disk_end(void *req, int status) "req %p status %d"
idle(void) "idle"
"""
BEGIN, END = (
    TracedEvent(name, (("void *", "req"), ("int", "n")), '""', True) for name in ("disk_start", "disk_end")
)


def batch(records):
    """A batch of (time, pid, begins, key), in this order."""
    parts = []
    for event, begins in ((BEGIN, True), (END, False)):
        mine = [(place, *one) for place, one in enumerate(records) if one[2] is begins]
        if mine:
            places, times, pids, _, keys = zip(*mine)
            parts.append(
                EventColumns(event, list(places), list(times), list(pids), (list(keys), [0] * len(keys)))
            )
    return parts


def reckoned(records):
    """Spans found by searching back from each end for its begin, one record at a time."""
    taken, found, orphaned = set(), [], 0
    for at, (time, pid, begins, key) in enumerate(records):
        if begins:
            continue
        for back in range(at - 1, -1, -1):
            if back not in taken and records[back][1:] == (pid, True, key):
                taken.add(back)
                found.append((records[back][0], time, pid, key))
                break
        else:
            orphaned += 1
    return found, sum(one[2] for one in records) - len(taken), orphaned


RECORDS = st.lists(
    st.tuples(st.integers(0, 1 << 40), st.sampled_from([1, 2]), st.booleans(), st.sampled_from([7, 8])),
    max_size=40,
)


@given(RECORDS, st.integers(0, 40))
def test_agrees_with_a_search_back_from_each_end(records, cut):
    found = []
    spans = Spans([Pairing("disk", ("disk_start",), ("disk_end",), ("req",))], found.append)
    for some in (records[:cut], records[cut:]):
        if some:
            spans.take(batch(some))
    expected, unfinished, orphaned = reckoned(records)
    assert [(s.begin, s.end, s.pid, s.key[0]) for s in found] == expected
    assert (spans.unfinished, spans.orphaned) == ([unfinished], [orphaned])


@given(st.lists(st.integers(0, 1 << 50) | st.integers(0, (1 << 64) - 1), min_size=1, max_size=60))
def test_latencies(durations):
    latencies = Latencies([Pairing("disk", ("disk_start",), ("disk_end",), ("req",))])
    for number, one in enumerate(durations):
        latencies.spans.take(batch([(0, 1, True, number), (one, 1, False, number)]))
    [result] = latencies.results()
    assert result.count == len(durations)
    assert result.maximum == max(durations)
    assert result.median == statistics.median_low(durations)
    assert sum(result.histogram) == len(durations)
    for power, count in enumerate(result.histogram):
        assert count == sum(max(d, 1).bit_length() - 1 == power for d in durations)
    assert sum(d <= result.p95 for d in durations) * 100 >= 95 * len(durations)
    assert sum(d < result.p99 for d in durations) * 100 < 99 * len(durations)


def test_pairings_with_one_name_are_kept_apart(unit_of):
    events = unit_of("a_start(void)\na_end(void)\nb_end(void)\n").events
    found = chosen_pairings(["a=a_start..a_end", "a=a_start..b_end", "b=a_end..b_end"], [], events)
    assert [(one.name, one.ends) for one in found] == [
        ("a", ("a_end",)),
        ("a_", ("b_end",)),
        ("b", ("b_end",)),
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("a_start(void *p)\na_end(int x, void *p)\n", [("a", "a_start", "a_end", ("p",))]),
        ("a_submit(int n)\na_done(int n)\n", [("a", "a_submit", "a_done", ("n",))]),
        ("read(int n)\nread_complete(int m)\n", [("read", "read", "read_complete", ())]),
        ("vm_enter(int n, void *p)\nvm_exit(int n, char *p)\n", [("vm", "vm_enter", "vm_exit", ("n",))]),
        ("start(void)\nend(void)\n", []),
        ("a_start(void)\nb_end(void)\n", []),
    ],
)
def test_pairs_recognized_by_name(events, expected):
    unit = resolve([parse(Source("t", events))])
    found = [(p.name, *p.begins, *p.ends, p.key) for p in likely_pairings(unit.events)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("io=a..b,key=req", Pairing("io", ("a",), ("b",), ("req",))),
        ("a|b*..c|d", Pairing("a", ("a", "b*"), ("c", "d"))),
        ("io=a..b,key=x,key=y", Pairing("io", ("a",), ("b",), ("x", "y"))),
    ],
)
def test_pairings(text, expected):
    assert parse_pairing(text) == expected


@pytest.mark.parametrize("text", ["", "a", "a..", "..b", "a..b,key", "a..b,by=x", "a..b,key="])
def test_what_is_not_a_pairing(text):
    with pytest.raises(BadPairing):
        parse_pairing(text)


def test_events_without_the_key_belong_to_no_span():
    found = []
    spans = Spans([Pairing("disk", ("disk_*",), ("disk_end",), ("nope",))], found.append)
    spans.take(batch([(0, 1, True, 7), (1, 1, False, 7)]))
    assert (found, spans.unfinished, spans.orphaned) == ([], [0], [0])


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1000, "1.00 us"),
        (12_345, "12.3 us"),
        (225_900_000, "226 ms"),
        (-5, "-5 ns"),
    ],
)
def test_durations_are_shown_with_three_digits(nanoseconds, shown):
    assert duration(nanoseconds) == shown


class TestCommand:
    @pytest.fixture
    def trace(self, tmp_path, writer, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("events").write_text(EVENTS)
        made = writer().header()
        for number, name in enumerate(["disk_start", "disk_end", "idle"]):
            made.mapping(number, name)
        made.record(0, 1000, 1, 0x10, 1).record(0, 1500, 1, 0x20, 1).record(2, 1600, 1)
        made.record(1, 2000, 1, 0x10, 0).record(1, 5500, 1, 0x20, 0).record(1, 6000, 1, 0x30, 0)
        made.record(0, 7000, 1, 0x10, 1)
        Path("trace").write_bytes(made.data)

    def tesc(self, *arguments):
        command = [sys.executable, "-m", "tesc", "decode", "trace", "--events", "events", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    def test_text(self, trace):
        done = self.tesc("--latency")
        assert done.returncode == 0
        assert done.stdout == (
            "SPAN  COUNT  UNMATCHED   MEDIAN      P95      P99      MAX\n"
            "disk      2          2  1.00 us  4.00 us  4.00 us  4.00 us\n"
            "    512 ns to  1.02 us           1  ########################################\n"
            "   1.02 us to  2.05 us           0\n"
            "   2.05 us to  4.10 us           1  ########################################\n"
        )

    def test_json_matches_its_schema(self, trace):
        done = self.tesc("--latency", "--format", "jsonl")
        [line] = done.stdout.splitlines()
        schema = json.loads((ROOT / "tesc/schemas/latency.schema.json").read_text())
        Draft202012Validator(schema).validate(json.loads(line))
        assert json.loads(line)["unfinished"] == 1
        assert json.loads(line)["orphaned"] == 1

    @pytest.mark.parametrize(
        ("event", "listed"), [("idle", ["wait"]), ("disk_*", ["disk", "wait"]), ("-*", [])]
    )
    def test_all_formats_leave_out_spans_without_records(self, trace, event, listed):
        spans = ("--span", "disk=disk_start..disk_end,key=req", "--span", "wait=idle..disk_end")
        done = self.tesc("--latency", f"--event={event}", *spans)
        lines = [line for line in done.stdout.splitlines()[1:] if not line.startswith(" ")]
        assert [line.split()[0] for line in lines] == listed
        done = self.tesc("--latency", f"--event={event}", *spans, "--format", "jsonl")
        assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == listed

    def test_a_given_pairing(self, trace):
        done = self.tesc("--latency", "--span", "wait=idle..disk_end")
        assert done.stdout.splitlines()[1].split() == ["wait", "1", "2", "400", "ns"] + ["400", "ns"] * 3

    def test_without_times_there_are_no_durations(self, trace):
        """Spans are counted, and a message says that their zeros are not durations."""
        assert self.tesc("--latency", "--since", "+0s").stderr == ""
        Path("trace").write_text("disk_start req 0x10 n 1\ndisk_end req 0x10 status 0\n")
        done = self.tesc("--latency")
        assert done.stdout.splitlines()[1].split()[:3] == ["disk", "1", "0"]
        assert done.returncode == 0
        assert done.stderr == (
            "tesc: warning: trace: 2 of 2 records have no time, so durations from or to them are not known; "
            "QEMU's log has times with -msg timestamp=on\n"
        )
        for option in ("--since", "--until"):
            done = self.tesc(option, "5s")
            assert "2 of 2 records have no time, so --since and --until match none of them" in done.stderr
        assert self.tesc("--stats").stderr == ""

    def test_a_guests_words_have_no_times_either(self, trace):
        Path("trace").write_bytes(struct.pack("<14Q", 0, 0x10, 1, *[0] * 4, 1, 0x10, 0, *[0] * 4))
        done = self.tesc("--guest", "--wire", "words", "--latency")
        assert done.stderr == (
            "tesc: warning: trace: 2 of 2 records have no time, so durations from or to them are not known\n"
        )

    @pytest.mark.parametrize(
        "words",
        [
            ("--span", "a..b"),
            ("--latency", "--span", "x"),
            ("--latency", "--format", "csv"),
            ("--latency", "--stats"),
        ],
    )
    def test_nonsense_is_refused(self, trace, words):
        done = self.tesc(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("tesc: error: ")

    @pytest.mark.parametrize(
        ("span", "problem"),
        [
            ("disk_start..disk_end,key=rek", "'disk_start' has no parameter 'rek'; did you mean 'req'?"),
            ("disk_start..disk_end,key=NOKEY", "'disk_start' has no parameter 'NOKEY'; it has req and n"),
            ("disk_start..disk_end,key=req,key=n", "'disk_end' has no parameter 'n'; it has req and status"),
            ("disk_start..idle,key=req", "'idle' has no parameter 'req'; it has none"),
            # It is enough if one of a pattern's events has the key, but a named event must have it.
            ("idle|disk_start..disk_end,key=req", "'idle' has no parameter 'req'; it has none"),
            (
                "disk_*..idle,key=request",
                "no event that matches 'disk_*' has a parameter 'request'; did you mean 'req'?",
            ),
        ],
    )
    def test_a_key_that_no_event_has_is_reported_before_a_record_appears(self, trace, span, problem):
        Path("trace").write_text("idle\n")
        expected = f"tesc: error: --span '{span}': {problem}\n"
        done = self.tesc("--latency", "--span", span)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
        done = self.tesc("--format", "perfetto", "-o", "picture", "--span", span)
        assert (done.returncode, done.stderr) == (2, expected)
        assert not Path("picture").exists()

    @pytest.mark.parametrize(
        ("span", "problem"),
        [
            ("*..gone,key=req", "1 of 3 events that match '*' lacks the key 'req' and begins nothing: idle"),
            (
                "disk_start..*,key=req",
                "1 of 2 events that match '*' lacks the key 'req' and ends nothing: idle",
            ),
            (
                "*..gone,key=n",
                "2 of 3 events that match '*' lack the key 'n' and begin nothing: disk_end, idle",
            ),
        ],
    )
    def test_a_key_that_some_events_of_a_pattern_have(self, trace, span, problem):
        """It is said once, whether or not the trace has records of the others, and they take no part."""
        log = "1@9.000001:disk_start req 0x10 n 1\n1@9.000002:{}\n1@9.000003:disk_end req 0x10 status 0\n"
        for other in ("idle idle", "nothing"):
            Path("trace").write_text(log.format(other))
            for words in (("--latency",), ("--format", "perfetto", "-o", "picture")):
                done = self.tesc(*words, "--span", f"a={span}")
                said = [line for line in done.stderr.splitlines() if "warning: span 'a': " in line]
                gone = ["tesc: warning: span 'a': no event matches 'gone'"] * ("gone" in span)
                assert (done.returncode, said) == (0, [f"tesc: warning: span 'a': {problem}", *gone])
                if words == ("--latency",) and not gone:
                    assert done.stdout.splitlines()[1].split()[:5] == ["a", "1", "0", "2.00", "us"]

    def test_a_key_of_which_no_event_has_all(self, trace):
        done = self.tesc("--latency", "--span", "disk_*..gone,key=n,key=status")
        said = "no event that matches 'disk_*' has all of 'n', 'status'"
        assert done.stderr == f"tesc: error: --span 'disk_*..gone,key=n,key=status': {said}\n"

    def test_a_wrong_key_in_the_configuration(self, trace):
        spans = '[[span]]\nbegin = ["disk_start"]\nend = ["disk_end"]\nkey = ["req", "statu"]\n'
        Path("tesc.toml").write_text(f'[[span]]\nbegin = ["idle"]\nend = ["disk_end"]\n{spans}')
        done = self.tesc("--latency")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "tesc.toml:7:15: error: 'disk_start' has no parameter 'statu'; it has req and n\n"
        )
        assert self.tesc("--latency", "--span", "disk_start..disk_end,key=req").returncode == 0
