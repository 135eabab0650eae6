"""The names of traces in tables: two traces with the same file name stay two."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.trace import open as open_trace
from tesc.trace.tables.layout import trace_names

EVENTS = 'read_begin(uint32_t id) "%u"\nread_end(uint32_t id) "%u"\n'
SPANS = "select trace, count(*), sum(duration) from spans group by trace order by trace"


@pytest.mark.parametrize(
    ("paths", "taken", "names"),
    [
        (["a/trace"], [], ["trace"]),
        (["a/trace", "other"], [], ["trace", "other"]),
        (["a/trace", "b/trace", "c"], [], ["a/trace", "b/trace", "c"]),
        (["x/a/trace", "y/a/trace", "y/b/trace"], [], ["x/a/trace", "y/a/trace", "b/trace"]),
        (["/trace", "trace", "/a/trace"], [], ["/trace", "trace", "a/trace"]),
        (["a/trace", "./a/trace", "a/trace"], [], ["trace", "trace (2)", "trace (3)"]),
        (["trace", "trace"], [], ["trace", "trace (2)"]),
        (["b/trace"], ["trace"], ["trace (2)"]),
    ],
)
def test_names(paths, taken, names):
    assert trace_names(paths, taken) == names


@pytest.fixture
def traces(writer, tmp_path, monkeypatch):
    """Two traces with the same name, with spans of the same process."""
    monkeypatch.chdir(tmp_path)
    Path("events").write_text(EVENTS)
    for folder, base, count in (("a", 1000, 3), ("b", 1_000_000_000, 2)):
        made = writer().header().mapping(0, "read_begin").mapping(1, "read_end")
        for number in range(count):
            made.record(0, base + 100 * number, 7, 5).record(1, base + 100 * number + 10, 7, 5)
        Path(folder).mkdir()
        Path(folder, "trace").write_bytes(made.data)
    return ["a/trace", "b/trace"]


def test_their_spans_are_their_own(traces, capsys):
    pytest.importorskip("duckdb")
    assert main(["query", *traces, "--events=events", "--format=csv", "--no-cache", "--isolated", SPANS]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["a/trace,3,30", "b/trace,2,20"]


def test_in_each_kind_of_tables(traces):
    pytest.importorskip("pyarrow")
    with open_trace(traces, "events") as opened:
        table = opened.to_arrow("read_end", ["trace"])
    assert table.column("trace").to_pylist() == ["a/trace"] * 3 + ["b/trace"] * 2
    made = ["decode", *traces, "--events=events", "--isolated", "--format"]
    assert main([*made, "sqlite", "-o", "made.db"]) == 0
    assert sqlite3.connect("made.db").execute("select name from traces order by trace").fetchall() == [
        ("a/trace",),
        ("b/trace",),
    ]
    for more in ([], ["--append"]):
        assert main([*made, "parquet", "-o", "made", *more]) == 0
    from tesc.trace.tables.dataset import read_dataset

    names = [name for name, _ in read_dataset("made").traces]
    assert names == ["a/trace", "b/trace", "a/trace (2)", "b/trace (2)"]
