"""JSON lines: `{"event": NAME, "time": NANOSECONDS, "pid": PID, "args": {NAME: VALUE, ...}}`.

Numbers have the sign of their parameter's type; time and pid are null where the trace has none.
Bytes of text that are not UTF-8 appear as `\\xNN`.
"""

from __future__ import annotations

import json

from tesc.trace.formats import TraceWriter
from tesc.trace.values import typer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.reader import Row
    from tesc.trace.values import Values


def arguments(event: TracedEvent) -> Callable[[Values], str]:
    """A function from values to the JSON object of the arguments."""
    types = typer(event.kinds)
    names = [name for _, name in event.parameters]

    def as_json(values: Values) -> str:
        return json.dumps(dict(zip(names, map(readable, types(values)))))

    return as_json


def readable(value: Any) -> Any:
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return value


class JsonLines(TraceWriter):
    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        head = f'{{"event": {json.dumps(event.name)}, "time": '
        as_json = arguments(event)
        return lambda values: (head, f', "args": {as_json(values)}}}\n')

    def lines(self, rows: Sequence[Row]) -> str:
        parts = []
        for time, pid, (head, tail) in rows:
            parts.append(f'{head}{time if time >= 0 else "null"}, "pid": {pid if pid >= 0 else "null"}{tail}')
        return "".join(parts)


def make(events: Sequence[Declared], timestamps: bool) -> TraceWriter:
    return JsonLines()
