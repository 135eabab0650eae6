"""Parquet datasets: every row, however many processes wrote them; appending and replacing."""

from __future__ import annotations

import json
import os
import random
import sqlite3

import pytest

from tesc.trace.conditions import Check
from tesc.trace.selection import Selection, Window
from tesc.trace.tables import Unwritable
from tesc.trace.tables.dataset import read_dataset, write_dataset
from tesc.trace.tables.sqlite import write_database

pytest.importorskip("pyarrow")
import pyarrow.parquet as pq

EVERYTHING = Selection(lambda name: True)
# Tables that are not named like their events: of two names that differ only in case, one gets an underscore.
CASES = {"say", "say_", "Say", "Say_"}


def rows_in(folder, without=("time", "trace")):
    """The rows of a dataset's tables, by table, in the order of their records."""
    found = {}
    for name in os.listdir(folder):
        if name.startswith("_"):
            continue
        rows = []
        for file in sorted(os.listdir(folder / name)):
            rows += (
                pq.read_table(folder / name / file, partitioning=None).drop_columns(list(without)).to_pylist()
            )
        found[name] = sorted([tuple(row.values()) for row in rows], key=lambda row: row[-1])
    return found


def by_event(folder, found):
    events = {name: layout.event for layout, name in read_dataset(str(folder)).names.items()}
    return {events[name]: rows for name, rows in found.items()}


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("order", "<>")
def test_every_row(made_up, reader_of, rows_of, tmp_path, monkeypatch, many, jobs, order):
    if many:
        pytest.importorskip("numpy")
        monkeypatch.setattr("tesc.trace.vectors.WORTH", 0)
        monkeypatch.setattr("tesc.trace.vectors.PIECE", 5000)
        monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    monkeypatch.setattr("tesc.trace.parts.PART", 20_000)
    monkeypatch.setattr("tesc.trace.tables.parquet.MOST_HELD", 10_000)
    monkeypatch.setattr("tesc.trace.tables.parquet.MOST_OPEN", 2)
    (tmp_path / "trace").write_bytes(made_up(order=order))
    data = tmp_path / "data"
    dataset = write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(data), jobs=jobs)
    found = by_event(data, rows_in(data))
    assert found == rows_of(tmp_path / "trace")
    assert set(os.listdir(data)) & CASES in ({"say", "Say_"}, {"Say", "say_"})
    assert dataset.traces == (("trace", 3000),)
    assert read_dataset(str(data)) == dataset
    assert {name: len(rows) for name, rows in rows_in(data).items()} == dataset.rows
    assert os.listdir(tmp_path) == ["trace", "data"] or set(os.listdir(tmp_path)) == {"trace", "data"}


def numbers_in(path):
    """The `seq` of each table of a database."""
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name != 'traces'").fetchall()
    found = [connection.execute(f'SELECT seq FROM "{name}" ORDER BY seq').fetchall() for (name,) in tables]
    connection.close()
    return sorted([[number for (number,) in rows] for rows in found if rows])


SELECTIONS = [
    EVERYTHING,
    Selection(lambda name: name in ("say", "wide")),
    Selection(lambda name: name != "idle", Window(since=10**18 + 500_000, pids=frozenset([7]))),
    Selection(
        lambda name: name != "wide",
        where=lambda event: event.name == "say" or Check(lambda values: not values or values[0] % 2, False),
    ),
]


@pytest.mark.parametrize("selection", range(len(SELECTIONS)))
@pytest.mark.parametrize("damage", [0, 1, 20])
def test_rows_do_not_depend_on_how_they_were_written(
    made_up, reader_of, tmp_path, monkeypatch, damage, selection
):
    """`seq` counts a trace's rows: in Parquet with any --jobs, with numpy or without, and in SQLite."""
    pytest.importorskip("numpy")
    monkeypatch.setattr("tesc.trace.parts.PART", 20_000)
    monkeypatch.setattr("tesc.trace.vectors.PIECE", 5000)
    monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    data = bytearray(made_up())
    choose = random.Random(damage)
    for _ in range(damage):
        data[choose.randrange(len(data) // 3, len(data))] ^= 1 << choose.randrange(8)
    path = tmp_path / "trace"
    path.write_bytes(data)
    results, numbers = [], []
    for worth in (1 << 40, 0):
        monkeypatch.setattr("tesc.trace.vectors.WORTH", worth)
        for jobs in (1, 2, 3):
            folder = tmp_path / f"data{worth}-{jobs}"
            write_dataset([reader_of(path)], SELECTIONS[selection], str(folder), jobs=jobs)
            results.append(by_event(folder, rows_in(folder)))
        database = tmp_path / f"db{worth}"
        write_database([reader_of(path)], SELECTIONS[selection], str(database))
        numbers.append(numbers_in(database))
    assert [result == results[0] for result in results] == [True] * 6
    expected = sorted([[row[-1] for row in rows] for rows in results[0].values()])
    assert numbers == [expected, expected]
    every = sorted([row[-1] for rows in results[0].values() for row in rows])
    assert every == list(range(len(every))) and len(every) > 100


def test_types(made_up, reader_of, tmp_path):
    """Parquet's own types are enough: there is no Arrow schema in addition."""
    (tmp_path / "trace").write_bytes(made_up(records=200))
    write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(tmp_path / "data"))

    def types(event):
        fields = pq.ParquetFile(next((tmp_path / "data" / event).iterdir())).schema
        return {fields.column(at).name: str(fields.column(at).logical_type) for at in range(len(fields))}

    stamp = (
        "Timestamp(isAdjustedToUTC=false, timeUnit=microseconds, "
        "is_from_converted_type=false, force_set_converted_type=false)"
    )
    always = {"ts": "None", "time": stamp, "pid": "None", "trace": "String", "seq": "None"}
    unsigned = "Int(bitWidth=64, isSigned=false)"
    assert types("wide") == {**always, "u": unsigned, "i": "None", "p": unsigned, "offset": unsigned}
    assert types("narrow") == {
        **always,
        "a": "Int(bitWidth=8, isSigned=false)",
        "b": "Int(bitWidth=8, isSigned=true)",
        "c": "Int(bitWidth=16, isSigned=false)",
        "d": "Int(bitWidth=16, isSigned=true)",
        "e": "Int(bitWidth=32, isSigned=false)",
        "f": "None",
        "g": "None",
    }
    assert list(types("taken")) == ["ts", "time", "pid", "ts_", "pid_", "Ts__", "x", "X_", "trace", "seq"]


def test_row_groups_are_in_time_order(writer, reader_of, tmp_path, monkeypatch):
    """A file's row groups are in time order, so that a reader of a time range needs only a few."""
    monkeypatch.setattr("tesc.trace.tables.parquet.MOST_HELD", 20_000)
    made = writer().header().mapping(10, "Say")
    for number in range(40_000):
        made.record(10, 1000 * number, 1, number)
    (tmp_path / "trace").write_bytes(made.data)
    write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(tmp_path / "data"))
    (path,) = (tmp_path / "data" / "Say").iterdir()
    meta = pq.ParquetFile(path).metadata
    spans = [meta.row_group(at).column(0).statistics for at in range(meta.num_row_groups)]
    assert len(spans) > 3
    assert all(one.max < other.min for one, other in zip(spans, spans[1:]))


def test_appended(made_up, reader_of, tmp_path):
    """Traces are appended one at a time; another declaration of an event gets its own table."""
    for number in (1, 2):
        (tmp_path / f"trace{number}").write_bytes(made_up(seed=number, records=300))
    data = tmp_path / "data"
    first = write_dataset([reader_of(tmp_path / "trace1")], EVERYTHING, str(data))
    one = rows_in(data, without=("time",))
    both = write_dataset([reader_of(tmp_path / "trace2")], EVERYTHING, str(data), append=True)
    found = rows_in(data, without=("time",))
    assert both.traces == (("trace1", 300), ("trace2", 300))
    assert both.names == first.names
    for name, rows in one.items():
        assert [row for row in found[name] if row[-2] == "trace1"] == rows
        assert len(found[name]) == both.rows[name] > first.rows[name]
    # Without append, the dataset is replaced.
    write_dataset([reader_of(tmp_path / "trace1")], EVERYTHING, str(data))
    assert rows_in(data, without=("time",)) == one


def test_another_declaration(writer, unit_of, tmp_path):
    from tesc.trace.events import Catalogue
    from tesc.trace.opening import open_reader

    (tmp_path / "trace").write_bytes(writer().header().mapping(1, "go").record(1, 5, 6, 7).data)
    for text in ('go(int x) "%d"', 'go(uint64_t y) "%" PRIu64'):
        reader = open_reader(str(tmp_path / "trace"), Catalogue(unit_of(text)))
        write_dataset([reader], EVERYTHING, str(tmp_path / "data"), append=True)
        reader.source.close()
    assert rows_in(tmp_path / "data") == {"go": [(5, 6, 7, 0)], "go_": [(5, 6, 7, 0)]}


def test_selected(made_up, reader_of, rows_of, tmp_path):
    (tmp_path / "trace").write_bytes(made_up(records=500))
    wanted = Selection(lambda name: name == "narrow", Window(since=10**18, until=1 << 62))
    write_dataset([reader_of(tmp_path / "trace")], wanted, str(tmp_path / "data"))
    rows = [row for row in rows_of(tmp_path / "trace")["narrow"] if row[0] is not None and row[0] < 1 << 62]
    found = rows_in(tmp_path / "data")
    assert [row[:-1] for row in found["narrow"]] == [row[:-1] for row in rows]
    assert list(found) == ["narrow"]


def test_other_files_stay(made_up, reader_of, tmp_path):
    (tmp_path / "trace").write_bytes(made_up(records=10))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter").write_text("dear")
    for target in (mine, tmp_path / "trace"):
        for append in (False, True):
            with pytest.raises(Unwritable, match="not a dataset that tesc wrote"):
                write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(target), append)
    assert (mine / "letter").read_text() == "dear"
    infinite = '{"version": 1, "tables": [], "traces": [{"name": "x", "records": 1e400}]}'
    for text in ("[", "[" * 10**5, "[]", '{"version": 1}', '{"version": 1, "tables": 5}', infinite):
        (mine / "_tesc.json").write_text(text)
        with pytest.raises(Unwritable, match="not the list that tesc writes"):
            read_dataset(str(mine))
    (mine / "_tesc.json").write_text(json.dumps({"version": 2}))
    with pytest.raises(Unwritable, match="version 2 is unknown"):
        read_dataset(str(mine))


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_half_written(made_up, reader_of, tmp_path, monkeypatch, append, jobs):
    """A failure, in whatever process and however late, leaves the old dataset unchanged."""
    (tmp_path / "trace").write_bytes(made_up(records=600))
    data = tmp_path / "data"
    write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(data))
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*.*")}
    monkeypatch.setattr("tesc.trace.parts.PART", 5000)

    def full(*_):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("tesc.trace.tables.parquet.Files.close", full)
    with pytest.raises(OSError, match="No space left"):
        write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(data), append, jobs)
    monkeypatch.undo()
    monkeypatch.setattr("tesc.trace.tables.dataset.os.replace", full)
    monkeypatch.setattr("tesc.trace.tables.dataset.os.rename", full)
    with pytest.raises(OSError, match="No space left"):
        write_dataset([reader_of(tmp_path / "trace")], EVERYTHING, str(data), append, jobs)
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*.*")} == before
    assert set(os.listdir(tmp_path)) == {"trace", "data"}
