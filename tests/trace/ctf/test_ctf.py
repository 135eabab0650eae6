"""Traces in the Common Trace Format, as babeltrace2 reads them.

Debian 12's babeltrace2 2.0.4 reads version 1.8; for version 2, TESC_BABELTRACE2 names a babeltrace2 2.1 or
newer. For version 2, this test also has its own reader, which is driven by the metadata.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.trace import open as open_trace

EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast, int8_t tiny) "%d %" PRId64 " %d %d"
say(const char *who, uint8_t level, const char *what) "%s %u %s"
point(void *p, uint64_t n, unsigned short s) "%p %" PRIu64 " %u"
words(int _x, int x, int struct_, int event) "%d %d %d %d"
"""
NAMES = [line.partition("(")[0] for line in EVENTS.splitlines()]
RECORDS = [
    ("idle", 2_000_000_123, 7),
    ("move", 2_000_000_124, 7, -3, -(1 << 63), 1, -128),
    ("move", 2_000_000_124, 7, 2**31 - 1, 2**63 - 1, 0, 127),
    ("say", 2_000_000_100, 8, b"a b\xc3\xa9", 255, b"."),
    ("say", 2_000_000_200, 8, b"x" * 300, 0, "\U0001f600".encode()),
    ("Dropped_Event", 2_000_000_300, 8, 41),
    ("point", 2_000_000_400, 7, (1 << 64) - 1, (1 << 64) - 1, 65535),
    ("point", 1_999_999_000, 7, 0, 1 << 63, 0),
    ("words", 2_000_000_500, 7, 1, 2, 3, 4),
    ("Dropped_Event", 2_000_000_600, 8, 1),
]
REAL = ["all-info", "all-io", "dropped-1", "qsd-nbd", "small-convert", "small-create"]


@pytest.fixture
def trace(tmp_path, writer, monkeypatch):
    """A function that writes records of (event, time, pid, arguments...) as a trace."""
    monkeypatch.chdir(tmp_path)
    Path("events").write_text(EVENTS)

    def write(records) -> Path:
        made = writer().header()
        for number, event in enumerate(NAMES):
            made.mapping(number, event)
        for event, time, pid, *args in records:
            made.record(NAMES.index(event) if event in NAMES else 0xFFFFFFFFFFFFFFFE, time, pid, *args)
        Path("trace").write_bytes(made.data)
        return Path("trace")

    return write


def tesc(*arguments: object, status: int = 0) -> str:
    command = [sys.executable, "-m", "tesc", "decode", "--no-cache", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


def made_of(trace: Path, events: object, *options: object) -> Path:
    tesc(trace, "--events", events, "--format", "ctf", "-o", "made", *options)
    return Path("made")


@pytest.fixture
def read(skip_without):
    """A function from a trace to its records and the number of lost ones, as read by Debian's babeltrace2."""
    if subprocess.run(["/usr/bin/python3", "-c", "import bt2"], capture_output=True).returncode:
        skip_without("bt2 for Python (Debian's package python3-bt2)")

    def rows(made: Path):
        command = ["/usr/bin/python3", str(Path(__file__).with_name("dump.py")), str(made)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        *found, last = map(json.loads, done.stdout.splitlines())
        return [(time, name, pid, fields) for time, name, pid, fields in found], last["discarded"]

    return rows


def expected(trace: Path, events: object) -> list[tuple[object, ...]]:
    """The records by time; records with equal times in the order of the trace."""
    with open_trace(str(trace), str(events)) as records:
        found = [(one.timestamp_ns, one.name, one.pid, one.arguments) for one in records]
    return sorted(found, key=lambda one: (one[0], one[2]))


def same(found: list[tuple[object, ...]], wanted: list[tuple[object, ...]]) -> None:
    """Compare; a bool is an enumeration. Empty texts are not: findings/babeltrace2-empty-text.sh says why."""
    assert len(found) == len(wanted)
    for one, other in zip(sorted(found, key=lambda row: (row[0], row[2])), wanted):
        fields = dict(one[3])
        for name, value in other[3].items():
            if value == "":
                fields[name] = ""
            elif isinstance(value, bool):
                assert fields[name] == [int(value), str(value).lower()]
                fields[name] = value
        assert (*one[:3], fields) == other


def test_every_record_with_its_arguments(trace, read):
    made = trace(RECORDS)
    found, lost = read(made_of(made, "events"))
    same(found, expected(made, "events"))
    assert lost == 42
    assert sorted(path.name for path in Path("made").iterdir()) == ["metadata", "stream_7", "stream_8"]


def test_times_that_go_back_between_packets(trace, read):
    """Merged traces are written in batches, like traces whose times go back."""
    records = [("point", 10**6 + (n * 7919) % 4099, n % 3 + 1, n, n, 1) for n in range(9000)]
    made = trace(records)
    empty = Path("empty")
    empty.write_bytes(made.read_bytes()[:24])
    tesc(made, empty, "--events", "events", "--format", "ctf", "-o", "made")
    found, _ = read(Path("made"))
    same(found, expected(made, "events"))
    assert len(list(Path("made").glob("stream*"))) > 3


def test_values_that_a_log_lacks(tmp_path, monkeypatch, read):
    monkeypatch.chdir(tmp_path)
    Path("events").write_text('pair(const char *a, const char *b, int n) "%s%s %d"\n')
    Path("log").write_text("pair xy 3\n")
    found, _ = read(made_of(Path("log"), "events"))
    assert found == [
        (0, "pair", -1, {"a": found[0][3]["a"], "b": found[0][3]["b"], "n": 3, "tesc_unknown": 3})
    ]


@pytest.mark.parametrize("name", REAL)
def test_real_traces(conformance, tmp_path, monkeypatch, read, name):
    monkeypatch.chdir(tmp_path)
    trace, events = conformance(f"{name}.bin"), conformance("trace-events-all")
    found, lost = read(made_of(trace, events))
    wanted = expected(trace, events)
    same(found, wanted)
    assert lost == sum(one[3]["num_events_dropped"] for one in wanted if one[1] == "Dropped_Event")


def records_of(stream: Path) -> bytes:
    """The records of a stream's packets, without the packets' heads."""
    data, at, parts = stream.read_bytes(), 0, []
    while at < len(data):
        magic, bits = struct.unpack_from("<I20xQ", data, at)
        assert magic == 0xC1FC1FC1
        parts.append(data[at + 72 : at + bits // 8])
        at += bits // 8
    return b"".join(parts)


def test_a_long_trace(conformance, tmp_path, monkeypatch, need):
    """Several processes read the parts: the records are the same as with one, and babeltrace2 counts them."""
    monkeypatch.chdir(tmp_path)
    trace, events = conformance("big.bin"), conformance("trace-events-all")
    one = records_of(made_of(trace, events, "--jobs", 1) / "stream_31361")
    two = made_of(trace, events, "--jobs", 2)
    assert records_of(two / "stream_31361") == one
    counter = [need("babeltrace2", "babeltrace2"), str(two), "--component=sink.utils.counter"]
    done = subprocess.run(counter, capture_output=True, text=True, check=True)
    assert "1200053 Event messages" in done.stdout.replace(",", "")


class Described:
    """Reads streams by the metadata of version 2; only the kinds of fields that tesc writes."""

    def __init__(self, folder: Path) -> None:
        fragments = (folder / "metadata").read_text().split("\x1e")
        assert fragments.pop(0) == ""
        self.folder = folder
        self.parts = [json.loads(one) for one in fragments]
        [trace, stream] = [self.only("trace-class"), self.only("data-stream-class")]
        self.header = trace["packet-header-field-class"]
        self.context = stream["packet-context-field-class"]
        self.event = stream["event-record-header-field-class"]
        self.events = {one["id"]: one for one in self.parts if one["type"] == "event-record-class"}

    def only(self, kind: str) -> dict[str, object]:
        [one] = [one for one in self.parts if one["type"] == kind]
        return one

    def field(self, kind, data: bytes, at: int):
        name = kind["type"]
        if name == "structure":
            found = {}
            for member in kind["member-classes"]:
                found[member["name"]], at = self.field(member["field-class"], data, at)
            return found, at
        if name == "static-length-blob":
            return data[at : at + kind["length"]], at + kind["length"]
        if name == "null-terminated-string":
            end = data.index(b"\0", at)
            return data[at:end].decode(), end + 1
        size = kind["length"] // 8
        value = int.from_bytes(data[at : at + size], "little", signed="-signed-" in name)
        return bool(value) if name == "fixed-length-boolean" else value, at + size

    def records(self):
        identity = bytes(self.parts[0]["uuid"])
        for path in sorted(self.folder.glob("stream*")):
            data, at, lost = path.read_bytes(), 0, 0
            while at < len(data):
                start = at
                header, at = self.field(self.header, data, at)
                context, at = self.field(self.context, data, at)
                assert (header["magic"], header["uuid"]) == (0xC1FC1FC1, identity)
                assert context["events_discarded"] >= lost
                lost = context["events_discarded"]
                while at < start + context["content_size"] // 8:
                    event, at = self.field(self.event, data, at)
                    one = self.events[event["id"]]
                    fields, at = self.field(one["payload-field-class"], data, at)
                    assert context["timestamp_begin"] <= event["timestamp"] <= context["timestamp_end"]
                    yield event["timestamp"], one["name"], context["pid"], fields


def test_version_2_as_its_metadata_says(trace):
    made = trace(RECORDS)
    found = sorted(
        Described(made_of(made, "events", "--ctf-version", "2")).records(), key=lambda one: (one[0], one[2])
    )
    assert found == expected(made, "events")


def test_version_2_in_babeltrace(trace):
    program = os.environ.get("TESC_BABELTRACE2")
    if not program:
        pytest.skip("TESC_BABELTRACE2 names no babeltrace2 of version 2.1 or later")
    made = trace(RECORDS)
    folder = made_of(made, "events", "--ctf-version", "2")
    done = subprocess.run([program, "--clock-cycles", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sum(int(lost) for lost in re.findall(r"discarded (\d+) event", done.stderr)) == 42
    hexadecimal = {"p"}
    shown = []
    for time, name, pid, fields in expected(made, "events"):
        texts = []
        for field, value in sorted(fields.items(), key=lambda one: one[0] == "_x"):  # it must come after x
            text = f'"{value}"' if isinstance(value, str) else str(int(value))
            if isinstance(value, bool):
                text = str(value).lower()
            elif field in hexadecimal:
                text = f"0x{value:X}"
            texts.append(f"{field} = {text}")
        shown.append(
            f"[{time:020}] {name}: {{ pid = {pid} }}, {{ {', '.join(texts)} }}".replace("{  }", "{ }")
        )
    found = [re.sub(r" \(\+[?\d.]+\)", "", line) for line in done.stdout.splitlines()]
    assert sorted(found) == sorted(shown)


def test_wall_clock_time_has_an_origin(trace):
    now = 1_800_000_000_123_456_789
    made = trace([("idle", now, 7)])
    assert "absolute = true;" in (made_of(made, "events") / "metadata").read_text()
    folder = made_of(made, "events", "--ctf-version", "2")
    assert Described(folder).only("clock-class")["origin"] == "unix-epoch"
    assert "absolute" not in (made_of(trace([("idle", 5, 7)]), "events") / "metadata").read_text()


class TestFolder:
    def test_is_replaced_if_it_is_a_trace(self, trace):
        made_of(trace([("idle", 1, 7)]), "events")
        made_of(trace([("idle", 1, 8)]), "events")
        assert sorted(path.name for path in Path("made").iterdir()) == ["metadata", "stream_8"]

    def test_is_left_alone_if_it_is_not(self, trace):
        made = trace([("idle", 1, 7)])
        Path("made").mkdir()
        Path("made/notes").touch()
        said = tesc(made, "--events", "events", "--format", "ctf", "-o", "made", status=2)
        assert said == "tesc: error: made: exists and is not a CTF trace: choose another folder\n"
        assert sorted(path.name for path in Path().iterdir()) == ["events", "made", "trace"]

    def test_is_not_there_when_it_fails(self, trace):
        said = tesc(
            trace([("idle", 1 << 63, 7)]), "--events", "events", "--format", "ctf", "-o", "x", status=2
        )
        assert "CTF readers do not accept times from 2^63 on" in said
        assert not list(Path().glob("x*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "ctf"], "--format ctf writes a folder: name it with -o"),
        (
            ["--format", "ctf", "-o", "x", "--follow"],
            "--follow cannot be combined with --format ctf, which is written as a whole",
        ),
        (["--ctf-version", "2"], "--ctf-version requires --format ctf"),
    ],
)
def test_nonsense_is_refused(trace, words, said):
    assert said in tesc(trace([("idle", 1, 7)]), "--events", "events", *words, status=2)
