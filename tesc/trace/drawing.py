"""Perfetto traces with spans as slices, flows between a request's events, and counters.

A span is a slice on a track for its process and key; its name is the span's, its arguments are those of the
record that began it. A flow leads from that record to the slice, through all records with the same key while
it is open, to the record that ends it. A span that does not end is a slice without an end; an end without a
begin is only an instant. A counter is a track of an event's argument, one for each process.
"""

from __future__ import annotations

from tesc.trace.formats import Undrawn
from tesc.trace.formats.perfetto import (
    INSTANT,
    NAME_IID,
    PROCESS,
    TRACK,
    TYPE,
    Perfetto,
    descriptor,
    packet,
    track_of,
)
from tesc.trace.protobuf import counted, fixed64, number, text
from tesc.trace.spans import Spans, no_parameter
from tesc.trace.values import typer
from tesc.units.flatten import flattened_guests
from tesc.units.patterns import pattern
from tesc.units.unknown_event import no_match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.spans import Pairing, Role
    from tesc.trace.values import Values
    from tesc.units.unit import Unit

_BEGIN, _END, _COUNTER = 1, 2, 4
_COUNTER_VALUE, _DOUBLE_VALUE, _FLOW, _LAST_FLOW = 30, 44, 47, 48
_COUNTER_DESCRIPTOR = 8


class BadCounter(Exception):
    """An impossible counter; the message says why."""


class _Drawn(str):
    """A record's packet, and what else is drawn for the record."""

    __slots__ = ("annotations", "begin", "part", "values")

    begin: str
    annotations: str
    part: _Part
    values: Values


class _Part:
    """The roles of an event's records in spans and counters.

    `roles` are its roles in pairings, `between` the numbers of pairings whose key it has with the key's
    columns, `counters` the columns of its arguments with the counters' names. `guest` is the track of its
    guest, or 0.
    """

    __slots__ = ("between", "counters", "guest", "roles", "types")

    def __init__(
        self,
        roles: Sequence[Role],
        between: Sequence[tuple[int, tuple[int, ...]]],
        counters: Sequence[tuple[int, str]],
        types: Callable[[Values], tuple[Any, ...]],
        guest: int,
    ) -> None:
        self.guest = guest
        self.roles = roles
        self.between = between
        self.counters = counters
        self.types = types


class Drawing(Perfetto):
    """Perfetto's format with spans and counters; records must be in order, and in one process."""

    def __init__(
        self,
        guests: Sequence[tuple[str, str]],
        pairings: Sequence[Pairing],
        counters: Sequence[tuple[str, str]],
    ) -> None:
        """`counters` are (pattern of events, name of an argument)."""
        super().__init__(guests)
        self.spans = found = Spans(pairings)
        self._spans = found
        for one in pairings:
            self.name(one.name)
        self._counters = [(pattern(event), argument) for event, argument in counters]
        self._tracks: dict[tuple[object, ...], int] = {}
        # The flows of the open spans, by pairing, process and key.
        self._open: dict[tuple[int, int, tuple[Any, ...]], list[int]] = {}
        self._flows = 0
        self.undrawn: dict[Undrawn, int] = {}

    def prepare(self, event: TracedEvent) -> Callable[[Values], str]:
        part = self._part(event)
        if part is None:
            return super().prepare(event)
        begin = number(TYPE, INSTANT) + self.beginning(event)
        annotated = self.annotations(event)

        def made(values: Values) -> str:
            annotations = annotated(values)
            drawn = _Drawn(packet(begin + annotations))
            drawn.begin, drawn.annotations, drawn.part, drawn.values = begin, annotations, part, values
            return drawn

        return made

    def _part(self, event: TracedEvent) -> _Part | None:
        names = [name for _, name in event.parameters]
        roles = self._spans.roles(event)
        taken = {number_ for number_, _, _ in roles}
        between = [
            (number_, tuple(map(names.index, one.key)))
            for number_, one in enumerate(self._spans.pairings)
            if number_ not in taken and one.key and set(one.key) <= set(names)
        ]
        counters = [
            (names.index(argument), f"{event.name}.{argument}")
            for expression, argument in self._counters
            if argument in names and expression.fullmatch(event.name)
        ]
        if not (roles or between or counters):
            return None
        return _Part(roles, between, counters, typer(event.kinds, True), self.guest_track(event.name))

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        if not any(one.__class__ is _Drawn for one in made):
            return super().columns(times, pids, made)
        head = self.head(set(pids))
        if head is None:
            return self.halves(times, pids, made)
        parts: list[str] = []
        for time, pid, one in zip(times, pids, made):
            if isinstance(one, _Drawn):
                self._draw(parts, time, pid, one)
            else:
                parts.append(self.row(time, pid, one))
        return head + "".join(parts)

    def _draw(self, parts: list[str], time: int, pid: int, drawn: _Drawn) -> None:
        """Add the packets of a record, and of the slices and counters that it changes."""
        flows, last, more = [], [], []
        part, values = drawn.part, drawn.values
        for number_, begins, columns in part.roles:
            key = tuple([values[at] for at in columns])
            at = (number_, pid, key)
            span = self._spans.pair(time, number_, pid, begins, key)
            if None in key:
                continue
            track = number(TRACK, self._span_track(parts, number_, pid, key, part.guest))
            if begins:
                self._flows += 1
                self._open.setdefault(at, []).append(self._flows)
                flows.append(self._flows)
                name = number(NAME_IID, self.name(self._spans.pairings[number_].name))
                flow = fixed64(_FLOW, self._flows)
                more.append(packet(number(TYPE, _BEGIN) + name + track + drawn.annotations + flow))
            elif span is not None:
                last.append(self._open[at].pop())
                if not self._open[at]:
                    del self._open[at]
                more.append(packet(number(TYPE, _END) + track))
        for number_, columns in part.between:
            flows += self._open.get((number_, pid, tuple([values[at] for at in columns])), ())[-1:]
        if flows or last:
            ids = [fixed64(_FLOW, one) for one in flows] + [fixed64(_LAST_FLOW, one) for one in last]
            parts.append(self.row(time, pid, packet(drawn.begin + drawn.annotations + "".join(ids))))
        else:
            parts.append(self.row(time, pid, drawn))
        for column, name in part.counters:
            value = part.types(values)[column]
            if isinstance(value, int):
                more.append(self._count(parts, pid, part.guest, name, value))
            else:
                event, _, argument = name.rpartition(".")
                why = Undrawn(event, argument, value is not None)
                self.undrawn[why] = self.undrawn.get(why, 0) + 1
        parts += [self.row(time, pid, one) for one in more]

    def _span_track(self, parts: list[str], number_: int, pid: int, key: tuple[Any, ...], guest: int) -> int:
        name = self._spans.pairings[number_].name
        return self._track(parts, ("span", name, pid, *key), pid, guest, text(2, name))

    def _count(self, parts: list[str], pid: int, guest: int, name: str, value: int) -> str:
        """A counter's new value; from 2^63 on, too large for Perfetto's integers, as a double."""
        track = self._track(
            parts, ("counter", name, pid), pid, guest, text(2, name) + counted(_COUNTER_DESCRIPTOR, "")
        )
        shown = number(_COUNTER_VALUE, int(value))
        if value >= 1 << 63:
            import struct

            shown = fixed64(_DOUBLE_VALUE, struct.unpack("<Q", struct.pack("<d", value))[0])
        return packet(number(TYPE, _COUNTER) + number(TRACK, track) + shown)

    def _track(self, parts: list[str], what: tuple[object, ...], pid: int, guest: int, about: str) -> int:
        """The ID of a track of a process or a guest; a new track's description is added."""
        track = self._tracks.get(what)
        if track is None:
            track = self._tracks[what] = track_of(repr(what))
            parent = number(5, guest or track_of(PROCESS, pid))
            parts.append(descriptor(number(1, track) + parent + about, self.sequence(pid)))
        return track


def picture(unit: Unit, pairings: Sequence[Pairing], counters: Sequence[tuple[str, str]]) -> Perfetto:
    """Perfetto's format for traces of a unit's events; `counters` are as for `Drawing`."""
    guests = _guests(unit)
    return Drawing(guests, pairings, counters) if pairings or counters else Perfetto(guests)


def _guests(unit: Unit) -> list[tuple[str, str]]:
    """The prefixes of guests' events, longest first, and the guests' names."""
    prefixes = {one.prefix for one in unit.ranges[1:]}
    prefixes |= {one.prefix for tree in unit.roots for one in flattened_guests(tree.source.text)}
    found = sorted(filter(None, prefixes), key=lambda prefix: (-len(prefix), prefix))
    return [
        (prefix, prefix.rstrip("_") if "guest" in prefix else f"guest {prefix.rstrip('_')}")
        for prefix in found
    ]


def parse_counter(text_: str, events: Sequence[Declared]) -> tuple[str, str]:
    """The pattern of events and the argument in `EVENT.ARGUMENT`. Raises BadCounter."""
    event, dot, argument = text_.rpartition(".")
    if not dot or not event or not argument:
        raise BadCounter(f"'{text_}': expected EVENT.ARGUMENT")
    matched = [one for one in events if pattern(event).fullmatch(one.name)]
    if not matched:
        raise BadCounter(f"'{text_}': {no_match(event, (one.name for one in events))}")
    if not any(argument == name for one in matched for _, name in one.parameters):
        names = [name for _, name in matched[0].parameters]
        raise BadCounter(f"'{text_}': {no_parameter(matched[0].name, argument, names)}")
    return event, argument
