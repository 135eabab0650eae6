"""`tesc decode --format parquet` and `--format sqlite` as users start them."""

from __future__ import annotations

import sqlite3
import struct
import subprocess
import sys

import pytest

EVENTS = 'idle(void)\nmove(int x, const char *how) "to %d by %s"\n'


def record(event_id, when, pid, payload=b""):
    return struct.pack("<QQQII", 1, event_id, when, 24 + len(payload), pid) + payload


@pytest.fixture
def decode(tmp_path):
    """A function that runs the command in a folder with a trace: exit status, messages."""
    (tmp_path / "events").write_text(EVENTS)
    trace = struct.pack("<3Q", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4)
    for event_id, name in enumerate((b"idle", b"move")):
        trace += struct.pack("<QQI", 0, event_id, len(name)) + name
    trace += record(1, 2_000_000, 7, struct.pack("<qI2s", -5, 2, b"b\xff")) + record(0, 1_000_000, 8)
    (tmp_path / "trace").write_bytes(trace)

    def run(*words, python=()):
        command = [sys.executable, *python, "-m", "tesc", "decode", "trace", "--events", "events", *words]
        done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.stdout == ""
        return done.returncode, done.stderr

    return run


def test_sqlite(decode, tmp_path):
    """It needs no extra packages, and does not mention records out of order."""
    for words, count in ((["-o", "db"], 1), (["-o", "db"], 1), (["--append", "-o", "db"], 2)):
        assert decode("--format", "sqlite", *words) == (0, "")
        with sqlite3.connect(tmp_path / "db") as database:
            rows = database.execute("SELECT ts, pid, x, how, seq FROM move").fetchall()
        database.close()
        assert rows == [(2_000_000, 7, -5, "b\\xff", 0)] * count


def test_parquet(decode, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    assert decode("--format", "parquet", "-o", "data", "-e", "move") == (0, "")
    (row,) = pq.read_table(tmp_path / "data" / "move").to_pylist()
    assert (row["ts"], row["x"], row["how"], row["trace"]) == (2_000_000, -5, "b\\xff", "trace")
    assert not (tmp_path / "data" / "idle").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format=parquet"], "--format parquet is written to a file or folder: name it with -o"),
        (["--format=sqlite"], "--format sqlite is written to a file or folder: name it with -o"),
        (["--format=sqlite", "-o", "db", "--follow"], "--follow cannot be used with tables"),
        (["--format=sqlite", "-o", "db", "--sort"], "--sort cannot be used with tables"),
        (["--append"], "--append requires --format parquet or sqlite"),
        (["--format=parquet", "-o", "mine"], "mine: not a dataset that tesc wrote"),
        (["--format=sqlite", "-o", "mine", "--append"], "mine: file is not a database"),
        (["--format=sqlite", "-o", "none/db"], "none/db"),
    ],
)
def test_refused(decode, tmp_path, words, message):
    (tmp_path / "mine").write_text("mine")
    status, said = decode(*words)
    assert status == 2
    assert said.startswith("tesc: error: ") and message in said
    assert len(said.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"events", "trace", "mine"}
    assert (tmp_path / "mine").read_text() == "mine"


def test_without_pyarrow(decode, tmp_path):
    """The message names the package to install, before anything is read."""
    hidden = "import sys; sys.modules['pyarrow'] = None\nfrom tesc.cli.main import main\n"
    hidden += "sys.exit(main(sys.argv[3:]))"
    status, said = decode("--format", "parquet", "-o", "data", python=("-c", hidden))
    assert (status, said) == (2, "tesc: error: --format parquet needs pyarrow: pip install 'tesc[parquet]'\n")
    assert not (tmp_path / "data").exists()


def test_other_formats_import_no_packages():
    """Without table formats, neither their packages nor numpy are imported."""
    code = "import sys, tesc.trace, tesc.cli.decode, tesc.trace.tables.sqlite\n"
    code += "print(sorted({'pyarrow', 'duckdb', 'numpy', 'pandas', 'polars'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
