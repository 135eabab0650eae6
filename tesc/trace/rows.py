"""Records as rows, or as columns of the same length."""

from __future__ import annotations

from itertools import compress

from tesc.trace.selection import Pending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # Time, pid, and the converted payload.
    Row = tuple[int, int, Any]


class Rows:
    """Records as columns of the same length: times, processes, and converted payloads."""

    __slots__ = ("made", "pids", "times")

    def __init__(self, times: list[int], pids: list[int], made: list[Any]) -> None:
        self.times = times
        self.pids = pids
        self.made = made

    def extend(self, rows: list[Row]) -> None:
        if rows:
            times, pids, made = zip(*rows)
            self.times += times
            self.pids += pids
            self.made += made

    def rows(self) -> list[Row]:
        return list(zip(self.times, self.pids, self.made))

    def dense(self) -> Rows:
        """The wanted records: without those converted to None or excluded by time or process."""
        for at, made in enumerate(self.made):
            if made.__class__ is Pending:
                self.made[at] = made.made if made.wanted(self.times[at], self.pids[at]) else None
        wanted = [made is not None for made in self.made]
        return Rows(*[list(compress(column, wanted)) for column in (self.times, self.pids, self.made)])

    def first(self) -> Rows:
        """Remove the first record, and return it alone."""
        columns = (self.times, self.pids, self.made)
        return Rows(*[[column.pop(0)] for column in columns if column])
