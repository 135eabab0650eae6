"""What a decoded trace looks like: one module a format.

Text is bytes throughout, one character each (Latin-1): a trace holds what a program wrote, which
need not be UTF-8.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Union

    from tesc.schema.unit import UnitEvent
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Row
    from tesc.trace.values import Values

    Declared = Union[TracedEvent, UnitEvent]

# Each with the sentence for --help.
FORMATS = {
    "text": "each event's own format string applied, as the log backend prints it",
    "simpletrace": "the very bytes that QEMU 10.2's simpletrace.py prints",
    "jsonl": "one JSON object a line",
    "csv": "comma-separated values, a column an argument",
    "chrome": "Trace Event JSON for the viewers of Perfetto and Chrome",
}


class TraceWriter:
    """A format: rows of a trace to text.

    What `prepare` gives for an event makes something of a record's values, which may be kept for
    other records with the same ones; `lines` makes text of rows that hold such things.
    """

    def begin(self) -> str:
        """What stands before all records."""
        return ""

    def prepare(self, event: TracedEvent) -> Callable[[Values], Any]:
        raise NotImplementedError

    def lines(self, rows: Sequence[Row]) -> str:
        raise NotImplementedError

    def end(self) -> str:
        """What stands after all records."""
        return ""


def make_format(name: str, events: Sequence[Declared], timestamps: bool = False) -> TraceWriter:
    """The format of a name, for a trace in which these events are wanted."""
    module = import_module(f"tesc.trace.formats.{name}")
    made: TraceWriter = module.make(events, timestamps)
    return made
