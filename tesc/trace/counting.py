"""Counts records, without decoding payloads.

For version 4 there are fast paths: a regular expression of all shapes of records so far matches many records
at once; if it does not match, IDs and lengths go directly into a Counter; only if something is unusual is the
data read as in any other format.
"""

from __future__ import annotations

import re
import struct
from collections import Counter

from tesc.trace import vectors
from tesc.trace.errors import PayloadMismatch
from tesc.trace.events import DROPPED
from tesc.trace.layout import DROPPED_ID, EVENT, HEAD_BYTES, MAX_RECORD
from tesc.trace.parts import Work, can_split, split, whole
from tesc.trace.stats import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.made import Made
    from tesc.trace.reader import RecordReader
    from tesc.trace.selection import Selection
    from tesc.trace.values import Value, Values
    from tesc.trace.vectors import Frames

# The type, ID and length of a record.
Head = tuple[int, int, int]
# How much is read at once, and how much of that is left to the slower paths.
PIECE = 1 << 18
_REST = 1 << 12
# How much is read at first, to learn the shapes.
_ENOUGH = 1 << 15
_MOST_SHAPES = 100
# How many records one match takes (a match costs as much as ten records), and the size limit of an
# expression.
_AT_ONCE = 16
_MOST_ALTERNATIVES = 400
# Expressions are half as fast as numpy, but importing numpy pays off only from this many bytes on.
_WORTH = 1 << 27


def count(
    readers: Sequence[RecordReader],
    selection: Selection,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda offset, records: None,
    tally: Tally | None = None,
) -> Tally:
    """The counts of the selected records of traces.

    They are added to `tally` if it is given, even if reading a trace is interrupted.
    """
    tally = Tally() if tally is None else tally
    for reader in readers:
        counting = Counting(reader, selection)
        worth = _WORTH * jobs if counting.is_quick else vectors.WORTH
        if (reader.source.file_size or 0) >= worth:
            reader.use_vectors()
        try:
            if jobs > 1 and can_split(reader):
                split(reader, counting, jobs, progress)
            else:
                whole(reader, counting, progress)
        finally:
            tally.merge(counting.state)
            if counting.is_whole:
                tally.add_times([reader.first_record, reader.last_time])
    return tally


class Counting(Work):
    """Counts the records of a trace; `state` is the tally of the parts handed in.

    `is_quick` is true if records can be counted by their shapes. With `is_whole`, the time span is that of
    the whole trace, which the reader knows; otherwise that of the counted records.
    """

    def __init__(self, reader: RecordReader, selection: Selection) -> None:
        self.state = Tally()
        self._tally = Tally()
        self._reader = reader
        self._chosen = selection.chosen
        self._window = selection.window
        self._prepare = selection.prepare(_counted)
        self._slots: dict[int, Made | None] = {}
        order = reader.layout.order
        self._head: Callable[..., Head] = struct.Struct(f"{order}QQ8xI").unpack_from
        self._size = struct.Struct(f"{order}I").unpack_from
        self._word = struct.Struct(f"{order}Q").unpack_from
        # The events so far by ID, with the length of their records, if that does not vary, and whether they
        # are wanted.
        self._known: dict[int, tuple[TracedEvent, int | None, bool]] = {}
        self._varying: dict[int, tuple[int, int, Callable[[bytes], Values]]] = {}
        self._mappings = 0

        # The shapes of records so far, and the expression for them once there is one.
        self._shapes: dict[tuple[int, int], bytes] = {}
        self._pattern: re.Pattern[bytes] | None = None
        self._marks: dict[int, int] = {}
        self._plainly = selection.where is None
        self.is_whole = self.is_quick = reader.layout.typed and self._plainly and not self._window.limited
        # A little data, read record by record, suffices to learn the shapes.
        reader.source.chunk = _ENOUGH

    def begin(self) -> None:
        self._tally = Tally()

    def forget_events(self) -> None:
        self._slots.clear()
        self._forget()

    def _forget(self) -> None:
        self._mappings = self._reader.mappings
        self._known.clear()
        self._varying.clear()
        self._shapes.clear()
        self._pattern = None

    def take(self, reader: RecordReader) -> None:
        if not ((self._plainly and self._many()) or (self.is_quick and self.quick())):
            self.carefully()

    def hand_in(self) -> None:
        self.state.merge(self._tally)

    def carefully(self) -> None:
        """Count the records of the current data, read as in any other format."""
        self._reader.source.chunk = max(self._reader.source.chunk, PIECE)
        rows = self._reader.fill(self._prepare, self._slots, self._window)
        if rows.made:
            if not self.is_whole:
                self._tally.add_times(rows.times)
            self._tally.counts.update([name for name, _ in rows.made])
            self._tally.dropped += sum([dropped for _, dropped in rows.made])

    def quick(self) -> bool:
        """Count the records of the current data; false, with nothing counted, if one is unusual."""
        reader, source = self._reader, self._reader.source
        reader.first_time()  # takes in the mappings at the start
        if self._mappings != reader.mappings:
            self._forget()
        start = source.at
        self._by_pattern()
        data, begin = source.data, source.at
        varying: list[tuple[int, Head]] = []
        places: list[int] = []
        heads = Counter(self._heads(data, begin, varying, places))
        before, last, end = places
        if end > len(data):
            # The last record is incomplete: uncount it.
            torn = self._head(data, last)
            heads.subtract((torn,))
            heads += Counter()  # drops counts of 0
            varying = [item for item in varying if item[0] != last]
            last, end = before, last
        learnt = self._learn(heads)
        if learnt:
            return self.quick()
        if learnt is None or not all(map(self._plain, heads)) or not self._fitting(data, varying):
            return False
        if heads:
            (time,) = self._word(data, last + 16)
            reader.advance(begin, end, sum(heads.values()), time, 0)
        elif begin > start:  # the expression took all complete records
            reader.last_time = self._last_time(data, start)
        for (_, event_id, _), number in heads.items():
            self._tally.counts[self._known[event_id][0].name] += number * self._known[event_id][2]
        source.chunk = max(source.chunk, PIECE)
        self._know_shapes(heads)
        return True

    def _many(self) -> bool:
        """Count many records at once with numpy, if their texts fit; false if none were counted."""
        reader = self._reader
        mark = reader.mark()
        frames = reader.frames(self._window)
        if frames is None:
            return False
        found: list[tuple[str, int]] = []
        for event_id, which in frames.groups():
            event = reader.event(event_id)
            assert event is not None
            if event is DROPPED or not self._fits(frames.chosen(which), event):
                reader.go_back(mark)
                return False
            found.append((event.name, len(which) * self._chosen(event.name)))
        if not self.is_whole:
            self._tally.add_times(frames.wanted(self._counts).times.tolist())
        self._tally.counts.update(dict(found))
        return True

    def _counts(self, event_id: int) -> bool:
        """Whether records of an ID that has an event are counted."""
        event = self._reader.event(event_id)
        return event is not None and self._chosen(event.name)

    def _fits(self, frames: Frames, event: TracedEvent) -> bool:
        """Whether the texts in records of an event are as long as the records say."""
        if not event.has_texts:
            return True
        place, fixed, split = self._varies(event)
        if place:
            return bool((frames.field("u4", place) + fixed == frames.lengths).all())
        try:
            for payload in frames.payloads(slice(None)):
                split(payload)
        except (PayloadMismatch, struct.error):
            return False
        return True

    def _by_pattern(self) -> None:
        """Count records of known shapes, all at once, up to shortly before the end of the data.

        If there are records of unknown shapes, nothing is counted. The rest of the data is left to the slower
        paths, which find the last record's time.
        """
        reader, source = self._reader, self._reader.source
        data, begin = source.data, source.at
        limit = len(data) - _REST
        if self._pattern is None or limit - begin < _REST:
            return
        found = list(map(b"".join, self._pattern.findall(data, begin, limit)))
        # Bytes that do not begin a record, possibly because of the limit.
        other = found.count(b"")
        if other and any(found[-other:]):
            return
        ids = self._marked(b"".join(found))
        for event_id, number in ids.items():
            event, _, wanted = self._known[event_id]
            self._tally.counts[event.name] += number * wanted
        # The slower paths set the last record's time.
        reader.advance(begin, limit - other, sum(ids.values()), reader.last_time, 0)

    def _know_shapes(self, heads: Counter[Head]) -> None:
        """Make an expression from the shapes of records, if they are few."""
        new = [head for head in heads if head[1:] not in self._shapes]
        if not new or len(self._shapes) + len(new) > _MOST_SHAPES:
            return
        order = self._reader.layout.order
        for _, event_id, length in sorted(new, key=lambda head: -heads[head]):
            place, fixed, _ = self._varying.get(event_id, (0, 0, None))
            if event_id in self._varying and not place:
                return  # with two strings, or a number that is needed, payloads have to be decoded
            shape = re.escape(struct.pack(f"{order}Q", event_id)) + b".{8}"
            shape += re.escape(struct.pack(f"{order}I", length))
            rest = length - HEAD_BYTES + 4
            if place:
                before = place - 8 - HEAD_BYTES + 4
                size = re.escape(struct.pack(f"{order}I", length - fixed))
                shape += b".{%d}%s" % (before, size)
                rest -= before + 4
            self._shapes[event_id, length] = shape + b".{%d}" % rest
        shapes = b"|".join(self._shapes.values())
        ids = {event_id for event_id, _ in self._shapes}
        # A byte that differs in all IDs is enough to distinguish them; usually the lowest one does.
        lowest = 0 if order == "<" else 7
        self._marks = {struct.pack(f"{order}Q", event_id)[lowest]: event_id for event_id in ids}
        mark = b".{%d}(.)" % lowest
        if len(self._marks) < len(ids):
            self._marks, mark = {}, b"(.{8})"
        one = re.escape(struct.pack(f"{order}Q", EVENT)) + b"(?=%s)(?:%s)" % (mark, shapes)
        several = one * max(1, min(_AT_ONCE, _MOST_ALTERNATIVES // len(self._shapes)))
        self._pattern = re.compile(b"(?s)%s|%s|." % (several, one))

    def _marked(self, marks: bytes) -> dict[int, int]:
        """How often each ID occurs among the bytes that the expression captured."""
        if self._marks:
            found = {event_id: marks.count(mark) for mark, event_id in self._marks.items()}
            return {event_id: number for event_id, number in found.items() if number}
        return Counter(struct.unpack(f"{self._reader.layout.order}{len(marks) // 8}Q", marks))

    def _heads(
        self, data: bytes, at: int, varying: list[tuple[int, Head]], places: list[int]
    ) -> Iterator[Head]:
        """The heads of all records to the end of the data.

        Adds to `varying` the places and heads of records whose payloads must be checked, and to `places` the
        second to last record, the last one, and its end.
        """
        head, note, varied = self._head, varying.append, self._varying
        before = last = at
        try:
            while True:
                found = head(data, at)
                yield found
                before = last
                last = at
                if found[1] in varied:
                    note((at, found))
                at += found[2] + 8
        except struct.error:
            places += before, last, at

    def _last_time(self, data: bytes, at: int) -> int:
        """The time of the last complete record from a place on."""
        places: list[int] = []
        for _ in self._heads(data, at, [], places):
            pass
        before, last, end = places
        time: int = self._word(data, (before if end > len(data) else last) + 16)[0]
        return time

    def _learn(self, heads: Counter[Head]) -> bool | None:
        """Learn new events; true if payloads of one of them have to be checked, None if an ID is unknown."""
        again = False
        for _, event_id, _ in heads:
            if event_id in self._known:
                continue
            event = self._reader.event(event_id)
            if event is None:
                return None
            varies = event.has_texts or event is DROPPED
            length = None if varies else HEAD_BYTES + 8 * len(event.parameters)
            self._known[event_id] = (event, length, self._chosen(event.name))
            if varies:
                self._varying[event_id] = self._varies(event)
                again = True
        return again

    def _plain(self, head: Head) -> bool:
        kind, event_id, length = head
        expected = self._known[event_id][1]
        return kind == EVENT and HEAD_BYTES <= length <= MAX_RECORD and expected in (None, length)

    def _fitting(self, data: bytes, varying: list[tuple[int, Head]]) -> bool:
        """Whether payloads whose length varies fit their events' declarations."""
        dropped = 0
        try:
            for at, (_, event_id, length) in varying:
                place, fixed, split = self._varying[event_id]
                if place:
                    if self._size(data, at + place)[0] + fixed != length:
                        return False
                    continue
                values = split(data[at + 8 + HEAD_BYTES : at + 8 + length])
                if event_id == DROPPED_ID and self._known[event_id][2]:
                    dropped += int(values[0])
        except (PayloadMismatch, struct.error):
            return False
        self._tally.dropped += dropped
        return True

    def _varies(self, event: TracedEvent) -> tuple[int, int, Callable[[bytes], Values]]:
        """How to check the length of a record with strings.

        For events with one string, which most are: the offset of its length in the record, and the length of
        a record with an empty string. Otherwise 0, 0, and a function that splits a payload.
        """
        texts = [kind.text for kind in event.kinds]
        split = event.splitter(self._reader.layout.order, words=False)
        if sum(texts) != 1:
            return 0, 0, split
        return 8 + HEAD_BYTES + 8 * texts.index(True), HEAD_BYTES + 8 * len(texts) - 4, split


def _counted(event: TracedEvent) -> Callable[[Values], tuple[str, Value]]:
    """A function to what counts of a record: its event's name, and how many dropped records it reports."""
    if event is DROPPED:
        return lambda values: (event.name, values[0])
    made = (event.name, 0)
    return lambda values: made
