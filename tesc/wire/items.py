"""The items decoded from a guest's bytes: events, and everything else that a decoder reports."""

from __future__ import annotations

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Value = Union[int, bytes]


@record
class WireEvent:
    """One event: its wire ID, its arguments as numbers and bytes, and the offset of its frame.

    `time` is in ticks of the guest's clock, None if it has none; `source` is the CPU or thread, None if the
    guest does not send it.
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
    current time in ticks, `frequency` the ticks per second (0: unknown). Both are None without a clock.
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
    """Bytes that are not a frame or record; `why` is the end of a sentence."""

    offset: int
    size: int
    why: str


@record
class Missing:
    """`count` events that were sent but did not arrive, according to the gap in the sequence numbers."""

    offset: int
    count: int


@record
class LostInGuest:
    """`count` events that the guest dropped and counted."""

    offset: int
    count: int


@record
class Before:
    """`count` events were sent before the first one that was read, and `lost` were dropped."""

    offset: int
    count: int
    lost: int


@record
class Restart:
    """The guest has restarted; it is unknown how many events were lost before that."""

    offset: int


@record
class OtherSchema:
    """The guest was built from different declarations."""

    offset: int
    hash: int
    name: str


if TYPE_CHECKING:
    Item = Union[WireEvent, Hello, Skipped, Missing, LostInGuest, Before, Restart, OtherSchema]
