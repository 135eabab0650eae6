"""What a decoded trace looks like: one module a format.

Text is bytes throughout, one character each (Latin-1): a trace holds what a program wrote, which
need not be UTF-8.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Union

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Row
    from tesc.trace.spans import Spans
    from tesc.trace.values import Values
    from tesc.units.unit import UnitEvent

    Declared = Union[TracedEvent, UnitEvent]

# Each with the sentence for --help.
FORMATS = {
    "text": "each event's own format string applied, as the log backend prints it",
    "simpletrace": "the very bytes that QEMU 10.2's simpletrace.py prints",
    "jsonl": "one JSON object per line",
    "csv": "comma-separated values, one column per argument",
    "chrome": "Trace Event JSON for the viewers of Perfetto and Chrome",
    "perfetto": "Perfetto's own format, for its viewer: exact, and smaller than the trace",
}
# Those that are folders, which -o names.
FOLDER_FORMATS = {"ctf": "the Common Trace Format, for babeltrace2 and Trace Compass (-o DIR)"}

_MOST_PIDS = 1 << 12


class TraceWriter:
    """A format: rows of a trace to text.

    What `prepare` gives for an event makes something of a record's values, which may be kept for
    other records with the same ones; `columns` makes text of the times, the processes and such things, of
    one record or more. With `timeless` what is made is the text itself: time and process don't matter.

    `state` is what the text of the next record depends on, other than the record; after a record it is the
    same whatever was before that, or, where the format `restarts`, if the state before was None: each part of
    a trace that is written in parts begins so. `origin` is the time of the first record, 0 if there is none;
    `spans` are those that the format draws.
    """

    timeless = False
    restarts = False
    spans: Spans | None = None
    state: Any = None
    origin = 0

    def begin(self) -> str:
        """What is before all records."""
        return ""

    def prepare(self, event: TracedEvent) -> Callable[[Values], Any]:
        raise NotImplementedError

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[Any]) -> str:
        raise NotImplementedError

    def lines(self, rows: Sequence[Row]) -> str:
        """The text of rows of time, process and what was made."""
        return self.columns(*zip(*rows)) if rows else ""

    def end(self) -> str:
        """What is after all records."""
        return ""


class PidTexts(dict):  # type: ignore[type-arg]
    """What a format shows for each process."""

    def __init__(self, show: Callable[[int], str]) -> None:
        super().__init__()
        self._show = show

    def __missing__(self, pid: int) -> str:
        if len(self) >= _MOST_PIDS:
            self.clear()
        made = self[pid] = self._show(pid)
        return made


def single(pids: Sequence[int]) -> bool:
    """Whether all records are of one process, as in most traces; there is one at least."""
    return pids.count(pids[0]) == len(pids)


def joined(first: Sequence[str], *others: Iterable[str]) -> str:
    """The first text of each column, then the second of each, and so on."""
    width = 1 + len(others)
    parts = [""] * (width * len(first))
    parts[::width] = first
    for index, column in enumerate(others):
        parts[index + 1 :: width] = column
    return "".join(parts)


def make_format(
    name: str, events: Sequence[Declared], timestamps: bool = False, guard: bool = False
) -> TraceWriter:
    """The format of a name, for a trace in which these events are wanted.

    `timestamps` are for text; with `guard` cells of csv that a spreadsheet would run are made harmless.
    """
    module = import_module(f"tesc.trace.formats.{name}")
    made: TraceWriter = module.make(events, timestamps, guard)
    return made
