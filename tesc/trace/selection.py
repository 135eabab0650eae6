"""Selects records by time, process and event."""

from __future__ import annotations

import re

from tesc.records import record
from tesc.trace.events import DROPPED
from tesc.units.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

    from tesc.trace.conditions import Wanted
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Prepare
    from tesc.trace.values import Values

# After all 64-bit times.
END_OF_TIME = 1 << 64
_TIME = re.compile(r"(\+?)(\d+)(?:\.(\d+))?(ns|us|ms|s)?", re.ASCII)
_DIGITS = {"ns": 0, "us": 3, "ms": 6, "s": 9}


@record
class Moment:
    """A time in nanoseconds, on the trace's clock or, if `relative`, from its first record."""

    nanoseconds: int
    relative: bool

    def at(self, origin: int) -> int:
        return self.nanoseconds + (origin if self.relative else 0)


@record
class Window:
    """The records of some processes from the time `since` (inclusive) to `until` (exclusive).

    A window that is limited by time or process excludes records without it (a guest's stream has neither).
    `sparse` is true if a converted record may be None, which excludes it, or Pending: conditions on arguments
    are part of the converting functions. With `dated`, a condition needs times or processes.
    """

    since: int = -1
    until: int = END_OF_TIME
    pids: frozenset[int] | None = None
    sparse: bool = False
    dated: bool = False

    @property
    def limited(self) -> bool:
        return self.since >= 0 or self.until < END_OF_TIME or self.pids is not None

    def holds(self, time: int, pid: int) -> bool:
        return self.since <= time < self.until and (self.pids is None or pid in self.pids)


ALWAYS = Window()


def window(since: int | None, until: int | None, pids: Collection[int] | None) -> Window:
    """The records from a time on, before a time, and of some processes; None means no limit."""
    # A limit at either end excludes records without a time.
    first = since if since is not None else ALWAYS.since if until is None else 0
    return Window(first, ALWAYS.until if until is None else until, None if pids is None else frozenset(pids))


@record
class Pending:
    """Converted values, with a check of the record's time and process that is still to be made."""

    made: Any
    wanted: Callable[[int, int], bool]


@record
class Selection:
    """The records that are wanted: by event name, time, process and arguments.

    `where` returns for an event whether its records are wanted, or a check of their values
    (tesc.trace.conditions). Readers need only `prepare` and `window`; only this class knows conditions.
    """

    chosen: Callable[[str], bool]
    times: Window = ALWAYS
    where: Callable[[TracedEvent], Wanted] | None = None
    # Whether `where` needs times or processes for any event.
    dated: bool = False

    @property
    def window(self) -> Window:
        if self.where is None:
            return self.times
        times = self.times
        return Window(since=times.since, until=times.until, pids=times.pids, sparse=True, dated=self.dated)

    def limited_to(self, names: Callable[[str], bool]) -> Selection:
        """The same selection, limited to events whose name satisfies `names`."""
        chosen = self.chosen
        return Selection(lambda name: chosen(name) and names(name), self.times, self.where, self.dated)

    def prepare(self, make: Prepare) -> Prepare:
        """`make`, but with None for excluded events and records."""

        def prepared(event: TracedEvent) -> Callable[[Values], Any] | None:
            wanted = self.chosen(event.name) and (self.where is None or self.where(event))
            if wanted is False:
                return None
            made = make(event)
            if made is None or wanted is True:
                return made
            test = wanted.test
            if wanted.dated:
                return lambda values: Pending(made(values), lambda time, pid: test(values, time, pid))
            return lambda values: made(values) if test(values) else None

        return prepared


def parse_moment(text: str) -> Moment:
    """The time in `1500000` (nanoseconds), `1500000ns`, `1.5ms`, `+2s`; `+` counts from the first record.

    Raises ValueError.
    """
    match = _TIME.fullmatch(text)
    digits = _DIGITS[match[4] or "ns"] if match else 0
    fraction = (match[3] or "") if match else ""
    if match is None or len(fraction) > digits:
        raise ValueError(
            f"'{text}' is not a time: write 1500000 (nanoseconds), 1.5ms, 2s, or +2s from the first record"
        )
    return Moment(int(match[2] + fraction.ljust(digits, "0")), bool(match[1]))


def chooser(patterns: Sequence[str]) -> Callable[[str], bool]:
    """A function that says whether patterns choose a name: the last match decides; `-PATTERN` excludes.

    Without patterns, or with only excluding ones, all other events are chosen.
    """
    steps = [
        (not text.startswith("-"), pattern(text.lstrip("-") if text.startswith("-") else text))
        for text in patterns
    ]
    begin = not any(adds for adds, _ in steps)

    def chosen(name: str) -> bool:
        result = begin
        for adds, expression in steps:
            if adds != result and expression.fullmatch(name):
                result = adds
        return result

    return chosen


def unmatched(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    """The patterns that do not match any of the names."""
    every = [*names, DROPPED.name]
    expressions = [(text, pattern(text[1:] if text[:1] == "-" else text)) for text in patterns]
    return [text for text, expression in expressions if not any(map(expression.fullmatch, every))]
