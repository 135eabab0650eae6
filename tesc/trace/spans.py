"""Spans: the time between a record that begins something and the one that ends it.

A pairing says which events begin spans, which ones end them, and which arguments (the key) show that two
records belong together. Records are taken in the order of the trace; an end belongs to the latest open begin
with the same key (and process), so spans nest. Records without a partner are counted: a begin without an end
is unfinished, an end without a begin is orphaned, a record of a log that does not show its key is keyless.
"""

from __future__ import annotations

from array import array
from collections import defaultdict

from tesc.nearest import did_you_mean
from tesc.records import record, replace
from tesc.trace.tables.layout import distinct
from tesc.units.patterns import is_literal, pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from tesc.config.settings import SpanSettings
    from tesc.trace.columns import EventColumns
    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared

    # A pairing's number, whether the event begins spans, and the positions of the key's arguments.
    Role = tuple[int, bool, tuple[int, ...]]

# The last word of a beginning event's name, and the last words of events that may end it.
_PAIRS = {
    "start": ("end", "done", "complete", "completed", "finish", "finished", "stop"),
    "begin": ("end", "done", "complete", "completed", "finish", "finished"),
    "submit": ("done", "complete", "completed"),
    "issue": ("done", "complete", "completed"),
    "enter": ("exit", "leave", "return"),
    "entry": ("exit", "return"),
    "in": ("out",),
    "lock": ("unlock",),
    "acquire": ("release",),
    "open": ("close",),
    "map": ("unmap",),
}
# For an event that begins a span without such a word: disk_read, disk_read_done.
_ENDS = ("done", "complete", "completed", "end", "return", "exit")


class BadPairing(Exception):
    """An invalid pairing; the message says why."""


@record
class Pairing:
    """Patterns of events that begin spans and of events that end them, and the key's parameters.

    Without a key, records of one process belong together.
    """

    name: str
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    key: tuple[str, ...] = ()


@record
class Span:
    """A span from `begin` to `end`, in nanoseconds, in process `pid`, with the values `key`."""

    name: str
    begin: int
    end: int
    pid: int
    key: tuple[Any, ...]

    @property
    def duration(self) -> int:
        """In nanoseconds."""
        return self.end - self.begin


def parse_pairing(text: str) -> Pairing:
    """The pairing in `NAME=BEGIN|BEGIN..END|END[,key=PARAMETER...]`. Raises BadPairing.

    Without `NAME=`, the name is the first BEGIN.
    """
    events, *options = text.split(",")
    name, equals, rest = events.partition("=")
    if not equals:
        name, rest = "", events
    begins, dots, ends = rest.partition("..")
    if not dots or not begins or not ends:
        raise BadPairing(f"'{text}': expected NAME=BEGIN..END[,key=PARAMETER]")
    key: list[str] = []
    for option in options:
        word, equals, value = option.partition("=")
        if word != "key" or not equals or not value:
            raise BadPairing(f"'{text}': expected key=PARAMETER after the comma, not '{option}'")
        key.append(value)
    first = begins.split("|")[0]
    return Pairing(name or first, tuple(begins.split("|")), tuple(ends.split("|")), tuple(key))


def likely_pairings(events: Iterable[Declared]) -> list[Pairing]:
    """The pairings that events' names suggest: `_start` and `_end`, `_submit` and `_done` and the like.

    The key is the first pointer that both have with the same name and type, else the first number; an event
    without one is paired by process.
    """
    known = {event.name: event for event in events}
    found = []
    for name, event in known.items():
        stem, _, last = name.rpartition("_")
        ends = [f"{stem}_{word}" for word in _PAIRS.get(last, ()) if stem]
        ends += [f"{name}_{word}" for word in _ENDS]
        there = [known[end] for end in ends if end in known]
        if there:
            key = _key(event, there[0])
            alike = tuple([end.name for end in there if _key(event, end) == key])
            found.append(Pairing(stem if last in _PAIRS else name, (name,), alike, key))
    return found


def chosen_pairings(
    texts: Sequence[str],
    configured: Sequence[SpanSettings],
    events: Sequence[Declared],
    auto: bool | None = None,
) -> list[Pairing]:
    """The requested pairings. Raises BadPairing.

    `texts` are the values of --span; without any, the pairings in tesc.toml are used. `auto` adds the
    pairings that `likely_pairings` finds, except those whose names are taken; None does so only if there are
    no others. Of pairings with equal names, all except the first get an underscore.
    """
    found = [parse_pairing(text) for text in texts]
    if not texts:
        found = [Pairing(one.name, one.begin, one.end, one.key) for one in configured]
    if auto or (auto is None and not found):
        taken = {one.name for one in found}
        found += [one for one in likely_pairings(events) if one.name not in taken]
    names = distinct([one.name for one in found], set())
    return [replace(one, name=name) for one, name in zip(found, names)]


def unmatched(pairings: Iterable[Pairing], events: Iterable[Declared]) -> list[tuple[str, str]]:
    """The patterns of pairings that match no event, each with the name of its pairing."""
    names = [event.name for event in events]
    return [
        (one.name, text)
        for one in pairings
        for text in (*one.begins, *one.ends)
        if not any(matches(name, (text,)) for name in names)
    ]


def _key(begin: Declared, end: Declared) -> tuple[str, ...]:
    shared = [(type_, name) for type_, name in begin.parameters if (type_, name) in end.parameters]
    pointers = [name for type_, name in shared if "*" in type_ and "char" not in type_]
    numbers = [name for type_, name in shared if "*" not in type_]
    return tuple((pointers or numbers)[:1])


class Spans:
    """Pairs the records of a trace, in order: `take` handles a batch at a time, `pair` one record.

    `found` is called with each span, or `pair` returns it. `unfinished`, `orphaned` and `keyless` count
    records without a partner, by pairing.
    """

    def __init__(
        self, pairings: Sequence[Pairing], found: Callable[[Span], object] = lambda span: None
    ) -> None:
        self.pairings = pairings
        self._found = found
        self._open: dict[tuple[int, int, tuple[Any, ...]], list[int]] = {}
        self._roles: dict[int, list[Role]] = {}
        self._kept: list[TracedEvent] = []
        self.orphaned = [0] * len(pairings)
        self.keyless = [0] * len(pairings)

    @property
    def unfinished(self) -> list[int]:
        counts = [0] * len(self.pairings)
        for (number, _, _), begins in self._open.items():
            counts[number] += len(begins)
        return counts

    def wants(self, name: str) -> bool:
        """Whether records of an event with this name begin or end a span."""
        return any(matches(name, (*one.begins, *one.ends)) for one in self.pairings)

    def take(self, batch: Sequence[EventColumns]) -> None:
        """Pair the records of a batch."""
        rows: list[tuple[int, int, int, int, bool, tuple[Any, ...]]] = []
        for part in batch:
            for number, begins, columns in self.roles(part.event):
                keys: Iterable[tuple[Any, ...]] = [()] * len(part)
                if columns:
                    keys = zip(*[_plain(part.columns[at]) for at in columns])
                rows += [
                    (place, time, number, pid, begins, key)
                    for place, time, pid, key in zip(
                        _plain(part.places), _plain(part.times), _plain(part.pids), keys
                    )
                ]
        rows.sort(key=lambda row: row[0])
        for _, time, number, pid, begins, key in rows:
            span = self.pair(time, number, pid, begins, key)
            if span is not None:
                self._found(span)

    def pair(self, time: int, number: int, pid: int, begins: bool, key: tuple[Any, ...]) -> Span | None:
        """Handle a record that begins or ends a span of a pairing; returns the span that it ends, if any."""
        at = (number, pid, key)
        if None in key:
            self.keyless[number] += 1
            return None
        if begins:
            self._open.setdefault(at, []).append(time)
            return None
        waiting = self._open.get(at)
        if not waiting:
            self.orphaned[number] += 1
            return None
        begin = waiting.pop()
        if not waiting:
            del self._open[at]
        return Span(name=self.pairings[number].name, begin=begin, end=time, pid=pid, key=key)

    def roles(self, event: TracedEvent) -> list[Role]:
        """An event's role in each pairing: its number, whether it begins, and the key's columns.

        An event has no role in a pairing whose key it lacks.
        """
        roles = self._roles.get(id(event))
        if roles is None:
            self._kept.append(event)  # so that no other event gets its `id`
            names = [name for _, name in event.parameters]
            roles = self._roles[id(event)] = []
            for number, one in enumerate(self.pairings):
                begins = matches(event.name, one.begins)
                if (begins or matches(event.name, one.ends)) and has_key(event, one.key):
                    roles.append((number, begins, tuple(names.index(name) for name in one.key)))
        return roles


def has_key(event: Declared, key: Sequence[str]) -> bool:
    """Whether an event has all parameters of a key."""
    return set(key) <= {name for _, name in event.parameters}


def no_parameter(event: str, key: str, names: Sequence[str]) -> str:
    """The message that an event with the parameters `names` does not have the key's parameter."""
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names) or "none"
    return f"'{event}' has no parameter '{key}'{did_you_mean(key, names) or f'; it has {listed}'}"


def matches(name: str, texts: Sequence[str]) -> bool:
    return any(text == name if is_literal(text) else pattern(text).fullmatch(name) for text in texts)


def _plain(column: Any) -> Sequence[Any]:
    """A column as a list of Python's numbers, if it is a numpy array."""
    made: Sequence[Any] = column.tolist() if hasattr(column, "tolist") else column
    return made


@record
class Latency:
    """The durations of one pairing's spans, in nanoseconds; `histogram` counts them by powers of two.

    Entry N of the histogram counts durations from 2^N to less than 2^(N+1) nanoseconds; those of 0 are in
    entry 0. Percentiles use the nearest rank.
    """

    name: str
    count: int
    unfinished: int
    orphaned: int
    median: int
    p95: int
    p99: int
    maximum: int
    histogram: tuple[int, ...]


class Latencies:
    """Collects the durations of spans."""

    def __init__(self, pairings: Sequence[Pairing]) -> None:
        self._durations: dict[str, array[int] | list[int]] = defaultdict(lambda: array("q"))
        self._names = [one.name for one in pairings]
        self.spans = Spans(pairings, self._add)

    def _add(self, span: Span) -> None:
        try:
            self._durations[span.name].append(span.end - span.begin)
        except OverflowError:  # no real duration is that long, but a record can have any time
            self._durations[span.name] = [*self._durations[span.name], span.end - span.begin]

    def results(self) -> Iterator[Latency]:
        """One result for each pairing, in order."""
        unfinished, orphaned = self.spans.unfinished, self.spans.orphaned
        for number, name in enumerate(self._names):
            durations = sorted(self._durations.get(name, ()))
            histogram = [0] * (max(durations[-1], 1).bit_length() if durations else 0)
            for duration in durations:
                histogram[max(duration, 1).bit_length() - 1] += 1
            yield Latency(
                name=name,
                count=len(durations),
                unfinished=unfinished[number],
                orphaned=orphaned[number],
                median=_rank(durations, 50),
                p95=_rank(durations, 95),
                p99=_rank(durations, 99),
                maximum=durations[-1] if durations else 0,
                histogram=tuple(histogram),
            )


def _rank(ordered: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of sorted numbers; 0 if there are none."""
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)] if ordered else 0
