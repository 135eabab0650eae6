"""Reads a ring while the guest writes it: each read returns what is new since the last one.

The guest never waits for a reader. Events that are overwritten before they are read are missing, and are
counted when the guest pauses, because only then its counter and its ring agree.
"""

from __future__ import annotations

import struct

from tesc.wire.items import Before, LostInGuest, Missing, OtherSchema, Restart, Skipped
from tesc.wire.ring import HEADER, MARK, Records, ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.wire.items import Item
    from tesc.wire.packet import TextAt
    from tesc.wire.ring import Ring
    from tesc.wire.schema import WireSchema

_WRAP = 1 << 32
# How often an unfinished record of an interrupted event is tried before it is skipped.
_PATIENCE = 20
# The words of the longest record; only one with texts can be that long.
_MOST_WORDS = 255
# After this many reads without new data, no CPU is within an event.
_QUIET = 2


class RingTail:
    """The end of the ring at `offset` in the memory."""

    def __init__(
        self, offset: int, schema: WireSchema, text_at: TextAt | None = None, go_on: bool = False
    ) -> None:
        self.offset = offset
        self._schema = schema
        self._text_at = text_at
        self._go_on = go_on
        words = [_MOST_WORDS if "t" in letters else 2 + len(letters) for letters in _letters(schema)]
        self._longest = 8 * max(words, default=0)
        self._boots = 0
        self._reported = 0
        self._gone = False
        self._start()

    def gone(self) -> None:
        """There was no ring at its place: one that is there again is another one."""
        self._gone = True

    def end(self) -> list[Item]:
        """What is missing so far, without waiting for the guest to pause."""
        return self._missing()

    def _start(self) -> None:
        self._place = 0  # how many bytes were read, modulo 2^32
        self._seen = 0  # events that were returned or are known to be missing
        self._dropped = 0
        self._looked = False
        # Whether events were overwritten before the first read, and since then none.
        self._late = False
        self._quiet = 0
        self._waited = 0
        # Whether the next offset may be within a record.
        self._searching = False
        # The counters at the last read, and the last record that was read, with its place.
        self._counted = (0, 0)
        self._last: tuple[int, bytes] | None = None

    def take(self, ring: Ring, later: Ring) -> list[Item]:
        """What is new in the ring; `later` is the ring read after all of `ring` was copied."""
        made: list[Item] = []
        if ring.hash != self._schema.hash:
            if self._reported != ring.hash:
                made.append(OtherSchema(ring.offset, ring.hash, f"CPU {ring.cpu}"))
            self._reported = ring.hash
            if not self._go_on:
                return made
        if later.boots != ring.boots:
            return made  # it is just restarting
        if self._gone or ring.boots != self._boots or self._is_another(ring, later):
            if self._boots:
                made.append(Restart(ring.offset))
            self._boots = ring.boots
            self._gone = False
            self._start()
        self._counted = ring.events, ring.dropped
        read = self._events(ring, later)
        made += read
        if ring.dropped > self._dropped:
            made.append(LostInGuest(ring.offset, ring.dropped - self._dropped))
            self._dropped = ring.dropped
        busy = read or self._waited or ring.events != later.events
        self._quiet = 0 if busy else self._quiet + 1
        if self._quiet >= _QUIET:
            made += self._missing()
            self._late = False
        return made

    def _missing(self) -> list[Item]:
        count = self._counted[0] - self._seen
        if count <= 0:
            return []
        self._seen = self._counted[0]
        return [Before(self.offset, count, 0) if self._late else Missing(self.offset, count)]

    def _is_another(self, ring: Ring, later: Ring) -> bool:
        """Whether a guest whose memory was cleared, so that its boots count from 1 again, wrote this ring.

        Then its counters are smaller; or the last record that was read is another one, or the middle of one.
        """
        if ring.events < self._counted[0] or ring.dropped < self._counted[1]:
            return True
        if self._last is None:
            return False
        place, record = self._last
        since = (later.written - place) % _WRAP
        size = len(ring.data)
        at = place % size
        now = ring.data[at : at + len(record)] + ring.data[: max(at + len(record) - size, 0)]
        if now == record or size < since < _WRAP >> 1:
            return False  # as it was, or overwritten
        # A guest that is still the same may be within a record there, but has not finished one.
        head, check = struct.unpack_from(f"{ring.order}II", now)
        whole = head >> 24 == MARK and check == head ^ place ^ (ring.hash & 0xFFFFFFFF)
        return whole or since >= _WRAP >> 1 or since + 2 * self._longest <= size

    def _events(self, ring: Ring, later: Ring) -> list[Item]:
        """The events since the last read; stops at an unfinished one."""
        data, first = ordered(ring)
        at = self._start_in(data, first, later)
        self._looked = True
        records = Records(ring, self._schema, self._text_at, data, first)
        made: list[Item] = []
        given_up: int | None = None
        while at + 8 <= len(data):
            event, words = records.record(at)
            if event is not None:
                if given_up is not None:
                    made.append(self._given_up(ring, first + given_up, at - given_up))
                    given_up = None
                made.append(event)
                self._last = (first + at) % _WRAP, data[at : at + 8 * words]
                at += 8 * words
                self._seen += 1
                self._searching, self._waited = False, 0
            elif self._searching:
                at += 8
            elif self._waited < _PATIENCE:
                self._waited += 1
                break
            else:
                self._searching, given_up = True, at
        if given_up is not None:
            made.append(self._given_up(ring, first + given_up, at - given_up))
        self._place = (first + at) % _WRAP
        return made

    @staticmethod
    def _given_up(ring: Ring, place: int, size: int) -> Skipped:
        return Skipped(ring.offset + HEADER + place % len(ring.data), size, "a record was not finished")

    def _start_in(self, data: bytes, first: int, later: Ring) -> int:
        """The offset at which to continue: after what was read, and past what has been overwritten since."""
        at = (self._place - first) % _WRAP
        kept = (later.written - len(later.data) - first) % _WRAP
        kept = 0 if kept > _WRAP >> 1 else kept
        if kept <= at <= len(data):
            return at
        self._searching = True
        self._late = not self._looked
        return min(kept, len(data))


def _letters(schema: WireSchema) -> list[str]:
    return ["".join([kind.letter for kind in signature.kinds]) for signature in schema.signatures]
