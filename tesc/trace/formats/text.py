"""Text as the log backend would have printed it: `NAME FORMATTED`.

With timestamps, a line begins as in QEMU's log with `-msg timestamp=on`: `PID@SECONDS:`.
"""

from __future__ import annotations

from tesc.trace.formats import TraceWriter
from tesc.trace.printf import compile_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Values


class Text(TraceWriter):
    def __init__(self, timestamps: bool) -> None:
        self.timeless = not timestamps

    def prepare(self, event: TracedEvent) -> Callable[[Values], str]:
        if event.uncertain:  # only the original line has everything
            return lambda values: f"{event.name} {values.text.decode('latin-1')}\n"  # type: ignore[attr-defined]
        return compile_format(event.format, event.kinds, f"{event.name} ", "\n", event.model)

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        if self.timeless:
            return "".join(made)
        parts = []
        for time, pid, line in zip(times, pids, made):
            seconds, rest = divmod(time, 1_000_000_000)
            parts.append(f"{pid}@{seconds}.{rest // 1000:06d}:{line}" if time >= 0 else f"?@?:{line}")
        return "".join(parts)


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return Text(timestamps)
