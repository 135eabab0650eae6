"""The output of QEMU 10.2's simpletrace.py: `NAME DELTA pid=PID NAME=VALUE ...`.

DELTA is the time since the previous record in microseconds. Numbers are hexadecimal 64-bit words, even if
they are signed; text is a Python bytes literal.
"""

from __future__ import annotations

from itertools import repeat
from operator import sub

from tesc.trace.columnwise import Shown, texts_of, with_many
from tesc.trace.formats import PidTexts, TraceWriter, joined, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.columnwise import Part
    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Value, Values

# How many deltas are kept as text: in real traces, most are short and repeated.
_MOST_KEPT = 1 << 15


_BYTES, _WORDS = Shown(repr), Shown("0x%x".__mod__)


class _Deltas(dict):  # type: ignore[type-arg]
    """A cache of the text of each time difference, with the text after it."""

    def __init__(self, after: str) -> None:
        super().__init__()
        self._after = after

    def __missing__(self, nanoseconds: int) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        # Divides in floating point, as the reference does.
        made = self[nanoseconds] = f"{nanoseconds / 1000:0.3f}{self._after}"
        return made


class Simpletrace(TraceWriter):
    def __init__(self) -> None:
        self.state: int | None = None  # the time of the previous record
        self._deltas = _Deltas("")
        # The deltas with the last process, if there was only one.
        self._process: tuple[int, _Deltas] = (-1, _Deltas(" pid=0 "))
        self._pids = PidTexts(lambda pid: f" pid={max(pid, 0)} ")

    def prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, str]]:
        fields = [
            f"{name}={'%r' if kind.text else '0x%x'}"
            for (_, name), kind in zip(event.parameters, event.kinds)
        ]
        template = " ".join(fields) + "\n"
        name = f"{event.name} "
        if event.uncertain:
            names = [name for _, name in event.parameters]
            return lambda values: (name, " ".join(map(_field, names, values)) + "\n")
        shows: list[Part] = []
        for number, ((_, parameter), kind) in enumerate(zip(event.parameters, event.kinds)):
            shows += [f"{' ' if number else ''}{parameter}=", (number, _BYTES if kind.text else _WORDS)]
        shows.append("\n")

        def many(columns: Sequence[Sequence[Value]]) -> Sequence[tuple[str, str]]:
            return list(zip(repeat(name), texts_of(shows, columns)))

        return with_many(lambda values: (name, template % values), many)

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[tuple[str, str]]) -> str:
        names, arguments = zip(*made)
        last = times[0] if self.state is None else self.state
        since = map(sub, times, (last, *times[:-1]))
        self.state = times[-1]
        if single(pids):
            if pids[0] != self._process[0]:
                self._process = (pids[0], _Deltas(self._pids[pids[0]]))
            return joined(names, map(self._process[1].__getitem__, since), arguments)
        deltas = map(self._deltas.__getitem__, since)
        return joined(names, deltas, map(self._pids.__getitem__, pids), arguments)


def _field(name: str, value: Value | None) -> str:
    """An argument's text; a log may not show its value."""
    shown = "?" if value is None else repr(value) if isinstance(value, bytes) else f"0x{value:x}"
    return f"{name}={shown}"


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return Simpletrace()
