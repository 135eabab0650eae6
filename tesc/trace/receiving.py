"""Receives a guest's stream: its events with the host's time, and errors as messages."""

from __future__ import annotations

from collections import deque

from tesc.escaping import plural
from tesc.records import record
from tesc.trace.guest import GuestEvents
from tesc.wire.clock import GuestClock
from tesc.wire.items import (
    Before,
    Hello,
    LostInGuest,
    Missing,
    OtherSchema,
    Restart,
    Skipped,
    WireEvent,
)
from tesc.wire.schema import first_difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.trace.events import TracedEvent
    from tesc.trace.guest import Decoder, GuestTrace
    from tesc.wire import Wire
    from tesc.wire.items import Item, Value


# The maximum number of pieces whose arrival times are kept; only a few frames are ever held back.
_MOST_PIECES = 1 << 14
# Later than any real clock, but a guest may send such a time.
_LAST_TIME = (1 << 63) - 1


@record
class Received:
    """One event by wire ID, with the host's time in nanoseconds."""

    wire_id: int
    event: TracedEvent
    time: int
    values: tuple[Value, ...]


@record
class Complaint:
    """An error at an offset of the stream; errors with equal `kind` are counted together.

    `events` is how many events are missing because of it, where that is known.
    """

    kind: str
    offset: int
    message: str
    events: int = 0


class Arrivals:
    """The arrival times of a stream's bytes; a frame gets that of its first byte."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, int]] = deque(maxlen=_MOST_PIECES)
        self._size = 0

    def add(self, size: int, now: int) -> None:
        self._pieces.append((self._size, now))
        self._size += size

    def of(self, offset: int) -> int:
        """When the byte at an offset arrived, -1 if unknown; offsets must not decrease."""
        pieces = self._pieces
        while len(pieces) > 1 and pieces[1][0] <= offset:
            pieces.popleft()
        return pieces[0][1] if pieces else -1


class Receiver:
    """Decodes bytes with their arrival time to events and complaints.

    Events of a guest without a clock get the arrival times.
    """

    def __init__(self, guest: GuestEvents, wire: Wire, asked: GuestTrace) -> None:
        self.clock = GuestClock()
        self.refused: str | None = None
        self.skipped = 0
        self._guest = guest
        self._decoder = guest.decoder(wire, asked)
        self._firmware = asked.firmware
        self._events = guest.events(wire)
        self._last = self._said = 0
        self._arrivals = Arrivals()
        self._held: list[tuple[WireEvent, int]] = []

    @property
    def decoder(self) -> Decoder:
        return self._decoder

    def take(self, data: bytes, now: int) -> list[Received | Complaint]:
        """Decode bytes that arrived at `now`, in nanoseconds of the host's monotonic clock.

        A negative `now` is unknown: then times are the guest's own, in nanoseconds.
        """
        self._arrivals.add(len(data), now)
        return self._made(self._decoder.feed(data))

    def take_ring(self, items: Sequence[Item], frequency: int) -> list[Received | Complaint]:
        """Decode the contents of rings in memory; times are the guest's own, in nanoseconds."""
        if frequency != self.clock.frequency:
            self.clock = GuestClock(frequency)
        return self._made(items)

    @property
    def holding(self) -> bool:
        """Whether events are held back until the guest's clock is known better."""
        return bool(self._held)

    def release(self) -> list[Received | Complaint]:
        """Return the events held back, since nothing more may come for some time."""
        held, self._held = self._held, []
        return [
            Received(item.wire_id, self._events[item.wire_id], self._time(item.time, came), item.values)
            for item, came in held
        ]

    def finish(self) -> list[Received | Complaint]:
        """End the stream."""
        return [*self._made(self._decoder.finish()), *self.release()]

    def _made(self, items: Iterable[Item]) -> list[Received | Complaint]:
        made: list[Received | Complaint] = []
        for item in items:
            if isinstance(item, WireEvent):
                came = self._arrivals.of(item.offset)
                if came >= 0 and item.time is not None and self.clock.frequency:
                    self.clock.seen(item.time, came)
                self._held.append((item, came))
            elif isinstance(item, Hello):
                if item.time is not None and item.frequency:
                    made += self._hello(item.time, item.frequency, self._arrivals.of(item.offset))
            else:
                made.append(self._complaint(item))
        return [*made, *self.release()] if self.clock.settled or not self.clock.known else made

    def _hello(self, ticks: int, frequency: int, came: int) -> list[Received | Complaint]:
        made: list[Received | Complaint] = []
        if frequency != self.clock.frequency or ticks < self._said:
            made = self.release()
            self.clock = GuestClock(frequency)
        self._said = ticks
        if came >= 0:
            self.clock.seen(ticks, came)
        return made

    def _time(self, ticks: int | None, came: int) -> int:
        """An event's time; `came` is the arrival time of its first byte, negative if unknown."""
        if ticks is None or not self.clock.frequency:
            return came
        if came < 0:
            return min(self.clock.guest(ticks), _LAST_TIME)
        # The estimate of the clock improves with each frame; that must not make times go back.
        self._last = max(self._last, self.clock.host(ticks))
        return self._last

    def _complaint(self, item: Item) -> Complaint:
        at = item.offset
        if isinstance(item, Skipped):
            self.skipped += item.size
            return Complaint(f"skipped {item.why}", at, f"{plural(item.size, 'byte')} skipped: {item.why}")
        if isinstance(item, Missing):
            are = "is" if item.count == 1 else "are"
            said = f"{plural(item.count, 'event')} before this {are} missing"
            return Complaint("missing", at, said, item.count)
        if isinstance(item, LostInGuest):
            said = f"the guest dropped {plural(item.count, 'event')} before this"
            return Complaint("dropped", at, said, item.count)
        if isinstance(item, Before):
            sent = f"the guest had sent {plural(item.count, 'event')} before the first one here"
            more = f", and dropped {item.lost:,}" if item.lost else ""
            return Complaint("before", at, sent + more, item.count)
        if isinstance(item, Restart):
            return Complaint("restart", at, "the guest restarted; the last events before that may be missing")
        assert isinstance(item, OtherSchema)
        said = self._refusal(item)
        if getattr(self._decoder, "mismatched", None) is not None:
            self.refused = said
        return Complaint("schema", at, said)

    def _refusal(self, item: OtherSchema) -> str:
        """The message: two hashes, and the first difference of the declarations, if known."""
        mine = self._guest.schema
        said = (
            f"the guest '{item.name}' was built from different declarations: their hash is {item.hash:016x}, "
            f"that of these is {mine.shown}"
        )
        if self._firmware is None:
            return f"{said}; --firmware FILE, its events file when it was built, shows the first difference"
        if self._firmware.hash != item.hash:
            return f"{said} (that of the given firmware file, {self._firmware.shown}, differs too)"
        return f"{said}; {first_difference(mine, self._firmware)}"
