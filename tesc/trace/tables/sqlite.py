"""Tables in an SQLite database, with Python's own module.

SQLite's integers are signed and have 64 bits. Columns of unsigned 64-bit arguments (addresses, uint64_t,
size_t) store numbers below 2^63 as integers, and those from 2^63 on as text of 20 digits. Such a column is
declared without a type, so that nothing is converted. SQLite orders text after all integers, and by its
digits, so =, <, ORDER BY, min and max are right, and every number is shown with all digits. The `sum` of such
text is floating point.

`trace` is a number, that of the trace's name in the table `traces`.
"""

from __future__ import annotations

import os
import sqlite3
from itertools import chain, islice

from tesc.trace import vectors
from tesc.trace.columns import Pieces, typed
from tesc.trace.output import check_replaceable, replacing
from tesc.trace.tables import Unwritable
from tesc.trace.tables.layout import as_text, known_pids, known_times, layout_of, trace_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from tesc.trace.columns import EventColumns
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.tables.layout import Layout
    from tesc.trace.values import Kind

    Adder = Callable[[EventColumns, int], object]

_TRACES = "traces"
_LIMIT = 1 << 63
# How many rows a statement adds; starting a statement costs as much as two rows.
_AT_ONCE = 16
# The maximum number of parameters that SQLite before 3.32 accepts.
_MOST_VARIABLES = 999


class BadDatabase(Unwritable):
    """A file cannot be written as a database; the message says why."""


def write_database(
    readers: Sequence[RecordReader],
    selection: Selection,
    path: str,
    append: bool = False,
    progress: Callable[[int, int], object] = lambda offset, records: None,
) -> None:
    """Write traces into a database, one after another.

    With `append`, their records are added to those of an existing database; otherwise an existing file is
    replaced. Both happen completely or not at all. Raises OSError, BadDatabase.
    """
    try:
        if append and os.path.exists(path):
            check_replaceable(path)
            _fill(path, readers, selection, progress)
        else:
            _make(path, readers, selection, progress)
    except sqlite3.Error as error:
        raise BadDatabase(f"{path}: {error}") from None


def _make(
    path: str, readers: Sequence[RecordReader], selection: Selection, progress: Callable[[int, int], object]
) -> None:
    """Write a new file, then replace the old one."""
    with replacing(path) as new:
        # After a crash, the new file is thrown away, so no journal is needed.
        _fill(new, readers, selection, progress, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")


def _fill(
    path: str,
    readers: Sequence[RecordReader],
    selection: Selection,
    progress: Callable[[int, int], object],
    settings: str = "",
) -> None:
    """Add traces to a database, in one transaction."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=1024)
    try:
        connection.executescript(f"PRAGMA cache_size = -16384; {settings}")
        connection.execute("BEGIN IMMEDIATE")
        tables = _Tables(connection)
        for reader, name in zip(readers, trace_names([reader.source.path for reader in readers])):
            _add(tables, reader, tables.trace(name), selection, progress)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _add(
    tables: _Tables,
    reader: RecordReader,
    trace: int,
    selection: Selection,
    progress: Callable[[int, int], object],
) -> None:
    """Add a trace, which has the number `trace`."""
    adders: dict[TracedEvent, Adder] = {}
    pieces = Pieces(selection)
    if (reader.source.file_size or 0) >= vectors.WORTH:
        reader.use_vectors()
    first = 0
    while not reader.over:
        found = pieces.take(reader)
        for part in found:
            add = adders.get(part.event)
            if add is None:
                add = adders[part.event] = tables.adder(part.event, trace)
            add(part, first)
        first += sum(map(len, found))
        progress(reader.source.offset, reader.records)
        reader.read_on()


class _Tables:
    """The tables of a database, existing and new ones."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_TRACES}(trace INTEGER PRIMARY KEY, name TEXT)")
        listed = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        self._known = {
            name: tuple([(column[1], column[2]) for column in _columns_of(connection, name)])
            for (name,) in listed.fetchall()
        }

    def trace(self, name: str) -> int:
        """The number of a new trace."""
        made = self._connection.execute(f"INSERT INTO {_TRACES}(name) VALUES (?)", (name,))
        return made.lastrowid or 0

    def adder(self, event: TracedEvent, trace: int) -> Adder:
        """A function that adds records of an event; creates its table if necessary."""
        layout = layout_of(event)
        width = len(layout.arguments) + 3  # without `trace`, which is the same in all rows
        row = f"({'?, ' * (width - 1)}{trace}, ?)"
        add = f"INSERT INTO {_quoted(self._named(layout))} VALUES {row}"
        several = max(1, min(_AT_ONCE, _MOST_VARIABLES // width))
        add_several = add + f", {row}" * (several - 1)
        kinds = [one.kind for one in layout.arguments]

        def added(part: EventColumns, first: int) -> None:
            values = chain.from_iterable(zip(*_columns(part, kinds, first)))
            begin = islice(values, len(part) // several * several * width)
            self._connection.executemany(add_several, zip(*[begin] * (several * width)))
            self._connection.executemany(add, zip(*[values] * width))

        return added

    def _named(self, layout: Layout) -> str:
        """The name of the table for a layout: an existing table with these columns, or a new one."""
        arguments = [(one.column, _declared(one.kind)) for one in layout.arguments]
        wanted = (
            ("ts", "INTEGER"),
            ("pid", "INTEGER"),
            *arguments,
            ("trace", "INTEGER"),
            ("seq", "INTEGER"),
        )
        reserved = layout.event.casefold().startswith("sqlite_")
        name = f"_{layout.event}" if reserved else layout.event
        taken = {other.casefold(): columns for other, columns in self._known.items()}
        while name.casefold() in taken and self._known.get(name) != wanted:
            name += "_"
        if name not in self._known:
            columns = ", ".join([f"{_quoted(column)} {type_}".rstrip() for column, type_ in wanted])
            self._connection.execute(f"CREATE TABLE {_quoted(name)} ({columns})")
            self._known[name] = wanted
        return name


def _columns_of(connection: sqlite3.Connection, table: str) -> Iterable[tuple[Any, ...]]:
    return connection.execute(f"PRAGMA table_info({_quoted(table)})")


def _columns(part: EventColumns, kinds: Sequence[Kind], first: int) -> list[Sequence[Any]]:
    """The columns of an event's table, without `trace`."""
    columns: list[Sequence[Any]] = [known_times(_plain(part.times)), known_pids(_plain(part.pids))]
    columns += [_values(kind, column) for kind, column in zip(kinds, part.columns)]
    return [*columns, [first + place for place in _plain(part.places)]]


def _values(kind: Kind, column: Sequence[Any]) -> Sequence[Any]:
    """The values of an argument as stored in the database."""
    if kind.text:
        values = _plain(column)
        texts = {value: None if value is None else as_text(value) for value in set(values)}
        return list(map(texts.__getitem__, values))
    if not _wide(kind):
        return _plain(typed(kind, column))
    values = _plain(column)
    if None not in values and max(values, default=0) < _LIMIT:
        return values
    return [value if value is None or value < _LIMIT else f"{value:020}" for value in values]


def _wide(kind: Kind) -> bool:
    """Whether numbers of a kind may be too large for SQLite's integers."""
    return kind.bits == 64 and not (kind.signed or kind.text or kind.truth)


def _declared(kind: Kind) -> str:
    return "TEXT" if kind.text else "" if _wide(kind) else "INTEGER"


def _plain(column: Any) -> Sequence[Any]:
    """A column as a list of Python's numbers, if it is a numpy array."""
    made: Sequence[Any] = column.tolist() if hasattr(column, "tolist") else column
    return made


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
