"""Records in the order of their times, of however long a trace."""

from __future__ import annotations

import marshal
from heapq import merge
from operator import itemgetter
from tempfile import TemporaryFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from tesc.trace.reader import Row

# How many records are held in memory: some hundred megabytes at most.
RUN = 1 << 17
_BLOCK = 1 << 10


def by_time(batches: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Rows whose third item marshal can write (texts, numbers, tuples of them), ordered by their times.

    Of equal times the order stays. What is more than `RUN` records goes through temporary files.
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
