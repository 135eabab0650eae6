"""Analyzers like those that users of QEMU's simpletrace.py write.

In an existing script, only the import has to change:

    from tesc.trace import Analyzer, run

    class Latency(Analyzer):
        def begin(self):
            self.started = {}

        def blk_co_preadv(self, timestamp, blk, bs, offset, bytes, flags):
            self.started[bs, offset] = timestamp

        def end(self):
            print(len(self.started), "reads")

    run(Latency)

Values are as simpletrace.py passes them: numbers as unsigned 64-bit words whatever their type, text as bytes.
tesc.trace.open returns typed values.
"""

from __future__ import annotations

import sys

from tesc.trace.api import open_trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Union

    from tesc.trace.api import Path
    from tesc.trace.events import TracedEvent
    from tesc.trace.values import Values
    from tesc.units.unit import Unit


class Analyzer:
    """Processes records: `begin`, a method for each record, `end`.

    A record goes to the method named after its event, otherwise to `catchall`. Such a method takes the
    event's arguments, optionally preceded by the time in nanoseconds, or by the time and the process:

        def runstate_set(self, new_state): ...
        def runstate_set(self, timestamp, new_state): ...
        def runstate_set(self, timestamp, pid, new_state): ...

    `catchall` takes the event (with its `name`, and `args`: types and names) and a tuple of the
    event's name, the time, the process and the arguments. In a `with` block `begin` and `end` are
    called for you.
    """

    def begin(self) -> None:
        """Called before the first record."""

    def end(self) -> None:
        """Called after the last record."""

    def catchall(self, event: Any, rec: Any) -> None:
        """Called for records of events that have no method of their own."""

    def caller(self, event: TracedEvent) -> Callable[[int, int, Values], Any]:
        """Return a function that takes the time, the process and the values of an event's records."""
        name = event.name
        method = _own_method(self, name)
        if method is None:
            return lambda time, pid, values: self.catchall(event, (name, time, pid, *values))
        import inspect  # takes longer than most scripts run

        extra = len(inspect.getfullargspec(method).args) - 1 - len(event.parameters)
        if extra == 1:
            return lambda time, pid, values: method(time, *values)
        if extra == 2:
            return lambda time, pid, values: method(time, pid, *values)
        return lambda time, pid, values: method(*values)

    def __enter__(self) -> Analyzer:
        self.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.end()


class Analyzer2(Analyzer):
    """An analyzer whose methods get everything except the event's arguments by keyword.

        def runstate_set(self, new_state, *, timestamp_ns, **kwargs): ...
        def catchall(self, *rec_args, event, timestamp_ns, pid, event_id): ...

    The keywords are `event`, `event_id` (the event's name), `timestamp_ns` and `pid`.
    """

    def catchall(self, *rec_args: Any, **kwargs: Any) -> None:
        """Called for records of events that have no method of their own."""

    def caller(self, event: TracedEvent) -> Callable[[int, int, Values], Any]:
        method = _own_method(self, event.name) or self.catchall
        return lambda time, pid, values: method(
            *values, event=event, event_id=event.name, timestamp_ns=time, pid=pid
        )


if TYPE_CHECKING:
    AnAnalyzer = Union[Analyzer, type[Analyzer]]

# Methods of an analyzer that are not for an event.
_RESERVED = frozenset({"begin", "end", "catchall", "caller"})


def _own_method(analyzer: Analyzer, name: str) -> Callable[..., Any] | None:
    """The method for an event; an event named `end` has none."""
    if name in _RESERVED or name.startswith("__"):
        return None
    method: Callable[..., Any] | None = getattr(analyzer, name, None)
    return method if callable(method) else None


def process(
    unit: Unit | Path, path: Path | Sequence[Path], analyzer: AnAnalyzer, read_header: bool = True
) -> bool:
    """Run an analyzer, or an instance of an analyzer class, over a trace.

    `unit` and `path` are as for tesc.trace.open; without `read_header` IDs are positions in the
    events file. Errors go to standard error; true if there were none.
    """
    one = analyzer() if isinstance(analyzer, type) else analyzer
    with open_trace(path, unit, no_header=not read_header) as trace, one:

        def prepare(event: TracedEvent) -> Callable[[Values], tuple[Any, Values]]:
            call = one.caller(event)
            return lambda values: (call, values)

        for rows in trace.batches(prepare):
            for time, pid, (call, values) in rows:
                call(time, pid, values)
    for error in trace.errors:
        sys.stderr.write(f"{error}\n")
    return not trace.errors


def run(analyzer: AnAnalyzer) -> None:
    """Run an analyzer over the files that the command line names: [--no-header] EVENTS TRACE...

    Ends the program with status 1 if the trace is incomplete, 2 if it cannot be read.
    """
    from tesc.trace.errors import Unusable

    words = sys.argv[1:]
    headless = words[:1] == ["--no-header"]
    events, *traces = words[headless:] or [""]
    if not traces:
        sys.stderr.write(f"usage: {sys.argv[0]} [--no-header] <trace-events> <trace-file>...\n")
        raise SystemExit(2)
    try:
        whole = process(events, traces, analyzer, read_header=not headless)
    except (OSError, Unusable) as error:
        sys.stderr.write(f"{sys.argv[0]}: {error}\n")
        raise SystemExit(2) from None
    if not whole:
        raise SystemExit(1)
