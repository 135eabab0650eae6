"""The layout of a trace's bytes: headers, records, mappings.

Version 4 of the simpletrace format is described in QEMU's docs/devel/tracing.rst and written by its
trace/simple.c. Versions 2 and 3 (from QEMU 1.1 and 1.7 on) have no mapping records and no type before a
record: event IDs are positions in trace-events. Version 2 has a reserved word where version 3 has the
process. Version 0 (QEMU 0.13 to 1.0) consists of records of eight words, one of which is the header. All are
written in the byte order of the host. What a guest sends is described by tesc.wire.
"""

from __future__ import annotations

import struct

from tesc.limits import RECORD_ARGUMENTS
from tesc.records import record
from tesc.trace.errors import Broken, Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Union

HEADER_ID = 0xFFFF_FFFF_FFFF_FFFF
HEADER_MAGIC = 0xF2B1_77CB_0AA4_29B4
DROPPED_ID = 0xFFFF_FFFF_FFFF_FFFE
MAPPING, EVENT = 0, 1
HEADER_BYTES = 24
# A record's length includes its head: ID, time, length and process.
HEAD_BYTES = 24
# QEMU's ring buffer holds 256 KiB, so it cannot write a longer record; ten strings need 6 KiB.
MAX_RECORD = 1 << 20
MAX_NAME = 4096
# Stands for a missing time or process.
UNKNOWN = -1
# A mapping record with this name and ID says that the events that cross the guest tunnel came in frames,
# which send text as text. QEMU's reader keeps it as the name of an unused ID.
SENT_MARK = "tesc-guest-frames"
SENT_MARK_ID = 0xFFFF_FFFF_FFFF_FFFD
# A mapping record with this ID has the host's clocks: tesc.trace.host_clock.
CLOCK_MARK = "tesc-host-clock"
CLOCK_MARK_ID = 0xFFFF_FFFF_FFFF_FFFC
MARK_IDS = frozenset({SENT_MARK_ID, CLOCK_MARK_ID})
# A guest's record, as laid out by tesc.trace.guest_input.
GUEST_HEAD = struct.Struct("<QqIi")


@record
class PayloadLayout:
    """A kind of trace: `order` is struct's byte order, `<` or `>`.

    `version` is that of the simpletrace file, None for a guest's records; `start` is the header's size in
    bytes, 0 without one. With `words`, a record has six words, whatever its event declares; with `typed`,
    each record begins with its type, and mapping records may name events.
    """

    order: str
    version: int | None
    start: int

    @property
    def words(self) -> bool:
        return self.version == 0

    @property
    def typed(self) -> bool:
        return self.version == 4

    @property
    def named(self) -> bool:
        """Whether mapping records name IDs."""
        return self.typed and self.start > 0


# The layout of a log; no such version of the simpletrace format exists.
LOG = PayloadLayout("<", 1, 0)


@record
class Mapping:
    """A mapping record: from here on, `id` means the event `name`."""

    id: int
    name: str
    stop: int


if TYPE_CHECKING:
    # A record: ID, time, pid, and the offsets where its payload starts and ends.
    Frame = tuple[int, int, int, int, int]
    # An int is the number of bytes from the record's start that are needed to continue.
    Framing = Callable[[bytes, int], Union[Frame, Mapping, int]]


def headed_layout(head: bytes) -> PayloadLayout | None:
    """The layout according to a file's first 24 bytes; None without a header.

    Raises Unusable for an unknown version.
    """
    if len(head) < HEADER_BYTES:
        return None
    for order in "<>":
        event_id, magic, version = struct.unpack(f"{order}QQQ", head[:HEADER_BYTES])
        if (event_id, magic) == (HEADER_ID, HEADER_MAGIC):
            if version not in (0, 2, 3, 4):
                raise Unusable(f"byte 16: unknown log version {version}; the known ones are 0, 2, 3 and 4")
            # The header of version 0 is an ordinary record.
            return PayloadLayout(order, version, 8 * (2 + RECORD_ARGUMENTS) if version == 0 else HEADER_BYTES)
    return None


def headless_layout(head: bytes) -> PayloadLayout:
    """The layout of version 4's records without a header, which SystemTap scripts write."""
    order = "<"
    if len(head) >= 8 and struct.unpack(">Q", head[:8])[0] in (MAPPING, EVENT):
        order = ">"
        if head[:8] == bytes(8) and len(head) >= 20:  # a mapping: the smaller length is the real one
            order = min("<>", key=lambda one: struct.unpack(f"{one}I", head[16:20])[0])
    return PayloadLayout(order, 4, 0)


def framing(layout: PayloadLayout) -> Framing:
    """A function that parses the record at an offset of the data; it raises Broken."""
    if layout.version is None:
        return _framing_guest()
    if layout.version == 0:
        return _framing_0(layout.order)
    if layout.version == 4:
        return _framing_4(layout.order)
    return _framing_2_3(layout.order, layout.version)


def _framing_guest() -> Framing:
    """For the records that tesc.trace.guest_input lays out: ID, time, length, process, values."""
    head = GUEST_HEAD.unpack_from

    def frame(data: bytes, at: int) -> Frame | int:
        if len(data) - at < HEAD_BYTES:
            return HEAD_BYTES
        event_id, time, length, pid = head(data, at)
        if len(data) - at < length:
            return int(length)
        return event_id, time, pid, at + HEAD_BYTES, at + length

    return frame


def _framing_0(order: str) -> Framing:
    two = struct.Struct(f"{order}QQ").unpack_from
    size = 8 * (2 + RECORD_ARGUMENTS)

    def frame(data: bytes, at: int) -> Frame | int:
        if len(data) - at < size:
            return size
        event_id, time = two(data, at)
        return event_id, time, UNKNOWN, at + 16, at + size

    return frame


def _framing_2_3(order: str, version: int) -> Framing:
    head = struct.Struct(f"{order}QQII").unpack_from

    def frame(data: bytes, at: int) -> Frame | int:
        if len(data) - at < HEAD_BYTES:
            return HEAD_BYTES
        event_id, time, length, pid = head(data, at)
        _check_length(length)
        if len(data) - at < length:
            return int(length)
        return event_id, time, pid if version == 3 else UNKNOWN, at + HEAD_BYTES, at + length

    return frame


def _framing_4(order: str) -> Framing:
    word = struct.Struct(f"{order}Q").unpack_from
    head = struct.Struct(f"{order}QQII").unpack_from

    def frame(data: bytes, at: int) -> Frame | Mapping | int:
        there = len(data) - at
        if there < 8:
            return 8
        (kind,) = word(data, at)
        if kind == MAPPING:
            return _mapping(data, at, order)
        if kind != EVENT:
            raise Broken(f"a record of type 0x{kind:x}, which is neither a mapping (0) nor an event (1)")
        if there < 8 + HEAD_BYTES:
            return 8 + HEAD_BYTES
        event_id, time, length, pid = head(data, at + 8)
        _check_length(length)
        if there < 8 + length:
            return 8 + int(length)
        return event_id, time, pid, at + 8 + HEAD_BYTES, at + 8 + length

    return frame


def _mapping(data: bytes, at: int, order: str) -> Mapping | int:
    if len(data) - at < 20:
        return 20
    event_id, length = struct.unpack_from(f"{order}QI", data, at + 8)
    if length > MAX_NAME:
        raise Broken(f"a mapping with an event name of {length:,} bytes")
    if len(data) - at < 20 + length:
        return 20 + int(length)
    return Mapping(
        event_id, data[at + 20 : at + 20 + length].decode("utf-8", "backslashreplace"), at + 20 + length
    )


def _check_length(length: int) -> None:
    if length < HEAD_BYTES:
        raise Broken(f"a record with a length of {length} bytes, shorter than its header of {HEAD_BYTES}")
    if length > MAX_RECORD:
        raise Broken(f"a record with a length of {length:,} bytes, longer than any that QEMU writes")
