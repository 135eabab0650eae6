"""The framed stream: frames end with zeros, so they are found again after any damage to the bytes.

Damage destroys only the frames that it hits; the zero between two frames belongs to both. Sequence numbers
count what was lost: six bits of them are in each event, all bits in each hello.
"""

from __future__ import annotations

from tesc.wire import cobs
from tesc.wire.anchor import Sequence, Times
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
from tesc.wire.packet import (
    CONTROL_START,
    MOST_FRAME,
    EventPacket,
    LostPacket,
    intact,
    is_control,
    read_control,
    read_event,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.wire.items import Item
    from tesc.wire.packet import TextAt
    from tesc.wire.schema import WireSchema

# A guest sends a hello every 64 events: after more events than this, it is no longer waited for.
MOST_HELD = 128


class FrameDecoder:
    """Decodes a guest's bytes as they arrive; returns their contents in the order in which they were sent.

    `events` counts the events returned, `missing` those that were sent but did not arrive, `dropped` those
    that the guest dropped, `refused` the frames of a guest that was built from different declarations.
    `exact` is false once a guest's restart was inferred instead of read: then `missing` may be off by the
    events sent around it. With `go_on`, different declarations are reported and then ignored.
    """

    def __init__(self, schema: WireSchema, go_on: bool = False, text_at: TextAt | None = None) -> None:
        self.schema = schema
        self.hello: Hello | None = None
        self.events = 0
        self.refused = 0
        self._go_on = go_on
        self._text_at = text_at
        self._seed = schema.hash & 0xFFFF
        self._foreign: int | None = None
        self._held: list[tuple[EventPacket, int]] = []
        self._rest = b""
        self._offset = 0
        self._sequence = Sequence()
        self._times = Times()

    @property
    def missing(self) -> int:
        return self._sequence.missing

    @property
    def dropped(self) -> int:
        return self._sequence.dropped

    @property
    def exact(self) -> bool:
        return self._sequence.exact

    @property
    def mismatched(self) -> int | None:
        """The hash of the guest whose frames are being rejected; None if none are."""
        return self._foreign

    def feed(self, data: bytes) -> list[Item]:
        """Decode more bytes; returns everything that is certain."""
        made: list[Item] = []
        chunks = (self._rest + data).split(b"\0")
        self._rest = chunks.pop()
        for chunk in chunks:
            if chunk:
                self._chunk(chunk, self._offset, made)
            self._offset += len(chunk) + 1
        if len(self._rest) > 16 * MOST_FRAME:
            self._give_up(made)
        return made

    def _give_up(self, made: list[Item]) -> None:
        """Drop most of an overlong run of bytes without a zero; its last bytes may begin a frame."""
        size = len(self._rest) - 2 * MOST_FRAME
        made.append(Skipped(self._offset, size, "there is no zero in them, so no frame"))
        self._rest = self._rest[size:]
        self._offset += size

    def finish(self) -> list[Item]:
        """End the stream; returns what was held back."""
        made: list[Item] = []
        if self._rest:
            self._chunk(self._rest, self._offset, made, "the stream ends within a frame")
            self._offset += len(self._rest)
            self._rest = b""
        self._release(made)
        return made

    def _chunk(self, chunk: bytes, offset: int, made: list[Item], why: str = "no frame is intact") -> None:
        """Decode the bytes between two zeros."""
        packet = cobs.decode(chunk) if len(chunk) <= MOST_FRAME else None
        if packet is not None and len(packet) >= 4:
            if is_control(packet):
                control = read_control(packet, offset) if intact(packet, CONTROL_START) else None
                if isinstance(control, Hello):
                    self._process_hello(control, made)
                    return
                if control is not None:
                    self._process_lost(control, offset, made)
                    return
            elif self._foreign is not None:
                if intact(packet, self._foreign & 0xFFFF):
                    self.refused += 1
                    return
            elif intact(packet, self._seed):
                event = read_event(packet, self.schema.signatures, self._text_at)
                if event is not None:
                    self._event(event, offset, made)
                    return
        made.append(Skipped(offset, len(chunk), why))

    def _event(self, event: EventPacket, offset: int, made: list[Item]) -> None:
        if self.hello is None:
            self._held.append((event, offset))
            if len(self._held) > MOST_HELD:
                self._release(made)
            return
        self._give(event, offset, made)

    def _give(self, event: EventPacket, offset: int, made: list[Item]) -> None:
        count = self._sequence.event(event.sequence)
        if count:
            made.append(Missing(offset, count))
        time = None if event.low_time is None else self._times.full(event.low_time)
        self.events += 1
        made.append(
            WireEvent(
                wire_id=event.wire_id, time=time, source=event.source, values=event.values, offset=offset
            )
        )

    def _release(self, made: list[Item]) -> None:
        """Release the events that were held back for a hello."""
        held, self._held = self._held, []
        for event, offset in held:
            self._give(event, offset, made)

    def _process_hello(self, hello: Hello, made: list[Item]) -> None:
        known = hello.hash == self.schema.hash
        if not known and not self._go_on:
            if self._foreign != hello.hash:
                made.append(OtherSchema(hello.offset, hello.hash, hello.name))
            self._foreign = hello.hash
            return
        if not known and self._seed != hello.hash & 0xFFFF:
            made.append(OtherSchema(hello.offset, hello.hash, hello.name))
        self._seed = hello.hash & 0xFFFF
        self._foreign = None
        first = self.hello is None
        self.hello = hello
        if first and hello.time is not None and self._held:
            lows = [event.low_time for event, _ in self._held if event.low_time is not None]
            self._times.before(hello.time, lows)
            self._release(made)
        elif first:
            self._release(made)
        for_whom = self._sequence.hello(hello.sequence, hello.lost, hello.starts)
        made.extend(_sequence_items(for_whom, hello.offset))
        if hello.time is not None:
            self._times.last = hello.time
        made.append(hello)

    def _process_lost(self, packet: LostPacket, offset: int, made: list[Item]) -> None:
        if self._foreign is None and self.hello is not None:
            made.extend(_sequence_items(self._sequence.hello(packet.sequence, packet.lost, False), offset))


def _sequence_items(change: tuple[int, int, int, int, bool], offset: int) -> list[Item]:
    """The items for the changes that `Sequence.hello` returned."""
    missing, dropped, before, lost_before, restarted = change
    made: list[Item] = []
    if restarted:
        made.append(Restart(offset))
    if before or lost_before:
        made.append(Before(offset, before, lost_before))
    if missing:
        made.append(Missing(offset, missing))
    if dropped:
        made.append(LostInGuest(offset, dropped))
    return made


def looks_framed(data: bytes, schema: WireSchema) -> bool:
    """Whether the first bytes of a stream contain an intact control frame, or an event of this guest."""
    for chunk in data.split(b"\0"):
        packet = cobs.decode(chunk) if len(chunk) <= MOST_FRAME else None
        if packet is None or len(packet) < 4:
            continue
        if is_control(packet):
            if intact(packet, CONTROL_START) and read_control(packet, 0) is not None:
                return True
        elif intact(packet, schema.hash & 0xFFFF) and read_event(packet, schema.signatures) is not None:
            return True
    return False
