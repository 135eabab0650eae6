"""Writes tables as Parquet files, in several processes at once.

Integers are stored as differences (DELTA_BINARY_PACKED) in pages that zstd compresses: of all encodings tried
on traces of I/O, this makes the smallest files, and is faster than most. No Arrow schema is stored, so that
every reader sees only Parquet's own types. Each process writes its own files; a row group is a span of time.
"""

from __future__ import annotations

import os

from tesc.records import record
from tesc.trace import vectors
from tesc.trace.columns import Pieces
from tesc.trace.parts import Work
from tesc.trace.tables.arrow import Batches
from tesc.trace.tables.buffers import numbers, vector
from tesc.trace.tables.layout import Names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.tables.arrow import Arrow
    from tesc.trace.tables.layout import Layout

# How many bytes of records a process buffers before it writes some.
MOST_HELD = 32 << 20
# The maximum number of files that a process has open at a time.
MOST_OPEN = 48


@record
class Progressing:
    """The state of writing a trace's tables: the records read, the tables' names, and the rows in each."""

    records: int
    names: Names
    rows: dict[str, int]


class ParquetWork(Work):
    """The tables of one trace, as files in a folder."""

    def __init__(self, pa: Arrow, folder: str, trace: str, selection: Selection, names: Names) -> None:
        """`names` are those of the tables so far, `trace` is the value of the column `trace`."""
        self.state = Progressing(0, names, {})
        self._batches = Batches(pa, trace)
        self._pieces = Pieces(selection)
        self._files = Files(pa, folder)
        # Names of tables by event, since comparing layouts is slow.
        self._names: dict[int, str] = {}
        self.begin()

    def begin(self) -> None:
        self._taken: list[tuple[Layout, Arrow]] = []
        self._rows = 0
        self._records = 0
        self._files.write_some()

    def forget_events(self) -> None:
        self._pieces.forget_events()

    def take(self, reader: RecordReader) -> None:
        before = reader.records
        found = self._pieces.take(reader)
        for part in found:
            self._taken.append((self._batches.layout(part.event), self._batches.make(part, self._rows)))
        self._rows += sum(map(len, found))
        self._records += reader.records - before

    def hand_in(self) -> None:
        state = self.state
        first = sum(state.rows.values())
        for layout, batch in self._taken:
            name = self._names.get(id(layout))
            if name is None:
                name = self._names[id(layout)] = state.names[layout]
            state.rows[name] = state.rows.get(name, 0) + len(batch)
            self._files.add(name, batch, first)
        self.state = Progressing(state.records + self._records, state.names, state.rows)

    def end(self) -> None:
        self._files.close()


class Files:
    """The files that a process writes: rows are buffered until there are enough for a row group."""

    def __init__(self, pa: Arrow, folder: str) -> None:
        self._pa = pa
        self._folder = folder
        self._held: dict[str, list[tuple[Arrow, int]]] = {}
        self._sizes: dict[str, int] = {}
        self._open: dict[str, Any] = {}
        self._number = 0

    def add(self, name: str, batch: Arrow, first: int) -> None:
        """Add rows to a table; `first` is the number that their `seq` counts from."""
        self._held.setdefault(name, []).append((batch, first))
        self._sizes[name] = self._sizes.get(name, 0) + batch.nbytes

    def write_some(self) -> None:
        """If too much is buffered, write the largest tables."""
        held = sum(self._sizes.values())
        if held < MOST_HELD:
            return
        for name in sorted(self._sizes, key=self._sizes.__getitem__, reverse=True):
            held -= self._sizes[name]
            self._write(name)
            if held < MOST_HELD // 2:
                return

    def close(self) -> None:
        """Write the rest."""
        for name in list(self._held):
            self._write(name)
        for writer in self._open.values():
            writer.close()
        self._open.clear()

    def _write(self, name: str) -> None:
        batches = [_moved(self._pa, batch, first) for batch, first in self._held.pop(name)]
        del self._sizes[name]
        rows = self._pa.Table.from_batches(batches)
        self._writer(name, rows.schema).write_table(rows, row_group_size=len(rows))

    def _writer(self, name: str, fields: Arrow) -> Any:
        """The table's open file; if too many are open, the least recently used one is closed."""
        writer = self._open.pop(name, None)
        if writer is None:
            while len(self._open) >= MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            folder = os.path.join(self._folder, name)
            os.makedirs(folder, exist_ok=True)
            self._number += 1
            writer = open_file(
                self._pa, os.path.join(folder, f"new-{os.getpid():08}-{self._number:06}.parquet"), fields
            )
        self._open[name] = writer
        return writer


def _moved(pa: Arrow, batch: Arrow, first: int) -> Arrow:
    """The batch with its last column, `seq`, counting from `first`."""
    if not first:
        return batch
    *others, places = batch.columns
    if vectors.available():
        import numpy

        counted: Any = numpy.frombuffer(places.buffers()[1], "i8", len(places))
        moved = vector(pa, counted + first, pa.int64())
    else:
        moved = numbers(pa, [place + first for place in places.to_pylist()], pa.int64())
    return pa.RecordBatch.from_arrays([*others, moved], schema=batch.schema)


def open_file(pa: Arrow, path: str, fields: Arrow) -> Any:
    """A writer of a Parquet file."""
    from pyarrow.parquet import ParquetWriter

    wide = [
        field.name
        for field in fields
        if field.name == "time" or (pa.types.is_integer(field.type) and field.type.bit_width >= 32)
    ]
    return ParquetWriter(
        path,
        fields,
        compression="zstd",
        compression_level=1,
        use_dictionary=[field.name for field in fields if field.name not in wide],
        column_encoding=dict.fromkeys(wide, "DELTA_BINARY_PACKED"),
        store_schema=False,
        version="2.6",
    )
