"""JSON lines: `{"event": NAME, "time": NANOSECONDS, "pid": PID, "args": {NAME: VALUE, ...}}`.

Numbers are signed or unsigned like their parameter's type; time and pid are null if the trace has none. Bytes
of text that are not UTF-8 appear as `\\xNN`.
"""

from __future__ import annotations

import json

from tesc.trace.formats import PidTexts, TraceWriter, joined, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Values


def arguments(
    event: TracedEvent, number: Callable[[int], str] | None = None, ascii_only: bool = True
) -> Callable[[Values], str]:
    """A function from values to the JSON object of the arguments.

    `number` formats an integer (default: decimal); without `ascii_only`, text is UTF-8.
    """
    kinds = event.kinds
    types = event.typer()
    names = [json.dumps(name) for _, name in event.parameters]
    plain = number is None and not event.uncertain and not any(kind.text or kind.truth for kind in kinds)
    template = "{" + ", ".join([f"{name}: %{'d' if plain else 's'}" for name in names]) + "}"
    if plain:
        return lambda values: template % types(values)

    def text(value: Any) -> str:
        made = json.dumps(readable(value), ensure_ascii=ascii_only)
        return made if ascii_only or made.isascii() else made.encode().decode("latin-1")

    shown: list[Callable[[Any], str]] = []
    for kind in kinds:
        shown.append(text if kind.text else json.dumps if kind.truth else number or str)
    if event.uncertain:
        shown = [_or_null(show) for show in shown]
    return lambda values: template % tuple([show(value) for show, value in zip(shown, types(values))])


def _or_null(show: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "null" if value is None else show(value)


def readable(value: str) -> str:
    """Text with `\\xNN` for bytes that are not UTF-8."""
    if not value.isascii():
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return value


class JsonLines(TraceWriter):
    def __init__(self) -> None:
        self._pids = PidTexts(lambda pid: f', "pid": {pid if pid >= 0 else "null"}')

    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        head = f'{{"event": {json.dumps(event.name)}, "time": '
        as_json = arguments(event)
        return lambda values: (head, f', "args": {as_json(values)}}}\n')

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[tuple[str, str]]) -> str:
        heads, tails = zip(*made)
        if single(pids) and min(times) >= 0:
            pid = self._pids[pids[0]]
            return joined(heads, [f"{time}{pid}" for time in times], tails)
        stamps = (
            map(str, times) if min(times) >= 0 else [str(time) if time >= 0 else "null" for time in times]
        )
        return joined(heads, stamps, map(self._pids.__getitem__, pids), tails)


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return JsonLines()
