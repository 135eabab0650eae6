"""Perfetto's own format (protos/perfetto/trace, version 52): each record is an instant with typed arguments.

Each process is a packet sequence with its own track; events of a guest are on that guest's track. Repeated
data is written once, in a head that restarts the sequence: the track, the clock, the names of events and
arguments (`interned_data`). After it, a record's packet is its event, time and sequence:

    packet { track_event { type, name_iid, debug_annotations } timestamp trusted_packet_sequence_id }

The first part depends only on the record's arguments, so it is cached with them. Times count from the first
record, on a clock of the sequence's own, so they take six bytes in the trace's first 73 minutes; later times
use the trace's clock. That is the monotonic clock of QEMU's host or, for wall-clock times (as a log may
have), the real-time clock; Perfetto uses it to merge files.
"""

from __future__ import annotations

import sys
from operator import getitem

from tesc.trace.formats import TraceWriter, joined
from tesc.trace.formats.jsonl import readable
from tesc.trace.host_clock import is_real
from tesc.trace.protobuf import LAST_PAIRS, PAIRS, SHORT, counted, number, tag, text, varint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.formats import Declared
    from tesc.trace.values import Kind, Value, Values

# The numbers of fields in Trace, TracePacket, TrackEvent and their inner messages.
_PACKET = 1
_CLOCK_SNAPSHOT, _TIMESTAMP, _SEQUENCE, TRACK_EVENT, _INTERNED, _FLAGS = 6, 8, 10, 11, 12, 13
_CLOCK_ID, _DEFAULTS, _TRACK_DESCRIPTOR = 58, 59, 60
ANNOTATION, TYPE, NAME_IID, TRACK = 4, 9, 10, 11
_IID, _NAME = 1, 2
INSTANT = 3
PROCESS = "process"
_CLEARED = 1
# Clocks: POSIX's two, and one that counts from the first record.
_REALTIME, _MONOTONIC, _OWN = 1, 3, 64
# A timestamp is six bytes: three times 14 bits.
_MOST = 1 << 42
_HALF = (1 << 14) - 1
_LOWEST = tuple([tag(_TIMESTAMP) + pair for pair in PAIRS])
# A sequence's number takes one byte.
_MOST_SEQUENCES = 127
_ENDS = 7 + 2
# How many encoded values of an argument, and upper parts of timestamps, are cached.
_MOST_KEPT = 1 << 14
_EVENT_TAG, _PACKET_TAG = tag(TRACK_EVENT, 2), tag(_PACKET, 2)
# The number of records from which numpy pays off.
_WORTH = 200
_SMALL = 100  # so small that its length and its packet's length take one byte each


class _Annotations(dict):  # type: ignore[type-arg]
    """A cache of an argument as a debug annotation, by value; '' if a log does not show the argument."""

    def __init__(self, name: int, kind: Kind) -> None:
        super().__init__()
        self._begin = number(_IID, name)
        self._kind = kind
        # Most arguments are plain words: uint_value or pointer_value.
        plain = kind.bits == 64 and not (kind.signed or kind.text or kind.truth)
        self._word = self._begin + tag(7 if kind.pointer else 3) if plain else ""
        self._tag = tag(ANNOTATION, 2)

    def __missing__(self, value: Value | None) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        if value is None:
            made = ""
        elif self._word:
            content = self._word + varint(value)  # type: ignore[arg-type]
            made = f"{self._tag}{SHORT[len(content)]}{content}"
        else:
            made = counted(ANNOTATION, self._begin + _value(self._kind, value))
        self[value] = made
        return made


class _Stamps(dict):  # type: ignore[type-arg]
    """A cache of timestamps without their lowest 14 bits, each with what follows it in a packet."""

    def __init__(self, end: str) -> None:
        super().__init__()
        self._end = end

    def __missing__(self, high: int) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        made = self[high] = PAIRS[high & _HALF] + LAST_PAIRS[high >> 14] + self._end
        return made


def _value(kind: Kind, value: Value) -> str:
    """The value as a field of DebugAnnotation: bool_, uint_, int_, string_ or pointer_value."""
    if isinstance(value, bytes):
        return text(6, readable(value.decode("utf-8", "surrogateescape")))
    if kind.truth:
        return number(2, value != 0)
    value &= (1 << kind.bits) - 1
    if kind.pointer:
        return number(7, value)
    if kind.signed:
        return number(4, value - (1 << kind.bits) if value >> (kind.bits - 1) else value)
    return number(3, value)


def track_of(what: str, number_: int = 0) -> int:
    """The ID of a track, which is the same for the same thing in any part of the trace."""
    from tesc.hashing import blake2b

    return int.from_bytes(blake2b(f"{what} {number_}".encode(), digest_size=6).digest(), "little") | 1


def descriptor(about: str, sequence: str) -> str:
    """The packet that describes a track."""
    return counted(_PACKET, counted(_TRACK_DESCRIPTOR, about) + sequence)


def packet(event: str) -> str:
    """The beginning of a packet with a track event, up to its timestamp on the sequence's own clock."""
    size = len(event)
    if size < _SMALL:
        return f"{_PACKET_TAG}{SHORT[size + 2 + _ENDS]}{_EVENT_TAG}{SHORT[size]}{event}"
    return counted(_PACKET, counted(TRACK_EVENT, event) + "\0" * _ENDS)[:-_ENDS]


class Perfetto(TraceWriter):
    """`state` is the current head: how many names it has, and for which processes; None if there is none."""

    restarts = True

    def __init__(self, guests: Sequence[tuple[str, str]]) -> None:
        """`guests` are (prefix of its events, name) of each guest."""
        self._guests = guests
        self._events: dict[str, int] = {}
        self._arguments: dict[str, int] = {}
        self._sequences: dict[int, str] = {}
        self._stamps: dict[int, _Stamps] = {}

    def prepare(self, event: TracedEvent) -> Callable[[Values], str]:
        begin = number(TYPE, INSTANT) + self.beginning(event)
        annotated = self.annotations(event)
        return lambda values: packet(begin + annotated(values))

    def beginning(self, event: TracedEvent) -> str:
        """The fields with an event's name, and with its track if that is not the process's."""
        guest = self.guest_track(event.name)
        return number(NAME_IID, self.name(event.name)) + (number(TRACK, guest) if guest else "")

    def name(self, name: str) -> int:
        """The number of an event's name."""
        return self._events.setdefault(name, len(self._events) + 1)

    def annotations(self, event: TracedEvent) -> Callable[[Values], str]:
        """A function from values to the fields of all arguments."""
        arguments = [
            _Annotations(self._arguments.setdefault(name, len(self._arguments) + 1), kind)
            for (_, name), kind in zip(event.parameters, event.kinds)
        ]
        return lambda values: "".join(map(getitem, arguments, values))

    def guest_track(self, event: str) -> int:
        """The ID of the track of an event's guest; 0 if it is not a guest's event."""
        found = [name for prefix, name in self._guests if event.startswith(prefix)]
        return track_of(f"guest {found[0]}") if found else 0

    def columns(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        head = self.head(set(pids))
        if head is None:
            return self.halves(times, pids, made)
        origin = self.origin
        if min(times) < origin or max(times) - origin >= _MOST:
            return head + "".join(map(self.row, times, pids, made))
        if len(set(pids)) > 1:
            stamps = self._stamps
            return head + joined(
                made,
                [
                    _LOWEST[time - origin & _HALF] + stamps[pid][time - origin >> 14]
                    for time, pid in zip(times, pids)
                ],
            )
        if len(times) >= _WORTH and "numpy" in sys.modules:
            return head + joined(made, _all_stamps(times, origin, self._sequences[pids[0]]))
        high = self._stamps[pids[0]]
        return head + joined(
            made, [_LOWEST[time - origin & _HALF] + high[time - origin >> 14] for time in times]
        )

    def halves(self, times: Sequence[int], pids: Sequence[int], made: Sequence[str]) -> str:
        """The text of records of more processes than there are sequences, made in two halves."""
        half = len(times) // 2
        first = self.columns(times[:half], pids[:half], made[:half])
        return first + self.columns(times[half:], pids[half:], made[half:])

    def sequence(self, pid: int) -> str:
        """The field with a packet's sequence."""
        return self._sequences[pid]

    def row(self, time: int, pid: int, made: str) -> str:
        """The complete packet for a result of `packet`; an unknown time becomes the first record's."""
        since = time - self.origin if time >= 0 else 0
        if 0 <= since < _MOST:
            return f"{made}{_LOWEST[since & _HALF]}{self._stamps[pid][since >> 14]}"
        stamp = number(_TIMESTAMP, time) + number(_CLOCK_ID, self._clock)
        return counted(_PACKET, f"{_content(made)}{stamp}{self._sequences[pid]}")

    @property
    def _clock(self) -> int:
        return _REALTIME if is_real(self.origin) else _MONOTONIC

    def head(self, pids: set[int]) -> str | None:
        """The head that packets of these processes need; None if there are too many processes."""
        if len(pids) > _MOST_SEQUENCES:
            return None
        known = self.state
        if known is not None and known[:2] == self._names and pids <= known[2]:
            self._use(known[2])
            return ""
        together = pids if known is None else pids | known[2]
        found = frozenset(together if len(together) <= _MOST_SEQUENCES else pids)
        self.state = (*self._names, found)
        self._use(found)
        return "".join(map(self._head_of, self._sequences))

    def _use(self, pids: frozenset[int]) -> None:
        """Use the sequences of a head for these processes; the state may be that of another head."""
        if pids == self._sequences.keys():
            return
        self._sequences = {pid: number(_SEQUENCE, place) for place, pid in enumerate(sorted(pids), 1)}
        self._stamps = {pid: _Stamps(text) for pid, text in self._sequences.items()}

    @property
    def _names(self) -> tuple[int, int]:
        return len(self._events), len(self._arguments)

    def _head_of(self, pid: int) -> str:
        sequence = self._sequences[pid]
        track = track_of(PROCESS, pid)
        about = number(1, track) + (counted(3, number(1, pid)) if pid > 0 else text(2, "no process"))
        tracks = [about] + [number(1, track_of(f"guest {name}")) + text(2, name) for _, name in self._guests]
        defaults = number(_CLOCK_ID, _OWN) + counted(TRACK_EVENT, number(TRACK, track))
        names = [counted(2, number(_IID, iid) + text(_NAME, name)) for name, iid in self._events.items()]
        names += [counted(3, number(_IID, iid) + text(_NAME, name)) for name, iid in self._arguments.items()]
        own = counted(1, number(1, _OWN) + number(2, 0))
        shared = counted(1, number(1, self._clock) + number(2, self.origin)) + number(2, self._clock)
        parts = [
            number(_FLAGS, _CLEARED) + counted(_DEFAULTS, defaults) + counted(_INTERNED, "".join(names)),
            counted(_CLOCK_SNAPSHOT, own + shared),
        ]
        heads = [counted(_PACKET, part + sequence) for part in parts]
        return "".join([*heads, *[descriptor(one, sequence) for one in tracks]])


def _all_stamps(times: Sequence[int], origin: int, end: str) -> list[str]:
    """Six-byte timestamps, each with what follows it, made at once with numpy."""
    import numpy

    since = numpy.array(times, numpy.uint64) - numpy.uint64(origin)
    size = 7 + len(end)
    parts: Any = numpy.empty((len(times), size), numpy.uint8)
    parts[:, 0] = ord(tag(_TIMESTAMP))
    for at in range(6):
        parts[:, at + 1] = since >> numpy.uint64(7 * at) & numpy.uint64(127)
    parts[:, 1:6] |= 128
    parts[:, 7:] = numpy.frombuffer(end.encode("latin-1"), numpy.uint8)
    text = parts.tobytes().decode("latin-1")
    return [text[at : at + size] for at in range(0, len(text), size)]


def _content(made: str) -> str:
    """The content of a packet that begins with a result of `packet`."""
    at = 1
    while ord(made[at]) > 127:
        at += 1
    return made[at + 1 :]


def make(events: Sequence[Declared], timestamps: bool, guard: bool) -> TraceWriter:
    return Perfetto([])
