"""How many records of each event a trace has, and how many a second.

Counting needs no payloads, so version 4 has a way of its own: IDs and lengths go straight into a
Counter, data by data. Only where something is not plain the data is read as for any format.
"""

from __future__ import annotations

import json
import struct
from collections import Counter

from tesc.trace.errors import PayloadMismatch
from tesc.trace.events import DROPPED
from tesc.trace.layout import DROPPED_ID, EVENT, HEAD_BYTES, MAX_RECORD
from tesc.trace.selection import ALWAYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import Made, RecordReader
    from tesc.trace.selection import Window
    from tesc.trace.values import Value, Values

# The type, ID and length of a record.
Head = tuple[int, int, int]


class Tally:
    """The counts of one or several traces.

    `first` and `last` are the earliest and the latest of the times at which data begins or ends
    (a trace's times hardly ever go back), None without any; `dropped` is how many events the
    tracer says it had to drop.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.dropped = 0
        self.first: int | None = None
        self.last: int | None = None

    @property
    def seconds(self) -> float:
        """The time that the records span; 0 if that is not known."""
        return 0.0 if self.first is None or self.last is None else (self.last - self.first) / 1e9

    def see(self, time: int) -> None:
        """Take in the time of a record."""
        if time >= 0:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)

    def add(self, reader: RecordReader, chosen: Callable[[str], bool], window: Window = ALWAYS) -> None:
        """Count a trace's records of the events whose names are chosen."""
        counter = _Counter(self, reader, chosen, window)
        quick = reader.layout.typed and not window.limited
        while not reader.over:
            if not (quick and counter.quick()):
                counter.carefully()
            reader.read_on()


class _Counter:
    def __init__(
        self, tally: Tally, reader: RecordReader, chosen: Callable[[str], bool], window: Window
    ) -> None:
        self._tally = tally
        self._reader = reader
        self._chosen = chosen
        self._window = window
        self._slots: dict[int, Made | None] = {}
        order = reader.layout.order
        self._head: Callable[..., Head] = struct.Struct(f"{order}QQ8xI").unpack_from
        self._size = struct.Struct(f"{order}I").unpack_from
        self._word = struct.Struct(f"{order}Q").unpack_from
        # The events met so far by ID, with the length of their records, if that does not vary, and
        # whether they are wanted.
        self._known: dict[int, tuple[TracedEvent, int | None, bool]] = {}
        self._varying: dict[int, tuple[int, int, Callable[[bytes], Values]]] = {}
        self._mappings = 0

    def carefully(self) -> None:
        """Count the records of the data that is there, as they are read for any format."""
        rows = self._reader.fill(self._prepare, self._slots, self._window)
        if rows.made:
            self._tally.see(rows.times[0])
            self._tally.see(rows.times[-1])
            self._tally.counts.update([name for name, _ in rows.made])
            self._tally.dropped += sum([dropped for _, dropped in rows.made])

    def _prepare(self, event: TracedEvent) -> Callable[[Values], tuple[str, Value]] | None:
        if not self._chosen(event.name):
            return None
        if event is DROPPED:
            return lambda values: (event.name, values[0])
        made = (event.name, 0)
        return lambda values: made

    def quick(self) -> bool:
        """Count the records of the data that is there; false, and nothing is counted, if one is not plain."""
        reader, source = self._reader, self._reader.source
        reader.first_time()  # takes in the mappings at the start
        if self._mappings != reader.mappings:
            self._mappings = reader.mappings
            self._known.clear()
            self._varying.clear()
        data, begin = source.data, source.at
        varying: list[tuple[int, Head]] = []
        places: list[int] = []
        heads = Counter(self._heads(data, begin, varying, places))
        before, last, end = places
        if end > len(data):
            # The last record is not all there: take it back.
            torn = self._head(data, last)
            heads.subtract((torn,))
            heads += Counter()  # without those that are 0
            varying = [item for item in varying if item[0] != last]
            last, end = before, last
        learnt = self._learn(heads)
        if learnt:
            return self.quick()
        if learnt is None or not all(map(self._plain, heads)) or not self._fitting(data, varying):
            return False
        if heads:
            self._tally.see(*self._word(data, begin + 16))
            self._tally.see(*self._word(data, last + 16))
        for (_, event_id, _), number in heads.items():
            self._tally.counts[self._known[event_id][0].name] += number * self._known[event_id][2]
        reader.records += sum(heads.values())
        source.at = end
        return True

    def _heads(
        self, data: bytes, at: int, varying: list[tuple[int, Head]], places: list[int]
    ) -> Iterator[Head]:
        """The heads of records, whatever they are, to the end of the data.

        Notes in `varying` where those are whose payloads must be looked at, and how long, and in
        `places` the last record but one, the last one, and where that ends.
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

    def _learn(self, heads: Counter[Head]) -> bool | None:
        """Meet new events; true if payloads have to be looked at for one, None if an ID is unknown."""
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
        """Whether payloads whose length varies are what their events' declarations say."""
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
        """How to see whether a record with texts is right.

        With one text, which most such events have: where in the record its length stands, and how long
        a record with an empty one is. Otherwise 0 twice, and what takes a payload apart.
        """
        texts = [kind.text for kind in event.kinds]
        split = event.splitter(self._reader.layout.order, words=False)
        if sum(texts) != 1:
            return 0, 0, split
        return 8 + HEAD_BYTES + 8 * texts.index(True), HEAD_BYTES + 8 * len(texts) - 4, split


def render(tally: Tally, form: str) -> str:
    """The counts as text, jsonl or csv, the most frequent event first."""
    rows = sorted(tally.counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(name, count) for name, count in rows if count]
    seconds = tally.seconds
    if form == "jsonl":
        rates = [json.dumps(_rate(count, seconds)) for _, count in rows]
        return "".join(
            [
                f'{{"event": "{name}", "count": {count}, "rate": {rate}}}\n'
                for (name, count), rate in zip(rows, rates)
            ]
        )
    if form == "csv":
        shown = [(name, count, _rate(count, seconds)) for name, count in rows]
        return "event,count,rate\r\n" + "".join(
            [f"{name},{count},{'' if rate is None else rate}\r\n" for name, count, rate in shown]
        )
    return _table(rows, tally)


def _rate(count: int, seconds: float) -> float | None:
    """Records a second, or None where the time that they took is not known."""
    return round(count / seconds, 3) if seconds else None


def _table(rows: list[tuple[str, int]], tally: Tally) -> str:
    seconds = tally.seconds
    total = sum([count for _, count in rows])
    cells = [("COUNT", "PER SECOND", "EVENT")]
    for name, count in [*rows, ("in all", total)]:
        cells.append((f"{count:,}", f"{count / seconds:,.1f}" if seconds else "-", name))
    if seconds:
        cells[-1] = (*cells[-1][:2], f"in all, in {seconds:,.6f} s")
    widths = [max([len(row[column]) for row in cells]) for column in range(2)]
    lines = [f"{count:>{widths[0]}}  {rate:>{widths[1]}}  {name}\n" for count, rate, name in cells]
    if tally.dropped:
        lines.append(f"{tally.dropped:,} events were dropped: the tracer's buffer was full\n")
    return "".join(lines)
