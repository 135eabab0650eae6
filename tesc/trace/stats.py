"""Counts the records of each event in a trace, and their rates."""

from __future__ import annotations

import json
from collections import Counter

from tesc.escaping import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Tally:
    """The counts of one or several traces.

    `first` and `last` are the earliest and latest time, None if there is none; `dropped` is how many events
    the tracer reports as dropped.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.dropped = 0
        self.first: int | None = None
        self.last: int | None = None

    @property
    def seconds(self) -> float:
        """The time span of the records; 0 if unknown."""
        return 0.0 if self.first is None or self.last is None else (self.last - self.first) / 1e9

    def add_times(self, times: Sequence[int]) -> None:
        """Add times of records, in any order; a negative time is unknown."""
        known = [time for time in times if time >= 0]
        if known:
            first, last = min(known), max(known)
            self.first = first if self.first is None else min(self.first, first)
            self.last = last if self.last is None else max(self.last, last)

    def merge(self, other: Tally) -> None:
        """Add the counts of another part of the trace, or of another trace."""
        self.counts.update(other.counts)
        self.dropped += other.dropped
        self.add_times([time for time in (other.first, other.last) if time is not None])


def render(tally: Tally, form: str) -> str:
    """The counts as text, jsonl or csv, most frequent event first."""
    rows = sorted(tally.counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(name, count) for name, count in rows if count]
    seconds = tally.seconds
    if form == "jsonl":
        rates = [json.dumps(_rate(count, seconds)) for _, count in rows]
        return "".join(
            [
                f'{{"event": "{name}", "count": {count}, "rate": {rate}}}\n'
                for (name, count), rate in zip(rows, rates)
            ]
        )
    if form == "csv":
        shown = [(name, count, _rate(count, seconds)) for name, count in rows]
        return "event,count,rate\r\n" + "".join(
            [f"{name},{count},{'' if rate is None else rate}\r\n" for name, count, rate in shown]
        )
    return _table(rows, tally)


def _rate(count: int, seconds: float) -> float | None:
    """Records per second; None if their time span is unknown."""
    return round(count / seconds, 3) if seconds else None


def _table(rows: list[tuple[str, int]], tally: Tally) -> str:
    seconds = tally.seconds
    total = sum([count for _, count in rows])
    cells = [("COUNT", "PER SECOND", "EVENT")]
    for name, count in [*rows, ("total", total)]:
        cells.append((f"{count:,}", f"{count / seconds:,.1f}" if seconds else "-", name))
    if seconds:
        cells[-1] = (*cells[-1][:2], f"total, in {seconds:,.6f} s")
    widths = [max([len(row[column]) for row in cells]) for column in range(2)]
    lines = [f"{count:>{widths[0]}}  {rate:>{widths[1]}}  {name}\n" for count, rate, name in cells]
    if tally.dropped:
        were = "was" if tally.dropped == 1 else "were"
        lines.append(f"{plural(tally.dropped, 'event')} {were} dropped: the tracer's buffer was full\n")
    return "".join(lines)
