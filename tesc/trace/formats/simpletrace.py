"""What QEMU 10.2's simpletrace.py prints: `NAME DELTA pid=PID NAME=VALUE ...`.

DELTA is the time since the record before in microseconds. Numbers are hexadecimal words, signed
or not; text is a bytes literal of Python's.
"""

from __future__ import annotations

from tesc.trace.formats import TraceWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.reader import Row
    from tesc.trace.values import Values

# How many deltas are kept as text: of real traces most are short and come again.
_MOST_KEPT = 1 << 15


class _Deltas(dict):  # type: ignore[type-arg]
    """The text of each difference of times."""

    def __missing__(self, nanoseconds: int) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        # Of times, not of numbers: the reference divides as floating point, and so do we.
        made = self[nanoseconds] = f"{nanoseconds / 1000:0.3f}"
        return made


class _Pids(dict):  # type: ignore[type-arg]
    """What stands between a delta and the arguments."""

    def __missing__(self, pid: int) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        made = self[pid] = f" pid={max(pid, 0)} "
        return made


class Simpletrace(TraceWriter):
    def __init__(self) -> None:
        self._last: int | None = None
        self._deltas = _Deltas()
        self._pids = _Pids()

    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        fields = [
            f"{name}={'%r' if kind.text else '0x%x'}"
            for (_, name), kind in zip(event.parameters, event.kinds)
        ]
        template = " ".join(fields) + "\n"
        name = f"{event.name} "
        return lambda values: (name, template % values)

    def lines(self, rows: Sequence[Row]) -> str:
        deltas, pids = self._deltas, self._pids
        last = rows[0][0] if self._last is None else self._last
        parts: list[str] = []
        add = parts.append
        for time, pid, (name, arguments) in rows:
            add(f"{name}{deltas[time - last]}{pids[pid]}{arguments}")
            last = time
        self._last = last
        return "".join(parts)


def make(events: Sequence[Declared], timestamps: bool) -> TraceWriter:
    return Simpletrace()
