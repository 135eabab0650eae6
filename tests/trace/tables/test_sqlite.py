"""SQLite databases: every row; numbers from 2^63 on in order; nothing half written."""

from __future__ import annotations

import os
import sqlite3

import pytest

from tesc.trace.selection import Selection
from tesc.trace.tables import Unwritable
from tesc.trace.tables.sqlite import write_database

EVERYTHING = Selection(lambda name: True)
# Columns of numbers that may be 2^63 or more, by event.
WIDE = {"wide": ("u", "p", "offset")}


@pytest.fixture
def opened():
    """A function that opens a database, which is closed at the end."""
    connections = []

    def made(path):
        connections.append(sqlite3.connect(path))
        return connections[-1]

    yield made
    for connection in connections:
        connection.close()


def rows_in(connection):
    """The rows of all tables by event, without the column `trace`; numbers as numbers."""
    found = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name != 'traces'").fetchall():
        columns = [one[1] for one in connection.execute(f'PRAGMA table_info("{name}")')]
        columns.remove("trace")
        rows = []
        for row in connection.execute(
            f'SELECT {", ".join(f"{c!r}" for c in columns)} FROM "{name}"'.replace("'", '"')
        ):
            wide = [column in WIDE.get(name, ()) for column in columns]
            rows.append(tuple([int(v) if big and v is not None else v for v, big in zip(row, wide)]))
        found[name] = rows
    return found


@pytest.mark.parametrize("many", [False, True])
def test_every_row(made_up, reader_of, rows_of, tmp_path, monkeypatch, opened, many):
    if many:
        pytest.importorskip("numpy")
        monkeypatch.setattr("tesc.trace.vectors.WORTH", 0)
        monkeypatch.setattr("tesc.trace.vectors.PIECE", 5000)
        monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    (tmp_path / "trace").write_bytes(made_up())
    write_database([reader_of(tmp_path / "trace")], EVERYTHING, str(tmp_path / "db"))
    database = opened(tmp_path / "db")
    found, expected = rows_in(database), rows_of(tmp_path / "trace")
    taken = ({"say": "say", "Say": "Say_"}, {"say": "say_", "Say": "Say"})["Say" in found]
    assert found == {taken.get(name, name): rows for name, rows in expected.items()}
    assert database.execute("SELECT * FROM traces").fetchall() == [(1, "trace")]
    # Numbers are compared and sorted as numbers, below and above 2^63.
    numbers = sorted([row[2] for row in expected["wide"]])
    assert [int(u) for (u,) in database.execute("SELECT u FROM wide ORDER BY u")] == numbers
    ((least, most),) = database.execute("SELECT min(u), max(u) FROM wide")
    assert (int(least), int(most)) == (numbers[0], numbers[-1])
    ((positive,),) = database.execute("SELECT count(*) FROM wide WHERE u > 0")
    assert positive == sum(number > 0 for number in numbers)
    ((equal,),) = database.execute("SELECT count(*) FROM wide WHERE u = '18446744073709551615'")
    assert equal == numbers.count((1 << 64) - 1) > 0


def test_appended_and_replaced(made_up, reader_of, tmp_path, opened):
    (tmp_path / "trace").write_bytes(made_up(records=50))
    path = str(tmp_path / "db")
    write_database([reader_of(tmp_path / "trace")], EVERYTHING, path)
    write_database([reader_of(tmp_path / "trace")] * 2, EVERYTHING, path)
    one = rows_in(opened(path))
    write_database([reader_of(tmp_path / "trace")], EVERYTHING, path, append=True)
    found = rows_in(opened(path))
    assert {name: rows[: len(rows) // 2] for name, rows in found.items()} == one
    assert {name: rows[len(rows) // 2 :] for name, rows in found.items()} == one
    assert opened(path).execute("SELECT * FROM traces").fetchall()[0] == (1, "trace")


def test_names_that_are_taken(writer, unit_of, tmp_path, opened):
    """Names of SQLite itself, of the list of traces, and of the same event declared differently."""
    from tesc.trace.events import Catalogue
    from tesc.trace.opening import open_reader

    data = (
        writer().header().mapping(1, "sqlite_go").mapping(2, "traces").record(1, 5, 6, 7).record(2, 8, 9, 1)
    )
    (tmp_path / "trace").write_bytes(data.data)
    for x in ("int x", "int y", "int x"):
        unit = unit_of(f'sqlite_go({x}) "%d"\ntraces(int z) "%d"')
        reader = open_reader(str(tmp_path / "trace"), Catalogue(unit))
        write_database([reader], EVERYTHING, str(tmp_path / "db"), append=True)
        reader.source.close()
    counts = {name: len(rows) for name, rows in rows_in(opened(tmp_path / "db")).items()}
    assert counts == {"_sqlite_go": 2, "_sqlite_go_": 1, "traces_": 3}


def test_nothing_is_half_written(made_up, reader_of, tmp_path, monkeypatch, opened):
    (tmp_path / "trace").write_bytes(made_up(records=50))
    path = tmp_path / "db"
    write_database([reader_of(tmp_path / "trace")], EVERYTHING, str(path))
    before = rows_in(opened(path))

    def broken(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("tesc.trace.tables.sqlite._columns", broken)
    for append in (False, True):
        with pytest.raises(Unwritable, match="db: database or disk is full"):
            write_database([reader_of(tmp_path / "trace")], EVERYTHING, str(path), append)
        assert rows_in(opened(path)) == before
    assert set(os.listdir(tmp_path)) == {"trace", "db"}
    monkeypatch.undo()
    with pytest.raises(Unwritable, match="trace: file is not a database"):
        write_database([reader_of(tmp_path / "trace")], EVERYTHING, str(tmp_path / "trace"), append=True)
    with pytest.raises(OSError, match="No such file"):
        write_database([reader_of(tmp_path / "trace")], EVERYTHING, str(tmp_path / "none" / "db"))
