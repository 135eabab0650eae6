"""Options that ask for what a trace cannot have: how many records lack it is said, once, and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.cli.running import run

EVENTS = """\
lamp_on(int n, int owner) "n %d"
lamp_off(int n, int owner) "n %d"
"""
LOG = "lamp_on n 1\nlamp_off n 1\n"
DATED = "2026-01-02T03:04:05.000001Z lamp_on n 1\n2026-01-02T03:04:06Z lamp_off n 1\n"
NO_MATCH = "so conditions on '{}' match none of them"
TIMES = "; QEMU's log has times with -msg timestamp=on"
THREADS = "; QEMU's log has thread IDs up to 10.1, with -msg timestamp=on"


def words_of_a_guest():
    """Two records without times and processes."""
    return struct.pack("<14Q", 0, 1, 0, *[0] * 4, 1, 1, 0, *[0] * 4)


def version_2():
    """A trace of QEMU 1.1 with two records, which have times but no processes."""
    head = struct.pack("<QQQ", 0xFFFFFFFFFFFFFFFF, 0xF2B177CB0AA429B4, 2)
    return head + b"".join(struct.pack("<QQIIQQ", number, 5 + number, 40, 0, 1, 0) for number in (0, 1))


@pytest.fixture
def decode(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def decode(trace, *words, events=EVENTS, command="decode"):
        Path("trace").write_bytes(trace if isinstance(trace, bytes) else trace.encode())
        Path("events").write_text(events)
        return run(command, "trace", "--events", "events", *words)

    return decode


GUEST = ("--guest", "--wire", "words")
TRACES = {
    "log": (LOG, (), TIMES, THREADS),
    "dated log": (DATED, (), None, THREADS),
    "guest": (words_of_a_guest(), GUEST, "", ""),
    "version 2": (version_2(), (), None, ""),
}
ASKED = {
    ("--since", "5s"): ("time", "so --since and --until match none of them"),
    ("--until", "5s"): ("time", "so --since and --until match none of them"),
    ("--where", "time > 5s"): ("time", NO_MATCH.format("time")),
    ("--where", "not time > 5s"): ("time", NO_MATCH.format("time")),
    ("--where", "n > 5 or record.time == 3"): ("time", NO_MATCH.format("time")),
    ("--pid", "7"): ("process ID", "so --pid matches none of them"),
    ("--where", "pid != 7"): ("process ID", NO_MATCH.format("pid")),
    ("--where", "n == 1 and not record.pid == 7"): ("process ID", NO_MATCH.format("pid")),
}


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
@pytest.mark.parametrize("kind", TRACES)
def test_it_is_said_that_nothing_matches(decode, kind, words):
    trace, given, times, threads = TRACES[kind]
    field, follows = ASKED[words]
    how = times if field == "time" else threads
    said = "" if how is None else f"tesc: warning: trace: 2 of 2 records have no {field}, {follows}{how}\n"
    for form in ((), ("--stats", "--format", "jsonl"), ("--format", "chrome"), ("--format", "ctf", "-o")):
        ran = decode(trace, *given, *words, *form, *(["ctf"] if "-o" in form else []))
        assert (ran.status, ran.err) == (0, said)
        assert not said or form or not ran.out


def test_tables_say_it_too(decode):
    for command, words in (("decode", ("--format", "sqlite", "-o", "t")), ("query", ("SELECT 1",))):
        if command == "query":
            pytest.importorskip("duckdb")
            pytest.importorskip("pyarrow")
        ran = decode(LOG, "--pid", "3", *words, command=command)
        assert "trace: 2 of 2 records have no process ID, so --pid matches none of them" in ran.err


def test_records_without_it_among_others_are_counted(decode):
    ran = decode(f"7@9.000001:lamp_on n 2\n{LOG}", "--where", "time > 5s and pid == 7")
    assert ran.out == "lamp_on n 2\n"
    assert ran.err == f"tesc: warning: trace: 2 of 3 records have no time, {NO_MATCH.format('time')}{TIMES}\n"
    ran = decode(f"7@9.000001:lamp_on n 2\n{DATED}", "--where", "time > 5s and pid == 7")
    said = f"tesc: warning: trace: 2 of 3 records have no process ID, {NO_MATCH.format('pid')}{THREADS}\n"
    assert (ran.out, ran.err) == ("lamp_on n 2\n", said)


def test_nothing_is_said_of_other_conditions(decode):
    assert decode(LOG, "--where", "n > 0 and name == 'lamp_on'").err == ""
    assert decode("7@9.000001:lamp_on n 2\n", "--where", "time > 5s and pid == 7").err == ""
    # A parameter of that name is what the condition is about.
    ran = decode("lamp_on 1\n", "--where", "time > 0", events='lamp_on(int time) "%d"\n')
    assert (ran.out, ran.err) == ("lamp_on 1\n", "")


def test_it_is_said_if_only_other_events_have_a_parameter_of_that_name(decode):
    """In QEMU's events there are a `time` and a `pid`."""
    events = EVENTS + 'lamp_set(int time, int pid) "time %d pid %d"\n'
    for name, what, how in (("time", "time", TIMES), ("pid", "process ID", THREADS)):
        ran = decode(LOG, "--where", f"{name} > 5", events=events)
        said = f"trace: 2 of 2 records have no {what}, {NO_MATCH.format(f'record.{name}')}{how}"
        assert (ran.out, ran.err) == ("", f"tesc: warning: {said}\n")
        assert decode("lamp_set time 6 pid 6\n", "--where", f"{name} > 5", events=events).err == ""


class TestArgumentsThatALogDoesNotShow:
    EIGHT = "".join(
        f"7@9.00000{at}:lamp_{what} n {at % 2}\n" for at, what in enumerate(["on", "on", "off", "off"] * 2)
    )

    @pytest.mark.parametrize(
        "condition", ["owner == 5", "not owner == 5", "owner < 9 and owner > 5 and time > 0"]
    )
    def test_conditions_on_them(self, decode, condition):
        """Each record is counted, equal ones too, and each once."""
        ran = decode(self.EIGHT, "--where", condition)
        said = f"tesc: warning: trace: 8 records do not show 'owner', {NO_MATCH.format('owner')}\n"
        assert (ran.status, ran.out, ran.err) == (0, "", said)

    def test_only_records_of_events_that_have_the_argument_count(self, decode):
        events = 'lamp_on(int n, int owner) "n %d"\nlamp_off(int n) "n %d"\n'
        ran = decode(LOG, "--where", "owner == 5 or n == 1", events=events)
        said = f"tesc: warning: trace: 1 record does not show 'owner', {NO_MATCH.format('owner')}\n"
        assert (ran.out, ran.err) == (LOG, said)

    @pytest.mark.parametrize("words", [("--latency",), ("--format", "perfetto", "-o", "picture")])
    def test_keys_of_spans(self, decode, words):
        """Records whose key is not known belong to none, not to each other."""
        ran = decode(self.EIGHT, *words, "--span", "lamp=lamp_on..lamp_off,key=owner")
        said = "span 'lamp': 8 records do not show 'owner', so they are not part of any span"
        assert (ran.status, ran.err) == (0, f"tesc: warning: {said}\n")
        assert "lamp" not in ran.out
        ran = decode(self.EIGHT, *words, "--span", "lamp=lamp_on..lamp_off,key=n")
        assert (ran.status, ran.err) == (0, "")
        assert "--latency" not in words or ran.out.splitlines()[1].split()[:3] == ["lamp", "4", "0"]

    @pytest.mark.parametrize("pattern", ["lamp_o*", "lamp_on"])
    def test_counters(self, decode, pattern):
        words = ("--format", "perfetto", "-o", "picture")
        ran = decode(self.EIGHT, *words, "--counter", f"{pattern}.owner")
        said = "tesc: warning: counter '{}.owner': 4 records do not show 'owner', so they are not drawn\n"
        events = [name for name in ("lamp_on", "lamp_off") if pattern in ("lamp_o*", name)]
        assert (ran.status, ran.err) == (0, "".join(map(said.format, events)))
        assert decode(self.EIGHT, *words, "--counter", f"{pattern}.n").err == ""

    def test_counters_of_text(self, decode):
        words = ("--format", "perfetto", "-o", "picture", "--counter", "lamp_named.name")
        ran = decode("lamp_named a\n", *words, events='lamp_named(const char *name) "%s"\n')
        said = "counter 'lamp_named.name': 1 record has text for 'name', so it is not drawn"
        assert (ran.status, ran.err) == (0, f"tesc: warning: {said}\n")

    def test_keys_of_spans_in_sql(self, decode):
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        for key, count in (("owner", "0"), ("n", "4")):
            words = ("--span", f"lamp=lamp_on..lamp_off,key={key}", "SELECT count(*) FROM spans.lamp")
            assert decode(self.EIGHT, *words, command="query").out.split()[-1] == count
