"""Reading one trace: its records, a batch at a time, as whatever the caller makes of payloads.

Most records are plain, so one tight loop (`_quick`) takes those and stops at whatever is not: a
mapping, an event not seen before, the end of the data, something broken. `_careful` looks at that
one item, and then the loop goes on.

The same payload comes again and again in real traces (nine of ten times in a long run of I/O),
so what was made of one is kept for a while.
"""

from __future__ import annotations

import struct

from tesc.trace.errors import Broken, PayloadMismatch, TraceErrors, Unusable
from tesc.trace.events import DROPPED
from tesc.trace.input import TraceInput, Truncated
from tesc.trace.layout import (
    DROPPED_ID,
    HEAD_BYTES,
    HEADER_BYTES,
    MAX_RECORD,
    Mapping,
    PayloadLayout,
    framing,
    headed_layout,
    headless_layout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Union

    from tesc.trace.events import Catalogue, TracedEvent
    from tesc.trace.selection import Window
    from tesc.trace.values import Values

    # Time, pid, and what was made of the payload.
    Row = tuple[int, int, Any]
    # Gives for an event what makes something of its values, or None to leave its records out.
    Prepare = Callable[[TracedEvent], Union[Callable[[Values], Any], None]]

# How many payloads are kept with what was made of them, for all events together and but for those
# of one piece of the trace, and how long ones.
MOST_KEPT = 1 << 17
LONGEST_KEPT = 512
# More IDs than this are no table of events but noise.
MOST_MAPPINGS = 1 << 17
_CORRUPT = (KeyError, PayloadMismatch, struct.error)


class Made(dict):  # type: ignore[type-arg]
    """What was made of an event's payloads; asking for a new one makes it. Raises as splitters do."""

    __slots__ = ("make", "split")

    def __init__(self, split: Callable[[bytes], Values], make: Callable[[Values], Any]) -> None:
        super().__init__()
        self.split = split
        self.make = make

    def __missing__(self, payload: bytes) -> Any:
        made = self.make(self.split(payload))
        if len(payload) <= LONGEST_KEPT:
            self[payload] = made
        return made


class RecordReader:
    """One trace, opened.

    `records` counts the records found so far, those left out included, `mappings` the mapping records;
    `over` tells that there is nothing more to read.
    """

    def __init__(
        self, source: TraceInput, layout: PayloadLayout, catalogue: Catalogue, guest: str | None = None
    ) -> None:
        """Read from where a header ends. Raises Unusable."""
        self.source = source
        self.layout = layout
        self.catalogue = catalogue
        self.errors = TraceErrors(source.path)
        self.records = 0
        self.mappings = 0
        self._lost = 0
        self._guest = catalogue.guest(guest or "") if layout.version is None else ()
        self._mapped: dict[int, TracedEvent | str] = {}
        self._frame = framing(layout)
        self._broken = ""
        self.over = False

    @property
    def decoded(self) -> int:
        """How many records meant something."""
        return self.records - self._lost

    # What an ID means.

    def event(self, event_id: int) -> TracedEvent | None:
        """The event that an ID means here and now."""
        if self.layout.version is None:
            return self._guest[event_id] if event_id < len(self._guest) else None
        event = self._mapped.get(event_id)
        if event is not None:
            return None if isinstance(event, str) else event
        if not self.layout.named:
            return self.catalogue.numbered(event_id, not self.layout.words)
        return DROPPED if event_id == DROPPED_ID else self.catalogue.streamed(event_id)

    def _map(self, mapping: Mapping) -> None:
        if self.mappings >= MOST_MAPPINGS:
            raise Broken(f"a mapping record after {MOST_MAPPINGS:,} others")
        self.mappings += 1
        self._mapped[mapping.id] = self.catalogue.named(mapping.name) or mapping.name[:128]

    def _unknown(self, event_id: int) -> None:
        """Note a record whose event is not known."""
        path = self.catalogue.path
        mapped = self._mapped.get(event_id)
        kind = "unknown"
        if isinstance(mapped, str):
            kind = "undeclared"  # one line for all of them: it is the wrong file
            message = (
                f"event '{mapped}' is not declared in {path}; use the trace-events-all of the traced program"
            )
        elif self.layout.named:
            message = f"unknown event ID {event_id:#x}: no mapping record before it names it"
        else:
            number = len(self._guest) if self.layout.version is None else len(self.catalogue.unit.events)
            message = f"unknown event ID {event_id:#x}: {path} has {number:,} events for this trace"
        self._lost += 1
        self.errors.note(kind, self.source.offset, message)

    def made_of(self, event: TracedEvent, make: Callable[[Values], Any]) -> Made:
        return Made(event.splitter(self.layout.order, self.layout.words), make)

    # Where the trace goes on.

    def first_time(self) -> int | None:
        """The time of the next record, or None without one; mappings before it are taken in."""
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
        except (Broken, Truncated):
            return None  # said when the trace is read that far

    def batches(self, prepare: Prepare, window: Window) -> Iterator[list[Row]]:
        """All records, in the order of the trace, in lists that are never empty."""
        slots: dict[int, Made | None] = {}
        while not self.over:
            rows = self.fill(prepare, slots, window)
            if rows:
                yield rows
            self.read_on()

    def read_on(self) -> None:
        """Go on in the trace where the data is used up; note it where the trace ends badly."""
        if self.over:
            return
        source = self.source
        try:
            if self._broken:
                raise Broken(self._broken)
            need = self._frame(source.data, source.at)
            if isinstance(need, int) and not source.more(need):
                self.over = True
                rest = len(source.data) - source.at
                if rest:
                    ends = f"the trace ends within a record: {rest:,} bytes are there"
                    message = f"{ends}, {need - rest:,} or more are not"
                    self.errors.note("torn", source.offset, message)
        except Broken as broken:
            self._stop(f"{broken}; nothing can be read from here on")
        except Truncated:
            self._stop("the file has become shorter while it was followed")

    def _stop(self, message: str) -> None:
        self.over = True
        self.errors.note("broken", self.source.offset, message)

    # Records.

    def fill(self, prepare: Prepare, slots: dict[int, Made | None], window: Window) -> list[Row]:
        """The records of the data that is there. `slots` are the events met so far, by ID."""
        rows: list[Row] = []
        if sum([len(made) for made in slots.values() if made]) > MOST_KEPT:
            for made in slots.values():
                if made:
                    made.clear()
        typed = self.layout.typed
        try:
            while True:
                if typed:
                    self._quick(rows.append, slots, window)
                if not self._careful(rows.append, prepare, slots, window):
                    break
        except Broken as broken:
            self._broken = str(broken)  # said when what is whole has been given out
        return rows

    def _quick(self, add: Callable[[Row], None], slots: dict[int, Made | None], window: Window) -> None:
        """Take version 4's plain records until there is one that is not."""
        source = self.source
        data, at = source.data, source.at
        size = len(data)
        last = size - HEAD_BYTES - 8
        head = struct.Struct(f"{self.layout.order}QQQII").unpack_from
        limited, since, until, pids = window.limited, window.since, window.until, window.pids
        records = 0
        try:
            while at <= last:
                kind, event_id, time, length, pid = head(data, at)
                stop = at + 8 + length
                if kind != 1 or stop > size or not 24 <= length <= MAX_RECORD:
                    break
                slot = slots[event_id]
                if slot is not None and (
                    not limited or (since <= time < until and (pids is None or pid in pids))
                ):
                    add((time, pid, slot[data[at + 32 : stop]]))
                at = stop
                records += 1
        except _CORRUPT:
            pass
        source.at = at
        self.records += records

    def _careful(
        self,
        add: Callable[[Row], None],
        prepare: Prepare,
        slots: dict[int, Made | None],
        window: Window,
    ) -> bool:
        """Take the next item, whatever it is; false if it is not all there. Raises Broken."""
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
        slot = slots.get(event_id)
        if slot is None and event_id not in slots:
            event = self.event(event_id)
            if event is None:
                self._unknown(event_id)
                source.at = stop
                self.records += 1
                return True
            make = prepare(event)
            slot = slots[event_id] = None if make is None else self.made_of(event, make)
        if slot is not None and window.holds(time, pid):
            try:
                add((time, pid, slot[source.data[body:stop]]))
            except _CORRUPT:
                self._mismatch(event_id, stop - body)
        source.at = stop
        self.records += 1
        return True

    def _mismatch(self, event_id: int, size: int) -> None:
        """Note a record that does not fit its event."""
        event = self.event(event_id)
        name = event.name if event else f"{event_id:#x}"
        message = (
            f"a record of '{name}' whose {size:,} bytes of arguments do not fit its declaration "
            f"in {self.catalogue.path}"
        )
        self._lost += 1
        self.errors.note(("mismatch", name), self.source.offset, message)


def open_reader(
    path: str, catalogue: Catalogue, guest: str | None = None, headless: bool = False, follow: bool = False
) -> RecordReader:
    """Open a trace. Raises OSError, and Unusable where nothing in it can be read.

    A file without simpletrace's header is a stream of the guest whose prefix `guest` is (empty for
    the only one), or, with `headless`, records whose IDs are positions in the events file.
    """
    source = TraceInput(path, follow)
    try:
        layout = _layout(source, guest, headless)
        if not layout.named and not catalogue.whole:
            raise Unusable(f"{source.path}: its IDs are positions in {catalogue.path}, which has errors")
        source.at = layout.start
        return RecordReader(source, layout, catalogue, guest)
    except BaseException:
        source.close()
        raise


def _layout(source: TraceInput, guest: str | None, headless: bool) -> PayloadLayout:
    try:
        source.more(HEADER_BYTES)
        layout = headed_layout(source.data)
        if layout is not None and len(source.data) < layout.start and not source.more(layout.start):
            raise Unusable("byte 0: the file ends within its header")
    except Unusable as error:
        raise Unusable(f"{source.path}: {error}") from None
    except Truncated:
        raise Unusable(f"{source.path}: the file has become shorter while it was followed") from None
    if layout is not None:
        return layout
    if guest is not None:
        return PayloadLayout("<", None, 0)
    if headless:
        return headless_layout(source.data)
    if not source.data:
        raise Unusable(f"{source.path}: byte 0: the file is empty: not even a header is there")
    raise Unusable(
        f"{source.path}: byte 0: no simpletrace file, it does not begin with the header of one "
        "(--guest reads a guest's stream, --no-header records without a header)"
    )
