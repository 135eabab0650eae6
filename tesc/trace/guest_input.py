"""A guest's stream as a trace: finds and checks its records, and lays them out for the reader."""

from __future__ import annotations

import struct

from tesc.trace.errors import TraceErrors, Unusable
from tesc.trace.following import Discontinued
from tesc.trace.input import TraceInput
from tesc.trace.layout import GUEST_HEAD, HEAD_BYTES, UNKNOWN
from tesc.trace.receiving import Complaint, Receiver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.trace.events import Catalogue, TracedEvent
    from tesc.trace.guest import GuestTrace
    from tesc.trace.receiving import Received
    from tesc.trace.ring_input import FollowedRings
    from tesc.wire import Wire

_WORD = (1 << 64) - 1
_NO_BASE = (
    "{path}: these are the words of 2011, and nothing says that the events of {events} are a guest's: give "
    "the host's file, which includes the guest's with a base, or list a guest's own file in 'guest-files' of "
    "tesc.toml, or use --wire words"
)
_ZEROS = bytes(4)


class GuestInput(TraceInput):
    """A guest's stream, read through the decoder of its wire; `errors` are the decoder's.

    Unless given, the `wire` is recognized by the first bytes: frames if one is intact; the words of 2011,
    most of whose bytes are zeros, if there are consecutive zeros, which frames never have. A copy of the
    guest's memory is searched for rings first; a file that is followed may be the memory itself, whose rings
    grow.
    """

    errors: TraceErrors

    def __init__(self, source: TraceInput, catalogue: Catalogue, asked: GuestTrace) -> None:
        """Continue with a source of which at least the first bytes have been read. Raises Unusable."""
        from tesc.trace.guest import GuestEvents
        from tesc.trace.ring_input import FollowedRings, is_memory, rings_in
        from tesc.wire.ring import read_rings
        from tesc.wire.stream import looks_framed

        guest = GuestEvents(catalogue, asked.prefix)
        self._source = source
        self.path = source.path
        self.chunk = source.chunk
        self.limit = None
        self.file_size = None
        self.compressed = False
        self.data, self.at, self.start = b"", 0, 0
        self.errors = TraceErrors(source.path)
        framed = looks_framed(source.data, guest.schema)
        rings = [] if framed or asked.wire == "words" else source.searched(rings_in)
        memory = bool(rings) or (source.follows and is_memory(source, framed, asked.wire))
        worded = _ZEROS in source.data and not framed and not memory
        self.wire: Wire = asked.wire or ("words" if worded else "frames")
        if self.wire == "words" and not asked.wire and not guest.crosses:
            raise Unusable(_NO_BASE.format(path=source.path, events=catalogue.path))
        self.events: tuple[TracedEvent, ...] = guest.events(self.wire)
        self._receiver = Receiver(guest, self.wire, asked)
        self._rings: FollowedRings | None = None
        self._over = False
        self._gone: Discontinued | None = None
        if source.follows and memory:
            self._rings = FollowedRings(source, guest.schema, asked)
            made = self._receiver.take_ring(self._rings.new(), self._rings.frequency)
        elif rings:
            self._over = True
            items = read_rings(rings, guest.schema, asked.text_at, asked.go_on)
            made = self._receiver.take_ring(items, rings[0].frequency)
        else:
            made = self._receiver.take(source.data, UNKNOWN)
        self.data = self._laid_out(made)
        source.at = len(source.data)

    @property
    def size(self) -> int | None:
        return None  # its records have different offsets in the file

    def more(self, need: int) -> bool:
        """Read until `need` bytes of laid-out records from `at` on are available. Raises Discontinued."""
        self.start += self.at
        self.data, self.at = self.data[self.at :], 0
        grown = False
        while (len(self.data) < need or not grown) and not self._over:
            try:
                made = self._next()
            except Discontinued as gone:
                self._gone = gone  # what was held back until now comes first
                self._over = True
                made = self._receiver.finish()
            part = self._laid_out(made)
            grown = grown or bool(part)
            self.data += part
        if self._gone is not None and not grown:
            raise self._gone
        return grown and len(self.data) >= need

    def _next(self) -> list[Received | Complaint]:
        if self._rings is not None:
            items = self._rings.wait()
            self._over = self._rings.over
            return self._receiver.take_ring(items, self._rings.frequency)
        if self._source.more(1):
            data, self._source.at = self._source.data, len(self._source.data)
            return self._receiver.take(data, UNKNOWN)
        self._over = True
        return self._receiver.finish()

    @property
    def interrupted(self) -> bool:
        return self._source.interrupted

    def _laid_out(self, made: list[Received | Complaint]) -> bytes:
        parts = []
        for one in made:
            if isinstance(one, Complaint):
                self.errors.note(one.kind, one.offset, one.message, one.events)
            else:
                values = b"".join([_argument(value) for value in one.values])
                parts.append(GUEST_HEAD.pack(one.wire_id, one.time, HEAD_BYTES + len(values), UNKNOWN))
                parts.append(values)
        return b"".join(parts)

    def close(self) -> None:
        self._source.close()


def _argument(value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return struct.pack("<I", len(value)) + value
    return struct.pack("<Q", value & _WORD)
