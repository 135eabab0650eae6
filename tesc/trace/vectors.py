"""Reads many records at once, with numpy if it is installed (`pip install 'tesc[fast]'`).

Where a record begins is known only from the previous one. But beginnings can be searched for: eight bytes of
type, then an ID that the trace has, then a length that records of this event can have. A chain of such places
from the reader's position on, each exactly where the previous one ends, is what reading one by one would
find; similar bytes in payloads are not part of it, since no record ends there.

What is not in the chain, or does not fit its event, is left to tesc.trace.loops, so the results are the same.
"""

from __future__ import annotations

from tesc.trace.errors import PayloadMismatch
from tesc.trace.layout import EVENT, HEAD_BYTES, MAX_RECORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Any

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader, Slots
    from tesc.trace.selection import Window

    Array = Any  # numpy.ndarray; numpy may not be installed

# From this many bytes on, importing numpy pays off.
WORTH = 4 << 20
# The size of a piece of the trace that fits the processor's cache with all its results.
PIECE = 1 << 20
_MOST_IDS = 1 << 16
# With fewer records, columns cost more time than they save.
_WORTH_COLUMNS = 8
_HEAD = 8 + HEAD_BYTES


def available() -> bool:
    """Whether numpy is installed. Importing it takes as long as reading some megabytes without it."""
    try:
        _numpy()
    except ImportError:
        return False
    return True


def _numpy() -> Any:
    """The package numpy, typed as Any because its stubs differ between versions. Raises ImportError."""
    import numpy

    return numpy


class Frames:
    """Consecutive records in some data: where they begin, their IDs and lengths.

    `end` is where the last one ends. Times are nanoseconds as unsigned 64-bit words.
    """

    def __init__(self, data: bytes, order: str, starts: Array, ids: Array, lengths: Array, end: int) -> None:
        self.data = data
        self.order = order
        self.starts = starts
        self.ids = ids
        self.lengths = lengths
        self.end = end

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def times(self) -> Array:
        return self.field("u8", 16)

    @property
    def pids(self) -> Array:
        return self.field("u4", 28)

    def chosen(self, which: Array) -> Frames:
        """The records chosen by an array of booleans or positions."""
        return Frames(
            self.data, self.order, self.starts[which], self.ids[which], self.lengths[which], self.end
        )

    def within(self, window: Window) -> Frames:
        """The records in a window."""
        np = _numpy()

        if not window.limited:
            return self
        times = self.times
        most = (1 << 64) - 1
        if window.since > most:
            return self.chosen(slice(0))
        which = times >= np.uint64(max(window.since, 0))
        if window.until <= most:
            which &= times < np.uint64(window.until)
        if window.pids is not None:
            which &= np.isin(self.pids, [pid for pid in window.pids if 0 <= pid < 1 << 32])
        return self.chosen(which)

    def wanted(self, is_wanted: Callable[[int], bool]) -> Frames:
        """The records with wanted IDs."""
        np = _numpy()

        wanted = [is_wanted(event_id) for event_id in self._unique()]
        if all(wanted):
            return self
        table: Array = np.zeros(_MOST_IDS, bool)
        table[self._unique()] = wanted
        return self.chosen(table[self.ids])

    def made_of(self, slots: Slots) -> list[Any]:
        """The converted payloads. Raises what slots raise."""
        np = _numpy()

        made: Array = np.empty(len(self.starts), object)
        for event_id, which in self.groups():
            slot = slots[event_id]
            assert slot is not None
            if slot.many is not None and len(which) >= _WORTH_COLUMNS:
                some = slot.many(self.chosen(which).columns(slot.texts))
            else:
                some = slot.all_of(self.payloads(which))
            made[which] = np.fromiter(some, object, len(which))
        found: list[Any] = made.tolist()
        return found

    def _unique(self) -> list[int]:
        np = _numpy()

        found: list[int] = np.flatnonzero(np.bincount(self.ids)).tolist()
        return found

    def groups(self) -> Iterator[tuple[int, Array]]:
        """Each ID, and the positions of its records."""
        np = _numpy()

        for event_id in self._unique():
            yield event_id, np.flatnonzero(self.ids == event_id)

    def payloads(self, which: Array) -> list[bytes]:
        """The payloads of records of one event."""
        starts, lengths = self.starts[which], self.lengths[which]
        size = int(lengths[0])
        if not (lengths == size).all():
            data = self.data
            return [data[at + _HEAD : at + 8 + n] for at, n in zip(starts.tolist(), lengths.tolist())]
        if size == HEAD_BYTES:
            return [b""] * len(starts)
        found: list[bytes] = _field(self.data, "", f"V{size - HEAD_BYTES}", _HEAD)[starts].tolist()
        return found

    def field(self, kind: str, offset: int) -> Array:
        """The numbers at an offset from the records' beginnings; `kind` is numpy's type, such as u4."""
        return _field(self.data, self.order, kind, offset)[self.starts]

    def words(self, which: Array, index: int) -> Array:
        """The argument at `index` of records of one event, if there is no text before it."""
        return _field(self.data, self.order, "u8", _HEAD + 8 * index)[self.starts[which]]

    def columns(self, texts: Sequence[bool], needed: Collection[int] | None = None) -> tuple[Any, ...]:
        """The arguments of records of one event: arrays of words, or `Texts` where `texts` is true.

        Columns at positions not in `needed` are empty. Raises PayloadMismatch if a record's text does not fit
        its length.
        """
        if not any(texts):
            return tuple(
                [
                    self.words(slice(None), index) if needed is None or index in needed else ()
                    for index in range(len(texts))
                ]
            )
        at, stops = self.starts + _HEAD, self.starts + self.lengths + 8
        found: list[Any] = []
        for index, is_text in enumerate(texts):
            end = at + (4 if is_text else 8)
            if (end > stops).any():
                raise PayloadMismatch
            if is_text:
                lengths = _field(self.data, self.order, "u4", 0)[at].astype(at.dtype)
                found.append(Texts(self.data, end, lengths))
                end = end + lengths
            elif needed is None or index in needed:
                found.append(_field(self.data, self.order, "u8", 0)[at])
            else:
                found.append(())
            at = end
        if (at != stops).any():
            raise PayloadMismatch
        return tuple(found)


class Texts:
    """A column of strings as places in some data: a sequence of bytes objects, which are made on access."""

    def __init__(self, data: bytes, starts: Array, lengths: Array) -> None:
        self._data = data
        self._starts = starts
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, at: int) -> bytes:
        start = int(self._starts[at])
        return self._data[start : start + int(self._lengths[at])]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.tolist())

    def tolist(self) -> list[bytes]:
        data = self._data
        return [data[at : at + n] for at, n in zip(self._starts.tolist(), self._lengths.tolist())]

    def packed(self) -> tuple[Array, Array]:
        """All strings in one array of bytes, and where each begins and the last one ends (int32)."""
        np = _numpy()

        offsets: Array = np.zeros(len(self) + 1, np.int32)
        np.cumsum(self._lengths, out=offsets[1:])
        size = int(self._lengths[0]) if len(self) else 0
        if (self._lengths == size).all():
            texts = _field(self._data, "", f"V{size}", 0)[self._starts] if size else np.empty(0, np.uint8)
            return offsets, texts.view(np.uint8)
        index = np.repeat(self._starts - offsets[:-1], self._lengths) + np.arange(offsets[-1])
        return offsets, np.frombuffer(self._data, np.uint8)[index]


def _field(data: bytes, order: str, kind: str, offset: int) -> Array:
    """The field at an offset from any byte of the data, as an array with an element for each byte."""
    np = _numpy()

    dtype = np.dtype(order + kind)
    number = len(data) - offset - dtype.itemsize + 1
    return np.ndarray((max(number, 0),), dtype, data, offset if number > 0 else 0, (1,))


class Finder:
    """Finds the records of a reader's data."""

    def __init__(self, reader: RecordReader) -> None:
        self._reader = reader
        self._mappings = -1
        self._least: Array = None
        self._most: Array = None

    def find(self) -> Frames | None:
        """The records from the reader's position on; None if the first one is not plain."""
        np = _numpy()

        reader = self._reader
        if reader.mappings != self._mappings:
            self._learn()
        source = reader.source
        data, begin = source.data, source.at
        order = reader.layout.order
        last = len(data) - _HEAD
        if last < begin:
            return None
        # The position of the byte that is 1 in the type's word.
        one = 0 if order == "<" else 7
        starts: Array = (
            np.flatnonzero(np.frombuffer(data, np.uint8)[begin + one : last + one + 1] == EVENT) + begin
        )
        starts = starts[_field(data, order, "u8", 0)[starts] == EVENT]
        ids = _field(data, order, "u8", 8)[starts]
        known = ids < len(self._least)
        starts, ids = starts[known], ids[known].astype(np.intp)
        lengths = _field(data, order, "u4", 24)[starts].astype(np.intp)
        stops: Array = starts + lengths + 8
        right = (lengths >= self._least[ids]) & (lengths <= self._most[ids]) & (stops <= len(data))
        starts, ids, lengths, stops = starts[right], ids[right], lengths[right], stops[right]
        if not len(starts) or starts[0] != begin:
            return None
        which = _chain(starts, stops)
        frames = Frames(data, order, starts, ids, lengths, 0)
        if which is not None:
            frames, stops = frames.chosen(which), stops[which]
        frames.end = int(stops[-1])
        return frames

    def _learn(self) -> None:
        """Learn the possible lengths of records by ID."""
        np = _numpy()

        reader = self._reader
        self._mappings = reader.mappings
        ids = reader.known_ids(_MOST_IDS)
        size = max(ids, default=-1) + 1
        self._least = np.full(size, 1, np.intp)
        self._most = np.zeros(size, np.intp)  # no length is valid
        for event_id in ids:
            event = reader.event(event_id)
            if event is not None:
                self._least[event_id], self._most[event_id] = lengths_of(event)


def lengths_of(event: TracedEvent) -> tuple[int, int]:
    """The smallest and largest length of an event's records."""
    texts = [kind.text for kind in event.kinds]
    least = HEAD_BYTES + 8 * len(texts) - 4 * sum(texts)
    return least, MAX_RECORD if any(texts) else least


def _chain(starts: Array, stops: Array) -> Array | None:
    """The indices of the places that form a chain from the first one on; None if all do."""
    np = _numpy()

    breaks: Array = np.flatnonzero(stops[:-1] != starts[1:])
    if not len(breaks):
        return None
    # Where the chain continues after a break, and where the next break is.
    goals = stops[breaks]
    nexts = np.searchsorted(starts, goals)
    found = (nexts < len(starts)) & (starts[np.minimum(nexts, len(starts) - 1)] == goals)
    resumed: list[int] = np.where(found, nexts, -1).tolist()
    ends = breaks.tolist()
    after: list[int] = np.searchsorted(breaks, nexts).tolist()
    parts: list[Array] = []
    begin, turn = 0, 0
    while turn < len(ends):
        parts.append(np.arange(begin, ends[turn] + 1))
        begin = resumed[turn]
        if begin < 0:
            return np.concatenate(parts)
        turn = after[turn]
    parts.append(np.arange(begin, len(starts)))
    return np.concatenate(parts)
