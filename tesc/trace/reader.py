"""Reads one trace: its records, a batch at a time, converted by the caller's functions.

Most records are plain, so a tight loop (tesc.trace.loops) reads those and stops at anything else: a mapping,
a new event, the end of the data, something broken. `_careful` handles that one item, and then the loop
continues.

The same payloads recur in real traces (nine times out of ten in a long trace of I/O), so the results are
cached.
"""

from __future__ import annotations

import struct

from tesc.escaping import plural
from tesc.trace import vectors
from tesc.trace.errors import Broken, TraceErrors
from tesc.trace.events import DROPPED
from tesc.trace.following import Discontinued
from tesc.trace.host_clock import marked
from tesc.trace.layout import (
    CLOCK_MARK_ID,
    DROPPED_ID,
    SENT_MARK,
    SENT_MARK_ID,
    UNKNOWN,
    Mapping,
    PayloadLayout,
    framing,
)
from tesc.trace.loops import CORRUPT, take_made, take_rows
from tesc.trace.made import Made, Shape
from tesc.trace.rows import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Union

    from tesc.trace.events import Catalogue, TracedEvent
    from tesc.trace.host_clock import HostClock
    from tesc.trace.input import TraceInput
    from tesc.trace.rows import Row as Row
    from tesc.trace.selection import Window
    from tesc.trace.values import Values
    from tesc.trace.vectors import Frames

    # The events so far, by ID; None for those whose records are left out.
    Slots = dict[int, Union["Made", None]]
    # For an event, returns a function that converts its values, or None to leave its records out.
    Prepare = Callable[[TracedEvent], Union[Callable[[Values], Any], None]]

# How many payloads are cached with their results, for all events together, in addition to those of the
# current piece of the trace.
MOST_KEPT = 1 << 17
# For less data, numpy is not worth using.
FEW = 1 << 14
# No program has more events; more IDs mean random data.
MOST_MAPPINGS = 1 << 17


class RecordReader:
    """Reads one opened trace.

    `records` counts the records so far, including those left out, `mappings` the mapping records; `over` is
    true if there is nothing more to read.
    """

    def __init__(self, source: TraceInput, layout: PayloadLayout, catalogue: Catalogue) -> None:
        """Read from the end of the header on. Raises Unusable."""
        self.source = source
        self.layout = layout
        self.catalogue = catalogue
        self.errors = TraceErrors(source.path) if source.errors is None else source.errors
        self.records = 0
        self.mappings = 0
        self.lost = 0
        # The number of a log's other lines, and the function that gets them.
        self.others = 0
        self.other: Callable[[bytes], object] | None = None
        # The host's clocks according to the trace, and what is subtracted from its times (only in a log).
        self.host_clock: HostClock | None = None
        self.ahead = 0
        # The times of the first and last record so far, and how many records are earlier than the previous
        # one.
        self.first_record = self.last_time = UNKNOWN
        self.steps_back = 0
        # How many records so far have no time or no process ID.
        self.no_time = self.no_pid = 0
        self._guest = source.events
        self._mapped: dict[int, TracedEvent | str] = {}
        self._named = catalogue.named
        # The names that the trace's mapping records give to IDs.
        self.names: dict[int, str] = {}
        self._frame = framing(layout)
        self._finder: vectors.Finder | None = None
        self._time = struct.Struct(f"{layout.order}Q").unpack_from
        self._broken = ""
        self.over = False

    @property
    def decoded(self) -> int:
        """How many records could be decoded."""
        return self.records - self.lost

    # The meaning of IDs.

    @property
    def declared(self) -> list[TracedEvent]:
        """The events that records can belong to."""
        return [*(self._guest or self.catalogue.events), DROPPED]

    def event(self, event_id: int) -> TracedEvent | None:
        """The event that an ID means at this place; None if it is unknown."""
        if self.layout.version is None:
            return self._guest[event_id] if event_id < len(self._guest) else None
        event = self._mapped.get(event_id)
        if event is not None:
            return None if isinstance(event, str) else event
        if not self.layout.named:
            return self.catalogue.numbered(event_id, not self.layout.words)
        return DROPPED if event_id == DROPPED_ID else self.catalogue.streamed(event_id)

    def known_ids(self, most: int) -> list[int]:
        """The IDs below `most` that can mean an event at this place."""
        if self.layout.named:
            return [event_id for event_id in self._mapped if event_id < most]
        return list(range(min(len(self.catalogue.events), most)))

    def _map(self, mapping: Mapping) -> None:
        if self.mappings >= MOST_MAPPINGS:
            raise Broken(f"a mapping record after {MOST_MAPPINGS:,} others")
        self.mappings += 1
        self._name(mapping.id, mapping.name)

    def _name(self, event_id: int, name: str) -> None:
        self.names[event_id] = name
        if (event_id, name) == (SENT_MARK_ID, SENT_MARK):
            self._named = self.catalogue.sent
            return
        if event_id == CLOCK_MARK_ID and (said := marked(name)):
            self.host_clock = said
            return
        self._mapped[event_id] = self._named(name) or name[:128]

    def _unknown(self, event_id: int) -> None:
        """Note a record of an unknown event."""
        path = self.catalogue.path
        mapped = self._mapped.get(event_id)
        kind = "unknown"
        if isinstance(mapped, str):
            kind = "undeclared"  # reported once for all: the events file is wrong
            message = (
                f"event '{mapped}' is not declared in {path}; use the trace-events-all of the traced program"
            )
        elif self.layout.named:
            message = f"unknown event ID {event_id:#x}: no mapping record before it names it"
        else:
            number = len(self._guest) if self.layout.version is None else len(self.catalogue.events)
            message = f"unknown event ID {event_id:#x}: {path} has {number:,} events for this trace"
        self.lost += 1
        self.errors.note(kind, self.source.offset, message)

    def made_of(self, event: TracedEvent, make: Callable[[Values], Any]) -> Made:
        fixed = None if event.has_texts else struct.Struct(f"{self.layout.order}{len(event.parameters)}Q")
        texts = [kind.text for kind in event.kinds]
        one = sum(texts) == 1 and not self.layout.words
        shape = Shape(self.layout.order, texts) if one else None
        return Made(event.splitter(self.layout.order, self.layout.words), make, fixed, shape, texts)

    # Moving on in the trace.

    def first_time(self) -> int | None:
        """The time of the next record, or None if there is none; reads the mappings before it."""
        try:
            while True:
                frame = self._frame(self.source.data, self.source.at)
                if isinstance(frame, Mapping):
                    self._map(frame)
                    self.source.at = frame.stop
                elif not isinstance(frame, int):
                    return frame[1]
                elif not self.source.more(frame):
                    return None
        except (Broken, Discontinued):
            return None  # reported when the trace is read up to there

    def batches(self, prepare: Prepare, window: Window) -> Iterator[list[Row]]:
        """All records, in the order of the trace, in non-empty lists."""
        slots: Slots = {}
        while not self.over:
            found = self.fill(prepare, slots, window)
            if found.made:
                yield found.rows()
            self.read_on()

    def read_on(self) -> None:
        """Read more of the trace after the current data; note an incomplete end.

        Raises KeyboardInterrupt at the end if Ctrl-C has ended the waiting for more.
        """
        if not self.over:
            self._read_on()
        if self.over and self.source.interrupted:
            raise KeyboardInterrupt

    def _read_on(self) -> None:
        source = self.source
        try:
            if self._broken:
                raise Broken(self._broken)
            need = self._frame(source.data, source.at)
            if isinstance(need, int) and not source.more(need):
                self.over = True
                rest = len(source.data) - source.at
                if rest:
                    present = f"{plural(rest, 'byte')} {'is' if rest == 1 else 'are'} present"
                    message = (
                        f"the trace ends within a record: {present}, {need - rest:,} or more are missing"
                    )
                    self.errors.note("torn", source.offset, message)
        except Broken as broken:
            self._stop(f"{broken}; nothing after it can be read")
        except Discontinued as gone:
            self._stop(str(gone))

    def _stop(self, message: str) -> None:
        self.over = True
        self.errors.note("broken", self.source.offset, message)

    def rewind(self, offset: int, names: dict[int, str] | None = None, mappings: int = 0) -> None:
        """Start again at an offset, with no data; `names` are what IDs mean there, if that differs."""
        self.source.seek(offset)
        self.errors = TraceErrors(self.source.path, None)
        self.records = self.lost = self.steps_back = self.no_time = self.no_pid = 0
        self.first_record = self.last_time = UNKNOWN
        self.over, self._broken = False, ""
        if names is not None:
            self._mapped.clear()
            self.names.clear()
            self._named = self.catalogue.named
            for event_id, name in names.items():
                self._name(event_id, name)
            self.mappings = mappings

    # Records.

    def fill(
        self, prepare: Prepare, slots: Slots, window: Window, timeless: bool = False, many: bool = True
    ) -> Rows:
        """The records of the current data. `slots` are the events so far, by ID.

        With `timeless`, times and processes are left out; without `many`, records are read one by one.
        """
        if sum([len(made) for made in slots.values() if made]) > MOST_KEPT:
            for made in slots.values():
                if made:
                    made.clear()
        bare = timeless and not window.limited and not window.dated
        found = self._take_many(prepare, slots, window, bare) if many else Rows([], [], [])
        rows: list[Any] = []
        try:
            while True:
                if self.layout.typed and bare:
                    take_made(self, rows.append, slots)
                elif self.layout.typed:
                    take_rows(self, rows.append, slots, window)
                if not self._careful(rows, prepare, slots, window, bare):
                    break
        except Broken as broken:
            self._broken = str(broken)  # reported after the complete records
        if bare:
            found.made += rows
        else:
            found.extend(rows)
        return found.dense() if window.sparse else found

    def use_vectors(self) -> None:
        """Read many records at once from now on, if numpy is installed."""
        if self.layout.typed and vectors.available():
            self._finder = vectors.Finder(self)
            self.source.chunk = vectors.PIECE

    def frames(self, window: Window) -> Frames | None:
        """Many plain records from the reader's position on, those in the window; the reader moves past all.

        None if there are too few, or without `use_vectors`.
        """
        source = self.source
        if self._finder is None or len(source.data) - source.at < FEW:
            return None
        frames = self._finder.find()
        if frames is None:
            return None
        times = frames.times
        back = int((times[1:] < times[:-1]).sum()) + (int(times[0]) < self.last_time)
        self.advance(source.at, frames.end, len(frames), int(times[-1]), back)
        return frames.within(window)

    def _take_many(self, prepare: Prepare, slots: Slots, window: Window, bare: bool) -> Rows:
        """Read many records at once, if all of them fit their events."""
        mark = self.mark()
        frames = self.frames(window)
        if frames is None:
            return Rows([], [], [])
        try:
            frames = frames.wanted(lambda event_id: self._slot(event_id, prepare, slots) is not None)
            made = frames.made_of(slots)
        except CORRUPT:
            self.go_back(mark)
            return Rows([], [], [])  # the loops will find the record that does not fit
        if bare:
            return Rows([], [], made)
        return Rows(frames.times.tolist(), frames.pids.tolist(), made)

    def mark(self) -> tuple[int, int, int, int]:
        """The reader's position in the current data, for `go_back`."""
        return self.source.at, self.records, self.last_time, self.steps_back

    def go_back(self, mark: tuple[int, int, int, int]) -> None:
        self.source.at, self.records, self.last_time, self.steps_back = mark

    def advance(self, begin: int, end: int, records: int, last: int, back: int) -> None:
        """Note that records between two offsets of the data were read."""
        if records and self.first_record == UNKNOWN:
            self.first_record = self._time(self.source.data, begin + 16)[0]
        self.source.at = end
        self.records += records
        self.last_time = last
        self.steps_back += back

    def _careful(
        self,
        rows: list[Any],
        prepare: Prepare,
        slots: Slots,
        window: Window,
        bare: bool,
    ) -> bool:
        """Read the next item of any kind; false if it is incomplete. Raises Broken."""
        source = self.source
        frame = self._frame(source.data, source.at)
        if isinstance(frame, int):
            return False
        if isinstance(frame, Mapping):
            self._map(frame)
            slots.pop(frame.id, None)
            source.at = frame.stop
            return True
        event_id, time, pid, body, stop = frame
        if self.first_record == UNKNOWN:
            self.first_record = time
        self.steps_back += time < self.last_time
        self.last_time = time
        self.no_time += time == UNKNOWN
        self.no_pid += pid == UNKNOWN
        try:
            slot = self._slot(event_id, prepare, slots)
        except KeyError:
            self._unknown(event_id)
            source.at = stop
            self.records += 1
            return True
        if slot is not None and window.holds(time, pid):
            try:
                made = slot[source.data[body:stop]]
                rows.append(made if bare else (time, pid, made))
            except CORRUPT:
                self._mismatch(event_id, stop - body)
        source.at = stop
        self.records += 1
        return True

    def _slot(self, event_id: int, prepare: Prepare, slots: Slots) -> Made | None:
        """The converter for an event's payloads; None if its records are left out. Raises KeyError."""
        if event_id in slots:
            return slots[event_id]
        event = self.event(event_id)
        if event is None:
            raise KeyError(event_id)
        make = prepare(event)
        slot = slots[event_id] = None if make is None else self.made_of(event, make)
        return slot

    def _mismatch(self, event_id: int, size: int) -> None:
        """Note a record that does not fit its event."""
        event = self.event(event_id)
        name = event.name if event else f"{event_id:#x}"
        message = (
            f"a record of '{name}' whose {plural(size, 'byte')} of arguments "
            f"{'does' if size == 1 else 'do'} not match its declaration in {self.catalogue.path}"
        )
        self.lost += 1
        self.errors.note(("mismatch", name), self.source.offset, message)
