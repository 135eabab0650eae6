"""The stream of words of 2011: seven little-endian 64-bit words per record, without separators.

It has no checksums or sequence numbers, so the only check is whether a record is plausible: its ID is an
event's, each value fits its type, and words that the event does not use are zero. A flipped bit in a value
goes unnoticed, and so does a missing record.
"""

from __future__ import annotations

import struct

from tesc.wire.items import Skipped, WireEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.wire.items import Item
    from tesc.wire.schema import Signature, WireSchema

WORDS = 7
RECORD = 8 * WORDS
# This many consecutive plausible records are not a coincidence.
CHAIN = 4
_RECORD = struct.Struct("<7Q")
_ID = struct.Struct("<Q")
_TOP = 1 << 64
# IDs below this cannot result from another ID by losing or inserting a byte.
_WHOLE_ID = 256
_NO_RECORD = "they are not a record of a declared event"


class WordDecoder:
    """Decodes a guest's words as they arrive; returns the events, and what was skipped to find them."""

    def __init__(self, schema: WireSchema) -> None:
        self.schema = schema
        self.events = 0
        # For each event, the bounds of its words, as wrapping signed numbers.
        self._bounds = [_bounds(signature) for signature in schema.signatures]
        self._weights = [_weight(bounds) for bounds in self._bounds]
        self._data = b""
        self._offset = 0  # the offset of the data's first byte
        self._lost = False
        self._skipped = 0
        self._why = _NO_RECORD

    def feed(self, data: bytes) -> list[Item]:
        """Decode more bytes; returns the events that are confirmed by later bytes."""
        self._data += data
        return self._read(False)

    def finish(self) -> list[Item]:
        """End the stream; returns the remaining items."""
        made = self._read(True)
        rest = len(self._data)
        if self._skipped or rest:
            why = self._why if self._lost else "the stream ends within a record"
            made.append(Skipped(self._offset - self._skipped, self._skipped + rest, why))
            self._data, self._skipped = b"", 0
            self._offset += rest
        return made

    def _read(self, over: bool) -> list[Item]:
        made: list[Item] = []
        at = 0
        while True:
            if self._lost:
                found = self._find(at, over)
                if found is None:
                    break
                found_at, sure = found
                self._skipped += found_at - at
                at = found_at
                if not sure:
                    break
                skipped = self._skipped
                start = self._offset + at - skipped
                made.append(Skipped(start, skipped, self._why))
                self._lost, self._skipped = False, 0
            event = self._record(at)
            if event is None:
                if len(self._data) - at < RECORD:
                    break
                self._lost = True
                self._why = self._fault(at)
                continue
            there = len(self._data) - at - RECORD
            if there < RECORD and not over:
                break  # the next bytes decide whether this record is complete
            if there >= RECORD and self._record(at + RECORD) is None and not self._aligned(at, over):
                # The missing or extra byte may be in this record.
                self._lost = True
                self._why = _NO_RECORD
                self._skipped, at = RECORD, at + RECORD
                continue
            made.append(event)
            self.events += 1
            at += RECORD
        self._data = self._data[at:]
        self._offset += at
        return made

    def _find(self, at: int, over: bool) -> tuple[int, bool] | None:
        """The next offset from which records are plausible, and whether it is certain; else None.

        In a repetitive stream, arguments may look like records too: of all offsets within one record's
        length, it is the one with the most bits as they must be.
        """
        last = len(self._data) - RECORD
        while at <= last:
            score = self._chained(at, over)
            if score is None:
                return at, False
            if score:
                others = [(self._chained(at + step, over), -step) for step in range(1, RECORD)]
                if not over and any(one is None for one, _ in others):
                    return at, False
                best = max([(score, 0), *((one, step) for one, step in others if one)])
                return at - best[1], True
            at += 1
        if over:
            return None
        return at, False

    def _chained(self, at: int, over: bool) -> int | None:
        """How many bits indicate that records begin at an offset, or 0; None without enough data."""
        some = False
        score = 0
        for number in range(CHAIN):
            start = at + number * RECORD
            rest = len(self._data) - start
            if rest < RECORD:
                return (score if rest == 0 and some else 0) if over else None
            event = self._record(start)
            if event is None:
                return 0
            score += self._weights[event.wire_id]
            some = some or any(self._data[start : start + RECORD])
        return score if some else 0

    def _aligned(self, at: int, over: bool) -> bool:
        """Whether records continue in step after an implausible record at an offset."""
        (wire_id,) = _ID.unpack_from(self._data, at + RECORD)
        if len(self._bounds) <= wire_id < _WHOLE_ID:
            return True
        verdict = self._chained(at + 2 * RECORD, over)
        if verdict is None:  # at the end, nothing more can be known
            rest = len(self._data) - at - 2 * RECORD
            return rest >= RECORD and self._record(at + 2 * RECORD) is not None
        return verdict > 0

    def _fault(self, at: int) -> str:
        """The error of a record at an offset."""
        (wire_id,) = _ID.unpack_from(self._data, at)
        return _NO_RECORD if wire_id < len(self._bounds) else f"no event has the ID 0x{wire_id:x}"

    def _record(self, at: int) -> WireEvent | None:
        """The record at an offset; None if it is implausible."""
        if len(self._data) - at < RECORD:
            return None
        words = _RECORD.unpack_from(self._data, at)
        wire_id = words[0]
        if wire_id >= len(self._bounds):
            return None
        bounds = self._bounds[wire_id]
        values = []
        for word, (low, high) in zip(words[1:], bounds):
            value = word - _TOP if low < 0 and word >> 63 else word
            if not low <= value <= high:
                return None
            values.append(value)
        if any(words[1 + len(bounds) :]):
            return None
        return WireEvent(
            wire_id=int(wire_id), time=None, source=None, values=tuple(values), offset=self._offset + at
        )


def _bounds(signature: Signature) -> tuple[tuple[int, int], ...]:
    """The least and largest value of each argument; text is sent by its address."""
    return tuple([(0, _TOP - 1) if one.letter == "t" else (one.low, one.high) for one in signature.kinds])


def _weight(bounds: tuple[tuple[int, int], ...]) -> int:
    """How many bits of a record are fixed because they do not belong to values."""
    return 64 * (WORDS - 1) - sum([(high - low).bit_length() for low, high in bounds])
