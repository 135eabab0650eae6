"""Trace Event JSON, which Perfetto and Chrome's about:tracing open: an instant for each record.

The format is Google's "Trace Event Format": `ts` is in microseconds, fractions allowed, and an
instant (`ph` "i") whose scope is "t" is drawn in its thread's row. QEMU does not record threads,
so each process has one row. Numbers of more than 53 bits would be rounded by a viewer, which reads
them as JavaScript does: they are hexadecimal text.
"""

from __future__ import annotations

import json

from tesc.trace.formats import TraceWriter
from tesc.trace.formats.jsonl import readable
from tesc.trace.values import typer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.reader import Row
    from tesc.trace.values import Values

_EXACT = 1 << 53


class Chrome(TraceWriter):
    def __init__(self) -> None:
        self._separator = "\n"

    def begin(self) -> str:
        return '{"displayTimeUnit": "ns", "traceEvents": ['

    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        head = f'{{"name": {json.dumps(event.name)}, "ph": "i", "s": "t", "ts": '
        types = typer(event.kinds)
        names = [name for _, name in event.parameters]

        def make(values: Values) -> tuple[str, str]:
            arguments = dict(zip(names, map(_shown, types(values))))
            return head, f', "args": {json.dumps(arguments)}}}'

        return make

    def lines(self, rows: Sequence[Row]) -> str:
        parts = []
        for time, pid, (head, tail) in rows:
            stamp = f"{time // 1000}.{time % 1000:03d}" if time >= 0 else "0"
            row = max(pid, 0)
            parts.append(f'{self._separator}{head}{stamp}, "pid": {row}, "tid": {row}{tail}')
            self._separator = ",\n"
        return "".join(parts)

    def end(self) -> str:
        return "\n]}\n"


def _shown(value: Any) -> Any:
    if isinstance(value, int) and not -_EXACT < value < _EXACT:
        return hex(value)
    return readable(value)


def make(events: Sequence[Declared], timestamps: bool) -> TraceWriter:
    return Chrome()
