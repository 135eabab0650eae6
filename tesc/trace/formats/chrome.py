"""Trace Event JSON, which Perfetto and Chrome's about:tracing open: an instant for each record.

The format is Google's "Trace Event Format": `ts` is in microseconds, with fractions, and an instant (`ph`
"i") with the scope "t" is drawn in its thread's row. QEMU does not record threads, so each process has one
row.

Viewers store `ts` as a double, which loses nanoseconds from 102 days on, so times count from the first
record, and `otherData` has that record's time. Numbers are exact up to 2^63-1 in Perfetto (version 52);
larger ones would become negative, so they are written as hexadecimal text. Text is unescaped UTF-8: Perfetto
resolves JSON's escapes only in strings that also have an escaped quote, and drops arguments with escaped
surrogate pairs in them.
"""

from __future__ import annotations

import json

from tesc.trace.formats import PidTexts, TraceWriter, joined, single
from tesc.trace.formats.jsonl import arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Values

_EXACT = 1 << 63
_FRACTIONS = tuple([f".{nanoseconds:03d}" for nanoseconds in range(1000)])


class Chrome(TraceWriter):
    def __init__(self) -> None:
        self._pids = PidTexts(lambda pid: f', "pid": {max(pid, 0)}, "tid": {max(pid, 0)}')
        self.state = "\n"  # the text between the previous record and the next one

    def begin(self) -> str:
        first = f'"otherData": {{"first_record_ns": {self.origin}}}, ' if self.origin else ""
        return f'{{"displayTimeUnit": "ns", {first}"traceEvents": ['

    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        head = f',\n{{"name": {json.dumps(event.name)}, "ph": "i", "s": "t", "ts": '
        as_json = arguments(event, _shown, ascii_only=False)
        return lambda values: (head, f', "args": {as_json(values)}}}')

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[tuple[str, str]]) -> str:
        heads, tails = zip(*made)
        origin = self.origin
        since = (
            [time - origin for time in times]
            if min(times) >= 0
            else [max(time - origin, 0) for time in times]
        )
        if min(since) >= 0 and single(pids):
            pid = self._pids[pids[0]]
            middles = [f"{time // 1000}{_FRACTIONS[time % 1000]}{pid}" for time in since]
            return self._separated(joined(heads, middles, tails))
        if min(since) >= 0:
            wholes = [str(time // 1000) for time in since]
        else:  # the trace goes back before its first record
            wholes = [str(time // 1000) if time >= 0 else f"-{-time // 1000}" for time in since]
            since = [abs(time) for time in since]
        fractions = [_FRACTIONS[time % 1000] for time in since]
        return self._separated(joined(heads, wholes, fractions, map(self._pids.__getitem__, pids), tails))

    def _separated(self, text: str) -> str:
        """The text of records, with the separator before it."""
        if self.state == "\n":
            text = text[1:]
        self.state = ",\n"
        return text

    def end(self) -> str:
        return "\n]}\n"


def _shown(value: int) -> str:
    return str(value) if value < _EXACT else f'"{value:#x}"'


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return Chrome()
