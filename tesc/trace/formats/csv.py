"""Comma-separated values (RFC 4180): time in nanoseconds, pid, event, and a column an argument.

Where one event is wanted the columns are named for its parameters, otherwise arg1, arg2, ...;
there are as many as any event that is wanted has parameters. Time and pid are empty where the
trace has none.
"""

from __future__ import annotations

import re

from tesc.trace.formats import PidTexts, TraceWriter, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Values

_SPECIAL = re.compile('[",\r\n]')


def _cell(value: object) -> str:
    if value.__class__ is bool:
        return str(int(bool(value)))
    text = "" if value is None else str(value)
    if value.__class__ is not str:
        return text
    if not text.isascii():
        text = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


class Csv(TraceWriter):
    def __init__(self, events: Sequence[Declared]) -> None:
        self._pids = PidTexts(lambda pid: f",{pid if pid >= 0 else ''},")
        self._columns = max([len(event.parameters) for event in events], default=0)
        self._names = [f"arg{number}" for number in range(1, self._columns + 1)]
        if len(events) == 1:
            self._names = [name for _, name in events[0].parameters]

    def begin(self) -> str:
        return ",".join(["time", "pid", "event", *self._names]) + "\r\n"

    def prepare(self, event: TracedEvent) -> Callable[[Values], str]:
        types = event.typer()
        name = event.name
        empty = "," * (self._columns - len(event.parameters)) + "\r\n"
        return lambda values: ",".join([name, *map(_cell, types(values))]) + empty

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        stamps = [str(time) if time >= 0 else "" for time in times]
        return joined(stamps, map(self._pids.__getitem__, pids), made)


def make(events: Sequence[Declared], timestamps: bool) -> TraceWriter:
    return Csv(events)
