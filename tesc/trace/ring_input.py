"""Rings in copies of a guest's memory, and in the memory itself while the guest runs."""

from __future__ import annotations

import time

from tesc.files import UNEXPECTED_JSON
from tesc.wire.items import WireEvent
from tesc.wire.ring import all_rings, latest, ring_at, ring_of_log
from tesc.wire.ring_tail import RingTail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.trace.guest import GuestTrace
    from tesc.trace.input import TraceInput
    from tesc.wire import Wire
    from tesc.wire.items import Item
    from tesc.wire.ring import Bytes, Ring
    from tesc.wire.schema import WireSchema

# Seconds between reads of the rings.
_PAUSE = 0.05
# Once there is a ring, searches for others take a twentieth of the time.
_SHARE = 20
_LEAST_MEMORY, _PAGE = 1 << 20, 4096


def rings_in(data: Bytes) -> list[Ring]:
    """The rings in a copy of memory, or the ring in an answer to QMP's query-firmware-log."""
    if data[:1] != b"{":
        return latest(all_rings(data))
    import base64
    import json

    try:
        answer = json.loads(data[:])
        answer = answer.get("return", answer)
        one = ring_of_log(answer["version"], base64.b64decode(answer["log"]))
    except UNEXPECTED_JSON:
        return []
    return [] if one is None else [one]


def is_memory(source: TraceInput, framed: bool, wire: Wire | None) -> bool:
    """Whether a file without a ring looks like the memory of a guest that has not created one yet."""
    size = source.file_size or 0
    return not framed and wire is None and size >= _LEAST_MEMORY and size % _PAGE == 0


class FollowedRings:
    """The rings in a file that QEMU shares with its guest (memory-backend-file,share=on), as they grow.

    A ring that appears at another place, or is written there, is that of a guest that started again: the one
    before it may still be in the memory. `over` is true once Ctrl-C has ended the waiting.
    """

    def __init__(self, source: TraceInput, schema: WireSchema, asked: GuestTrace) -> None:
        self._source = source
        self._schema = schema
        self._asked = asked
        self._tails: dict[int, RingTail] = {}
        # The counters of all rings at the last search, by their places.
        self._counters: dict[int, tuple[int, ...]] = {}
        # How many reads there are until the next search.
        self._reads = 0
        # Ticks of the guests' clock per second, 0 until there is a ring.
        self.frequency = 0
        self.over = False

    def new(self) -> list[Item]:
        """What all CPUs have written since the last read, by time; messages come first."""
        if self._reads == 0:
            began = time.monotonic()
            self._search()
            taken = time.monotonic() - began if self._tails else 0
            self._reads = 1 + int(taken * _SHARE / _PAUSE)
        self._reads -= 1
        return _by_time([item for tail in self._tails.values() for item in self._look(tail)])

    def _search(self) -> None:
        """Find new rings, and those that are written now in place of others."""
        rings = self._source.searched(lambda data: list(all_rings(data)))
        before = self._counters
        self._counters = {ring.offset: _counters_of(ring) for ring in rings}
        active = {at for at, counters in self._counters.items() if before.get(at) != counters}
        for ring in latest(rings):
            if ring.cpu not in self._tails:
                self.frequency = ring.frequency
                self._tails[ring.cpu] = RingTail(
                    ring.offset, self._schema, self._asked.text_at, self._asked.go_on
                )
        for ring in rings:
            tail = self._tails[ring.cpu]
            mine = ring.hash == self._schema.hash or tail.offset not in active
            if before and ring.offset in active and ring.offset != tail.offset and mine:
                self.frequency = ring.frequency
                tail.offset = ring.offset

    def _look(self, tail: RingTail) -> list[Item]:
        def twice(data: Bytes) -> list[Ring | None]:
            # The second read shows what was overwritten during the first one.
            return [ring_at(data, tail.offset), ring_at(data, tail.offset)]

        ring, later = self._source.searched(twice) or (None, None)
        if ring is None or later is None:
            tail.gone()
            return []
        return tail.take(ring, later)

    def wait(self) -> list[Item]:
        """Wait until there is something new and return it, as `new` does; Ctrl-C ends that after a last read.

        Raises Discontinued.
        """
        while True:
            self.over = not self._source.wait(_PAUSE)
            items = self.new()
            if self.over:
                return _by_time([*items, *(item for tail in self._tails.values() for item in tail.end())])
            if items:
                return items


def _counters_of(ring: Ring) -> tuple[int, ...]:
    return ring.boots, ring.events, ring.dropped, ring.written


def _by_time(items: Iterable[Item]) -> list[Item]:
    said: list[Item] = []
    events: list[WireEvent] = []
    for item in items:
        if isinstance(item, WireEvent):
            events.append(item)
        else:
            said.append(item)
    return [*said, *sorted(events, key=lambda event: event.time or 0)]
