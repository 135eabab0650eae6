"""A guest's events as recorded, and the decoder for its stream."""

from __future__ import annotations

from tesc.records import record
from tesc.trace.errors import Unusable
from tesc.trace.events import TracedEvent, crossing_event
from tesc.units.crossing import crossed
from tesc.wire.schema import schema_of, signature_of
from tesc.wire.stream import FrameDecoder
from tesc.wire.words import WordDecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.trace.events import Catalogue
    from tesc.units.flatten import FlattenedGuest
    from tesc.units.unit import Unit, UnitEvent
    from tesc.wire import Wire
    from tesc.wire.packet import TextAt
    from tesc.wire.schema import WireSchema

    Decoder = Union[FrameDecoder, WordDecoder]


@record
class GuestTrace:
    """How to read the stream of the guest whose include has this `prefix`, or of the only guest.

    `wire` is how it was sent, None to recognize it by the first bytes; `text_at` returns the text at an
    address. `firmware` has the declarations that the guest was built from, if available, so that messages can
    say what differs. With `go_on`, a guest with different declarations is decoded anyway.
    """

    prefix: str = ""
    wire: Wire | None = None
    text_at: TextAt | None = None
    firmware: WireSchema | None = None
    go_on: bool = False


def sent_event(event: UnitEvent) -> TracedEvent:
    """An event as sent in frames: text is text, other pointers are numbers."""
    parameters, form = crossed(event.node, "frames")
    return TracedEvent(event.name, tuple(parameters), form)


def guest_unit(guest: FlattenedGuest) -> Unit:
    """The unit of a guest in a flattened file, with the host's names for its events."""
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source
    from tesc.units.loading import Loader
    from tesc.units.resolve import Outside, resolve

    tree = parse(Source("<guest>", guest.text))
    return resolve((tree,), Loader((), lambda path: path), Outside((), guest.prefix, True))


def _flattened(catalogue: Catalogue, prefix: str) -> FlattenedGuest | None:
    """The guest with a prefix, or the only one, in a flattened events file, else None. Raises Unusable."""
    guests = catalogue.flattened
    if len(catalogue.unit.ranges) > 1 or not guests:
        return None
    hits = [one for one in guests if not prefix or one.prefix in (prefix, f"{prefix}_")]
    if len(hits) == 1:
        return hits[0]
    known = ", ".join([f"'{one.prefix}' at {one.base:#x}" for one in guests])
    if hits:
        raise Unusable(f"{catalogue.path}: more than one guest (give --guest=PREFIX): {known}")
    raise Unusable(f"{catalogue.path}: no guest with the prefix '{prefix}': its guests are {known}")


class GuestEvents:
    """The events of one guest of a unit, by wire ID.

    `range` is the number of the guest's range, `schema` the wire's view of it; `traced` are the events as
    sent in frames, `worded` as sent in the words of 2011, with all pointers as numbers.
    """

    def __init__(self, catalogue: Catalogue, prefix: str) -> None:
        """The guest whose include has this prefix, or the only one. Raises Unusable."""
        flat = _flattened(catalogue, prefix)
        if flat is not None:
            unit, own = guest_unit(flat), flat.prefix
            self.range = 0
        else:
            unit, own = catalogue.unit, ""
            self.range = catalogue.range_of(prefix)
            own = unit.ranges[self.range].prefix if self.range else ""
        mine = [event for event in unit.events if event.range == self.range]
        self.worded = tuple([crossing_event(event) for event in mine])
        self.schema: WireSchema = schema_of([signature_of(event, own) for event in mine])
        # Whether it is certain that these are a guest's events.
        self.crosses = flat is not None or any(event.crosses for event in mine)
        self.traced = tuple([sent_event(event) for event in mine])

    def events(self, wire: Wire) -> tuple[TracedEvent, ...]:
        """The events as sent on a wire."""
        return self.worded if wire == "words" else self.traced

    def decoder(self, wire: Wire, asked: GuestTrace) -> Decoder:
        """The decoder of the guest's bytes."""
        if wire == "words":
            return WordDecoder(self.schema)
        return FrameDecoder(self.schema, asked.go_on, asked.text_at)
