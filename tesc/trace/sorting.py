"""Sorts records by time, for traces of any length."""

from __future__ import annotations

import marshal
from heapq import merge
from operator import itemgetter
from tempfile import TemporaryFile

from tesc.trace.merge import batches as merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO, Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Prepare, RecordReader, Row
    from tesc.trace.selection import Selection
    from tesc.trace.values import Values

# How many records are held in memory; they take at most some hundred megabytes.
RUN = 1 << 17
_BLOCK = 1 << 10


def sorted_batches(
    readers: Sequence[RecordReader], prepare: Prepare, selection: Selection
) -> Iterator[list[Row]]:
    """The selected records of traces, sorted by time, with any conversion.

    They are converted after sorting, because marshal cannot write subclasses: it fails or writes the base
    class.
    """
    makes: list[Callable[[Values], Any]] = []

    def numbered(event: TracedEvent) -> Callable[[Values], Any] | None:
        make = prepare(event)
        if make is None:
            return None
        makes.append(make)
        number = len(makes) - 1
        return lambda values: (number, values)

    for rows in by_time(merged(readers, selection.prepare(numbered), selection.window)):
        yield [(time, pid, makes[number](values)) for time, pid, (number, values) in rows]


def by_time(batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Rows whose third item marshal can write (text, numbers, tuples of them), sorted by time.

    The sort is stable. More than `RUN` records go through temporary files.
    """
    files: list[IO[bytes]] = []
    rows: list[Row] = []
    try:
        for batch in batches:
            rows += batch
            if len(rows) >= RUN:
                files.append(_kept(rows))
                rows = []
        rows.sort(key=itemgetter(0))
        runs = [*map(_rows, files), iter(rows)]
        block: list[Row] = []
        for row in merge(*runs, key=itemgetter(0)):
            block.append(row)
            if len(block) == _BLOCK:
                yield block
                block = []
        if block:
            yield block
    finally:
        for file in files:
            file.close()


def _kept(rows: list[Row]) -> IO[bytes]:
    """A file of sorted rows."""
    rows.sort(key=itemgetter(0))
    file = TemporaryFile(prefix="tesc-")  # noqa: SIM115 (by_time closes it)
    for start in range(0, len(rows), _BLOCK):
        marshal.dump(rows[start : start + _BLOCK], file)
    file.seek(0)
    return file


def _rows(file: IO[bytes]) -> Iterator[Row]:
    while True:
        try:
            block = marshal.load(file)
        except EOFError:
            return
        yield from block
