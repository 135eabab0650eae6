"""`tesc query` as users start it: traces, logs and folders; what it prints; its exit status."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys

import pytest

pytest.importorskip("duckdb")

EVENTS = 'm_lock(void *m) "%p"\nm_unlock(void *m, uint64_t left) "%p %" PRIu64\n'
HELD = "SELECT duration, key FROM spans ORDER BY duration DESC"


def record(event_id, when, *words):
    return struct.pack(f"<QQQII{len(words)}Q", 1, event_id, when, 24 + 8 * len(words), 7, *words)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    trace = struct.pack("<3Q", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4)
    trace += struct.pack("<QQI6s", 0, 0, 6, b"m_lock") + struct.pack("<QQI8s", 0, 1, 8, b"m_unlock")
    trace += (
        record(0, 1000, 1) + record(0, 1100, 2) + record(1, 1150, 2, 5) + record(1, 1300, 1, (1 << 64) - 1)
    )
    (tmp_path / "trace").write_bytes(trace)
    (tmp_path / "events").write_text(EVENTS)
    return tmp_path


@pytest.fixture
def query(folder):
    """A function that runs the command in the folder: exit status, output, messages."""

    def run(*words, stdin=b"", events=("--events", "events")):
        command = [sys.executable, "-m", "tesc", "query", *words, *events]
        done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def test_answers(query, folder):
    """Spans are recognized by the names of events: lock and unlock."""
    table = "duration  key\n     300  1\n      50  2\n"
    assert query("trace", HELD) == (0, table, "")
    assert query("trace", HELD, "--no-cache") == (0, table, "")
    # Options may also come between the trace and the SQL.
    assert query("trace", "--events", "events", "--format=table", HELD, events=()) == (0, table, "")
    assert query("--no-cache", "trace", "--events", "events", "--guest", HELD, events=()) == (0, table, "")
    assert query("trace", stdin=HELD.encode()) == (0, table, "")
    assert query("trace", HELD, "--format", "csv")[1] == "duration,key\r\n300,1\r\n50,2\r\n"
    _, lines, _ = query("trace", HELD, "--format=jsonl")
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"duration": 300, "key": "1"},
        {"duration": 50, "key": "2"},
    ]
    assert query("trace", 'SELECT "left" AS s FROM m_unlock', "--format=json") == (
        0,
        '[\n {"s": 5},\n {"s": 18446744073709551615}\n]\n',
        "",
    )
    assert query("trace", HELD, "-o", "answer", "--span", "x=m_lock..m_unlock") == (0, "", "")
    assert (folder / "answer").read_text().splitlines()[0] == "duration  key"


def test_parquet(query, folder):
    """A sum of 64-bit numbers keeps its digits."""
    pq = pytest.importorskip("pyarrow.parquet")
    sql = 'SELECT sum("left") AS s FROM m_unlock'
    assert query("trace", sql, "--format", "parquet", "-o", "answer") == (0, "", "")
    assert pq.read_table(folder / "answer").to_pylist() == [{"s": (1 << 64) + 4}]
    assert query("trace", sql, "--format", "parquet")[0] == 2
    assert query("trace", "SELECT 1; SELECT 2", "--format", "parquet", "-o", "other")[0] == 2
    assert {path.name for path in folder.iterdir()} == {"trace", "events", "answer", "cache"}


def test_a_missing_table(query):
    """DuckDB would suggest its own tables."""
    said = (
        "tesc: error: line 1, column 15: no table 'm_locc': the trace has no records of such an event; "
        "did you mean 'm_lock'?\n    SELECT m FROM m_locc\n                  ^^^^^^\n"
    )
    assert query("trace", "SELECT m FROM m_locc") == (2, "", said)
    said = query("trace", "SELECT 1 FROM virtio_notify")[2].splitlines()[0]
    assert said.endswith("no table 'virtio_notify': the trace has no records of such an event")


def test_spans_of_the_configuration(query, folder):
    """The spans of tesc.toml apply to a trace and to a folder of tables."""
    spans = "SELECT DISTINCT span FROM spans ORDER BY ALL"
    (folder / "tesc.toml").write_text(
        '[[span]]\nname = "held"\nbegin = ["m_lock"]\nend = ["m_unlock"]\nkey = ["m"]\n'
    )
    status, of_trace, said = query("trace", spans)
    assert (status, said) == (0, "")
    assert "held" in of_trace.split()
    command = ["decode", "trace", "--format", "parquet", "-o", "tables", "--events", "events"]
    subprocess.run([sys.executable, "-m", "tesc", *command], cwd=folder, check=True)
    assert query("tables", spans, events=()) == (0, of_trace, "")


def test_a_key_that_some_events_of_a_pattern_have(query, folder):
    """It is said before the trace is read, with a trace, a kept one and a folder of tables."""
    spans = "SELECT duration, key FROM spans WHERE span = 'held'"
    said = "1 of 2 events that match 'm_*' lacks the key 'left' and begins nothing: m_lock"
    (folder / "tesc.toml").write_text(
        '[[span]]\nname = "held"\nbegin = ["m_*"]\nend = ["over"]\nkey = ["left"]\n'
    )
    (folder / "events").write_text(EVENTS + 'over(uint64_t left) "%" PRIu64\n')
    over = struct.pack("<QQI4s", 0, 2, 4, b"over") + record(2, 1350, 5)
    with open(folder / "trace", "ab") as trace:
        trace.write(over)
    decode = [sys.executable, "-m", "tesc", "decode", "trace", "--events", "events"]
    subprocess.run([*decode, "--format", "parquet", "-o", "tables"], cwd=folder, check=True)
    answer = "duration  key\n     200  5\n"
    for trace, events in (
        ("trace", ("--events", "events")),
        ("trace", ("--events", "events")),
        ("tables", ()),
    ):
        assert query(trace, spans, events=events) == (0, answer, f"tesc: warning: span 'held': {said}\n")


def test_a_folder_and_a_log(query, folder):
    decode = [sys.executable, "-m", "tesc", "decode", "trace", "--events", "events"]
    subprocess.run([*decode, "--format", "parquet", "-o", "data"], cwd=folder, check=True)
    table = "duration  key\n     300  1\n      50  2\n"
    assert query("data", HELD, events=()) == (0, table, "")
    subprocess.run([*decode, "--timestamps", "-o", "log"], cwd=folder, check=True)
    status, found, _ = query("log", "SELECT count(*) AS n, sum(m) AS m FROM m_lock")
    assert (status, found) == (0, "n  m\n2  3\n")
    status, _, said = query("data", "SELECT 1", "-e", "m_lock", events=())
    assert (status, said) == (
        2,
        "tesc: error: the records of a folder cannot be selected by options: filter them in SQL\n",
    )


def test_kept(query, folder):
    """The tables of a trace are kept for the next query, until the trace changes."""
    datasets = folder / "cache" / "tesc" / "datasets"

    def kept():
        return {path.name: (path / "_tesc.json").stat().st_mtime_ns for path in datasets.iterdir()}

    query("trace", HELD)
    first = kept()
    assert len(first) == 1
    query("trace", "SELECT count(*) FROM m_lock")
    assert kept() == first
    query("trace", "SELECT count(*) FROM m_lock", "-e", "m_lock")
    assert len(kept()) == 2
    for number in range(4):
        (folder / "trace").write_bytes((folder / "trace").read_bytes() + record(0, 2000 + number, 9))
        query("trace", "SELECT count(*) FROM m_lock")
    assert len(kept()) == 3
    done = subprocess.run([sys.executable, "-m", "tesc", "cache", "clear"], capture_output=True, text=True)
    assert done.returncode == 0
    assert list(datasets.iterdir()) == []


def test_a_torn_trace(query, folder):
    """It is read as far as possible, and its tables are not kept."""
    data = (folder / "trace").read_bytes()
    (folder / "trace").write_bytes(data[:-3])
    status, found, said = query("trace", HELD)
    assert (status, found) == (1, "duration  key\n      50  2\n")
    assert "the trace ends within a record" in said
    assert list((folder / "cache" / "tesc" / "datasets").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trace", "SELECT n FROM m_lock"], "line 1, column 8: Referenced column"),
        (["trace", "COPY m_lock TO 'x.csv'"], "COPY is not allowed"),
        (["trace", "SELECT * FROM '/etc/passwd'"], "line 1, column 15: "),
        (["SELECT 1 FROM x"], "no trace given: it comes before the SQL"),
        (["none", "SELECT 1 "], "none: No such file or directory"),
        (["trace", "SELECT 1 ", "--span", "x"], "expected NAME=BEGIN..END"),
        (["trace", "SELECT 1 ", "--span", "x=m_lock..gone"], "no event of this trace can end it"),
        (["trace", "SELECT 1 ", "--span", "x=m_lock..m_unlock,key=x"], "--span 'x=m_lock..m_unlock,key=x': "),
        (["trace", "SELECT 1 ", "--span", "x=*_lock..*,key=left"], "'m_lock' has no parameter 'left'"),
        (["trace", "SELECT 1 ", "--format=parquet"], "name it with -o"),
        (["-"], "give the SQL as the last argument"),
        (["trace"], "no SQL given"),  # standard input is empty
        (["trace", ""], "no SQL given"),
        (["trace", " \n"], "no SQL given"),
    ],
)
def test_refused(query, words, said):
    status, found, errors = query(*words)
    assert (status, found) == (2, "")
    assert said in errors
    assert errors.startswith("tesc: error: ") and "Traceback" not in errors


def test_what_is_missing(folder):
    code = "import sys; sys.modules['duckdb'] = None\nfrom tesc.cli.main import main\nsys.exit(main())"
    words = ["query", "trace", "SELECT 1 ", "--events", "events"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True)
    assert done.stderr == "tesc: error: tesc query needs duckdb: pip install 'tesc[query]'\n"
    assert done.returncode == 2
    assert not os.path.exists(folder / "cache")


def test_the_events_of_builds(query, folder):
    """Without --events, tesc finds the events of the build that made the trace."""
    command = [sys.executable, "-m", "tesc", "builds", "add", "ours", "events"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    status, found, _ = query("trace", HELD, events=())
    assert (status, found) == (0, "duration  key\n     300  1\n      50  2\n")
