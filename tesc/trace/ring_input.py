"""Rings in copies of a guest's memory, and in the memory itself while the guest runs."""

from __future__ import annotations

import time

from tesc.files import UNEXPECTED_JSON
from tesc.wire.items import WireEvent
from tesc.wire.ring import find_rings, ring_at, ring_of_log
from tesc.wire.ring_tail import RingTail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap

    from tesc.trace.guest import GuestTrace
    from tesc.trace.input import TraceInput
    from tesc.wire import Wire
    from tesc.wire.items import Item
    from tesc.wire.ring import Ring
    from tesc.wire.schema import WireSchema

# Seconds between reads of the rings, and the number of reads between searches for new rings.
_PAUSE = 0.05
_SEARCH = 40
_LEAST_MEMORY, _PAGE = 1 << 20, 4096


def rings_in(data: mmap) -> list[Ring]:
    """The rings in a copy of memory, or the ring in an answer to QMP's query-firmware-log."""
    from tesc.wire.ring import find_rings

    if data[:1] != b"{":
        return find_rings(data)
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
    """The rings in a file that QEMU shares with its guest (memory-backend-file,share=on), as they grow."""

    def __init__(self, source: TraceInput, schema: WireSchema, asked: GuestTrace) -> None:
        self._source = source
        self._schema = schema
        self._asked = asked
        self._tails: dict[int, RingTail] = {}
        self._looks = 0
        # Ticks of the guests' clock per second, 0 until there is a ring.
        self.frequency = 0

    def new(self) -> list[Item]:
        """What all CPUs have written since the last read, by time; messages come first."""
        asked = self._asked
        if self._looks % _SEARCH == 0:
            for ring in self._source.searched(find_rings):
                known = self._tails.get(ring.cpu)
                self.frequency = ring.frequency
                if known is None or known.offset != ring.offset:
                    self._tails[ring.cpu] = RingTail(ring.offset, self._schema, asked.text_at, asked.go_on)
        self._looks += 1
        items = [item for tail in self._tails.values() for item in self._look(tail)]
        said: list[Item] = [item for item in items if not isinstance(item, WireEvent)]
        events = [item for item in items if isinstance(item, WireEvent)]
        return [*said, *sorted(events, key=lambda event: event.time or 0)]

    def _look(self, tail: RingTail) -> list[Item]:
        def twice(data: mmap) -> list[Ring | None]:
            # The second read shows what was overwritten during the first one.
            return [ring_at(data, tail.offset), ring_at(data, tail.offset)]

        ring, later = self._source.searched(twice) or (None, None)
        return [] if ring is None or later is None else tail.take(ring, later)

    def wait(self) -> list[Item]:
        """Wait until there is something new, and return it as `new` does; Ctrl-C ends the wait."""
        while True:
            time.sleep(_PAUSE)
            items = self.new()
            if items:
                return items
