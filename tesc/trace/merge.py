"""Merges several traces by time."""

from __future__ import annotations

from heapq import merge
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tesc.trace.reader import Prepare, RecordReader, Row
    from tesc.trace.selection import Window

_BATCH = 4096


def batches(readers: Sequence[RecordReader], prepare: Prepare, window: Window) -> Iterator[list[Row]]:
    """The records of traces, ordered by time and, for equal times, by trace.

    Records without a time come first. Each trace keeps its own order: a trace that goes back in time does not
    delay others.
    """
    if len(readers) == 1:
        yield from readers[0].batches(prepare, window)
        return
    rows: list[Row] = []
    for row in merge(*[_rows(reader.batches(prepare, window)) for reader in readers], key=itemgetter(0)):
        rows.append(row)
        if len(rows) == _BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


def _rows(found: Iterable[list[Row]]) -> Iterator[Row]:
    for rows in found:
        yield from rows
