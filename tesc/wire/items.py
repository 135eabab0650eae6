"""The items decoded from a guest's bytes: events, and everything else that a reader reports."""

from __future__ import annotations

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Value = Union[int, bytes]


@record
class WireEvent:
    """One event: its wire ID, its arguments as numbers and texts, and where its frame starts.

    `time` is in ticks of the guest's clock, None without one; `source` is the CPU or thread,
    None if the guest sends none.
    """

    wire_id: int
    time: int | None
    source: int | None
    values: tuple[Value, ...]
    offset: int


@record
class Hello:
    """A guest's message about itself, sent at its start and repeatedly.

    `sequence` is the number of the next event, `lost` how many the guest has dropped so far, `time` its
    clock now, in ticks of which there are `frequency` in a second (0: not known; both None without a
    clock).
    """

    offset: int
    starts: bool
    big_endian: bool
    wide: bool
    hash: int
    sequence: int
    lost: int
    frequency: int | None
    time: int | None
    name: str


@record
class Skipped:
    """Bytes that are not a frame or a record: `why` is the end of a sentence."""

    offset: int
    size: int
    why: str


@record
class Missing:
    """`count` events that were sent but did not arrive, by the gap in the sequence numbers."""

    offset: int
    count: int


@record
class LostInGuest:
    """`count` events that the guest dropped and counted."""

    offset: int
    count: int


@record
class Before:
    """`count` events were sent before the first one that was read; the guest had dropped `lost`."""

    offset: int
    count: int
    lost: int


@record
class Restart:
    """The guest has restarted; how many events were lost before that is unknown."""

    offset: int


@record
class OtherSchema:
    """The guest was built from different declarations."""

    offset: int
    hash: int
    name: str


if TYPE_CHECKING:
    Item = Union[WireEvent, Hello, Skipped, Missing, LostInGuest, Before, Restart, OtherSchema]
