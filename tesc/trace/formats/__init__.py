"""The output formats of decoded traces: one module per format.

Text is bytes everywhere, one character for each byte (Latin-1): a trace contains what a program wrote, which
need not be UTF-8.
"""

from __future__ import annotations

from importlib import import_module

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Union

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Row
    from tesc.trace.spans import Spans
    from tesc.trace.values import Values
    from tesc.units.unit import UnitEvent

    Declared = Union[TracedEvent, UnitEvent]

# Each format with its sentence for --help.
FORMATS = {
    "text": "each event in its own format, as the log backend prints it",
    "simpletrace": "exactly the bytes that QEMU 10.2's simpletrace.py prints",
    "jsonl": "one JSON object per line",
    "csv": "comma-separated values, one column per argument",
    "chrome": "Trace Event JSON for the viewers of Perfetto and Chrome",
    "perfetto": "Perfetto's own format, for its viewer: exact, and smaller than the trace",
}
# Formats that are written to a folder, which -o names.
FOLDER_FORMATS = {"ctf": "the Common Trace Format, for babeltrace2 and Trace Compass (-o DIR)"}

_MOST_PIDS = 1 << 12


@record
class Undrawn:
    """Why values of an event's argument are not drawn as a counter: they are text, or a log hides them."""

    event: str
    argument: str
    text: bool


class TraceWriter:
    """An output format: converts rows of a trace to text.

    `prepare` returns for an event a function of a record's values, whose result may be cached for other
    records with the same values; `columns` makes text from the times, processes and such results of one or
    more records. With `timeless`, the result is the text itself: time and process do not matter. `state` is
    what the next record's text depends on in addition to the record. After a record it does not depend on the
    earlier state; if the format `restarts`, each part of a trace that is written in parts begins with the
    state None. `origin` is the time of the first record, 0 if there is none; `spans` are those that the
    format draws, and `undrawn` the values of counters that it cannot draw.
    """

    timeless = False
    restarts = False
    spans: Spans | None = None
    undrawn: Mapping[Undrawn, int] = {}
    state: Any = None
    origin = 0

    def begin(self) -> str:
        """The text before all records."""
        return ""

    def prepare(self, event: TracedEvent) -> Callable[[Values], Any]:
        raise NotImplementedError

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[Any]) -> str:
        raise NotImplementedError

    def lines(self, rows: Sequence[Row]) -> str:
        """The text of rows (time, process, converted values)."""
        return self.columns(*zip(*rows)) if rows else ""

    def end(self) -> str:
        """The text after all records."""
        return ""


class PidTexts(dict):  # type: ignore[type-arg]
    """A cache of each process's text."""

    def __init__(self, show: Callable[[int], str]) -> None:
        super().__init__()
        self._show = show

    def __missing__(self, pid: int) -> str:
        if len(self) >= _MOST_PIDS:
            self.clear()
        made = self[pid] = self._show(pid)
        return made


def single(pids: Sequence[int]) -> bool:
    """Whether all records are of one process, as in most traces; there must be at least one record."""
    return pids.count(pids[0]) == len(pids)


def joined(first: Sequence[str], *others: Iterable[str]) -> str:
    """The first text of each column, then the second of each, and so on, as one text."""
    width = 1 + len(others)
    parts = [""] * (width * len(first))
    parts[::width] = first
    for index, column in enumerate(others):
        parts[index + 1 :: width] = column
    return "".join(parts)


def make_format(
    name: str, events: Sequence[Declared], timestamps: bool = False, guard: bool = False
) -> TraceWriter:
    """The writer of the format `name`, for a trace of which these events are wanted.

    `timestamps` is for text; with `guard`, csv cells that a spreadsheet would run are made harmless.
    """
    module = import_module(f"tesc.trace.formats.{name}")
    made: TraceWriter = module.make(events, timestamps, guard)
    return made
