"""The ring in a guest's memory: finds it in a copy of the memory, and reads it.

The header is that of the debug log that QEMU's query-firmware-log returns (hw/uefi/ovmf-log.c in QEMU 10.2):
little-endian words, then tesc's fields in the guest's byte order. A record's head contains its position, so
that an unfinished or partly overwritten record can be skipped.
"""

from __future__ import annotations

import re
import struct

from tesc.records import record
from tesc.wire.items import Before, LostInGuest, OtherSchema, Skipped, WireEvent
from tesc.wire.packet import TEXT_ADDRESS, TEXT_CUT, TEXT_NULL, TEXT_WHOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from tesc.wire.items import Item, Value
    from tesc.wire.packet import TextAt
    from tesc.wire.schema import Signature, WireSchema

    class Bytes(Protocol):
        """What can be searched like bytes: for example, a file that may be truncated during the search."""

        def __getitem__(self, where: slice, /) -> bytes: ...

        def find(self, what: bytes, start: int = 0, /) -> int: ...


MAGIC = b"ovmfmdg1ovmfmdg2"
HEADER = 256
_VERSION = b"tesc-guest-ring 1 "
_ORDER = 0x0102030405060708
MARK = 0xE7
# Stands for a clock rate that only the guest's hardware knows.
_UNKNOWN_RATE = (1 << 64) - 1
_MOST = 1 << 30
_LOG = re.compile(
    r"tesc-guest-ring 1 hash=([0-9a-f]{16}) cpu=([0-9a-f]{8}) boot=([0-9a-f]{8}) hz=([0-9a-f]{16})"
)


@record
class Ring:
    """A ring: the offset and contents of its header, and its bytes.

    `written` is the total number of bytes written, modulo 2^32; `order` is struct's byte order. With `log`,
    the bytes are in the order in which they were written, and the number of events is unknown. With `timed`,
    records have a time in ticks, `frequency` per second, 0 if unknown.
    """

    offset: int
    order: str
    hash: int
    timed: bool
    frequency: int
    events: int
    dropped: int
    boots: int
    cpu: int
    written: int
    data: bytes
    log: bool = False


def ring_of_log(version: str, log: bytes) -> Ring | None:
    """The ring in the answer of QMP's query-firmware-log, given its version and its bytes, oldest first.

    None for a log that is not a ring of tesc's. The log ends with a complete record, but may begin within
    one.
    """
    said = _LOG.match(version)
    if said is None:
        return None
    hash_, cpu, boots, frequency = (int(text, 16) for text in said.groups())
    data = log[len(log) % 8 :]
    # A record's head contains its position; most heads agree on the log's.
    votes: dict[int, int] = {}
    for at in range(0, len(data) - 7, 8):
        head, check = struct.unpack_from("<II", data, at)
        if head >> 24 == MARK:
            first = (head ^ check ^ hash_ & 0xFFFFFFFF) - at & 0xFFFFFFFF
            votes[first] = votes.get(first, 0) + 1
    first = max(votes, key=lambda one: votes[one], default=0)
    return Ring(
        offset=0,
        order="<",
        hash=hash_,
        timed=frequency != 0,
        frequency=_known_rate(frequency),
        events=0,
        dropped=0,
        boots=boots,
        cpu=cpu,
        written=(first + len(data)) & 0xFFFFFFFF,
        data=data,
        log=True,
    )


def _known_rate(frequency: int) -> int:
    return 0 if frequency == _UNKNOWN_RATE else frequency


def find_rings(data: Bytes) -> list[Ring]:
    """The latest ring of each CPU in a copy of memory, sorted by CPU."""
    return latest(all_rings(data))


def latest(rings: Iterable[Ring]) -> list[Ring]:
    """The ring of the last boot of each CPU, sorted by CPU."""
    found: dict[int, Ring] = {}
    for one in rings:
        if one.cpu not in found or found[one.cpu].boots <= one.boots:
            found[one.cpu] = one
    return [found[cpu] for cpu in sorted(found)]


def all_rings(data: Bytes) -> Iterator[Ring]:
    """All rings in a copy of memory, including those of earlier boots at other offsets."""
    at = data.find(MAGIC)
    while at >= 0:
        one = ring_at(data, at)
        if one is not None:
            yield one
        at = data.find(MAGIC, at + 8)


def ring_at(data: Bytes, at: int) -> Ring | None:
    """The ring whose magic number is at an offset; None if it is not one of tesc's."""
    head = data[at : at + HEADER]
    if len(head) < HEADER or head[:16] != MAGIC:
        return None
    header, size = struct.unpack_from("<QQ", head, 16)
    if header != HEADER or not 1024 <= size <= _MOST or size & (size - 1):
        return None
    if head[64 : 64 + len(_VERSION)] != _VERSION:
        return None
    order = "<" if struct.unpack_from("<Q", head, 192)[0] == _ORDER else ">"
    fields = struct.unpack_from(f"{order}8Q", head, 192)
    body = data[at + HEADER : at + HEADER + size]
    if fields[0] != _ORDER or len(body) < size:
        return None
    return Ring(
        offset=at,
        order=order,
        hash=fields[1],
        timed=fields[2] != 0,
        frequency=_known_rate(fields[2]),
        events=fields[3],
        dropped=fields[4],
        boots=fields[5],
        cpu=fields[6],
        written=fields[7] & 0xFFFFFFFF,
        data=body,
    )


def read_ring(
    ring: Ring, schema: WireSchema, text_at: TextAt | None = None, go_on: bool = False
) -> list[Item]:
    """The contents of a ring, oldest first; overwritten, dropped and unfinished events are counted.

    Offsets are in the copy of memory. A ring with different declarations is rejected, unless `go_on`.
    """
    made: list[Item] = []
    if ring.hash != schema.hash:
        made.append(OtherSchema(ring.offset, ring.hash, f"CPU {ring.cpu}"))
        if not go_on:
            return made
    data, first = ordered(ring)
    events, skipped = Records(ring, schema, text_at, data, first).read()
    if ring.events > len(events):
        made.append(Before(ring.offset, ring.events - len(events), 0))
    if ring.dropped:
        made.append(LostInGuest(ring.offset, ring.dropped))
    if skipped:
        why = "records of the ring that are not finished or partly overwritten"
        made.append(Skipped(ring.offset + HEADER, skipped, why))
    return made + events


def read_rings(
    rings: list[Ring], schema: WireSchema, text_at: TextAt | None = None, go_on: bool = False
) -> list[Item]:
    """The contents of the rings of all CPUs, sorted by time if there is one; reports come first."""
    items = [item for ring in rings for item in read_ring(ring, schema, text_at, go_on)]
    said: list[Item] = [item for item in items if not isinstance(item, WireEvent)]
    events = [item for item in items if isinstance(item, WireEvent)]
    return [*said, *sorted(events, key=lambda event: event.time or 0)]


def ordered(ring: Ring) -> tuple[bytes, int]:
    """The bytes of a ring, oldest first, and the number of bytes written before them."""
    if ring.log:
        return ring.data, (ring.written - len(ring.data)) & 0xFFFFFFFF
    size = len(ring.data)
    if ring.written < size and ring.events * 8 <= size:
        return ring.data[: ring.written], 0
    turn = ring.written % size
    return ring.data[turn:] + ring.data[:turn], (ring.written - size) & 0xFFFFFFFF


class Records:
    """Reads the records in a ring's bytes, in order; `first` is the number of bytes written before them."""

    def __init__(
        self, ring: Ring, schema: WireSchema, text_at: TextAt | None, data: bytes, first: int
    ) -> None:
        self._ring = ring
        self._signatures = schema.signatures
        self._text_at = text_at
        self._timed = ring.timed
        self._size = len(ring.data)
        self._data = data
        self._first = first
        self._head = struct.Struct(f"{ring.order}II")
        self._word = struct.Struct(f"{ring.order}Q")

    def read(self) -> tuple[list[Item], int]:
        """The events, and how many bytes between them are not events; bytes before the first do not count."""
        made: list[Item] = []
        skipped = 0
        at = 0
        while at + 8 <= len(self._data):
            event, words = self.record(at)
            if event is None:
                skipped += 8 if made else 0
                at += 8
            else:
                made.append(event)
                at += 8 * words
        return made, skipped

    def record(self, at: int) -> tuple[WireEvent | None, int]:
        """The event whose record is at an offset, and its length in words; (None, 0) if there is none."""
        head, check = self._head.unpack_from(self._data, at)
        words = head >> 16 & 0xFF
        wire_id = head & 0xFFFF
        place = (self._first + at) & 0xFFFFFFFF
        stop = at + 8 * words
        if (
            head >> 24 != MARK
            or check != head ^ place ^ (self._ring.hash & 0xFFFFFFFF)
            or wire_id >= len(self._signatures)
            or not words
            or stop > len(self._data)
        ):
            return None, 0
        try:
            time, values = self._values(at + 8, stop, self._signatures[wire_id])
        except (struct.error, ValueError):
            return None, 0
        source = int(self._ring.cpu)
        offset = at if self._ring.log else self._ring.offset + HEADER + place % self._size
        return WireEvent(wire_id=wire_id, time=time, source=source, values=values, offset=offset), words

    def _values(self, at: int, stop: int, signature: Signature) -> tuple[int | None, tuple[Value, ...]]:
        """A record's time and arguments. Raises struct.error or ValueError if they do not fit."""
        time = None
        if self._timed:
            (time,) = self._word.unpack_from(self._data, at)
            at += 8
        values: list[Value] = []
        for kind in signature.kinds:
            (word,) = self._word.unpack_from(self._data, at)
            at += 8
            if kind.letter == "t":
                text, at = self._text(word, at, stop)
                values.append(text)
                continue
            number = word - (1 << 64) if kind.low < 0 and word >> 63 else word
            if not kind.low <= number <= kind.high:
                raise ValueError
            values.append(number)
        if at != stop:
            raise ValueError
        return time, tuple(values)

    def _text(self, word: int, at: int, stop: int) -> tuple[bytes, int]:
        how, size = word & 3, word >> 2
        if at + size > stop or (how in (TEXT_NULL, TEXT_ADDRESS) and size):
            raise ValueError
        # Text that another thread shortened in the meantime is padded with zeros.
        text = self._data[at : at + size].partition(b"\0")[0]
        at += (size + 7) // 8 * 8
        if how in (TEXT_NULL, TEXT_WHOLE):
            return text, at
        (address,) = self._word.unpack_from(self._data, at)
        found = self._text_at(address) if self._text_at else None
        if found is not None and found.startswith(text):
            return found, at + 8
        return (text + b"..." if how == TEXT_CUT else f"0x{address:x}".encode()), at + 8
