"""Comma-separated values (RFC 4180): time in nanoseconds, pid, event, and a column for each argument.

If only one event is wanted, the columns are named after its parameters; otherwise they are arg1, arg2, ...,
as many as any wanted event has parameters. Time and pid are empty if the trace has none. Bytes of text that
are not UTF-8 appear as `\\xNN`.
"""

from __future__ import annotations

import re

from tesc.trace.formats import PidTexts, TraceWriter, joined
from tesc.trace.formats.jsonl import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Values

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPECIAL = re.compile('[",\r\n]')


def _cell(value: object) -> str:
    if value.__class__ is bool:
        return str(int(bool(value)))
    text = "" if value is None else str(value)
    if value.__class__ is not str:
        return text
    if not text.isascii():
        text = readable(text).encode().decode("latin-1")
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _guarded_cell(value: object) -> str:
    """A cell that no spreadsheet reads as a formula: with an apostrophe (OWASP, "CSV Injection")."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        value = f"'{value}"
    return _cell(value)


class Csv(TraceWriter):
    def __init__(self, events: Sequence[Declared], guard: bool) -> None:
        self._cell = _guarded_cell if guard else _cell
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
        cell = self._cell
        empty = "," * (self._columns - len(event.parameters)) + "\r\n"
        return lambda values: ",".join([name, *map(cell, types(values))]) + empty

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        stamps = [str(time) if time >= 0 else "" for time in times]
        return joined(stamps, map(self._pids.__getitem__, pids), made)


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return Csv(events, guard)
