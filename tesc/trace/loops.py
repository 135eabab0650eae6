"""The loops that take plain records of version 4, which are by far the most frequent.

Each takes records from the reader's position up to anything else: a mapping, an event not seen
before, the end of the data, something broken. The reader finds out what it is. These loops are most of
the time that decoding takes, so they do nothing that a caller does not need.
"""

from __future__ import annotations

import struct

from tesc.trace.errors import PayloadMismatch
from tesc.trace.layout import HEAD_BYTES, MAX_RECORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tesc.trace.reader import RecordReader, Slots
    from tesc.trace.selection import Window

# The exceptions for other records: an ID without a slot, a payload that does not fit its event.
CORRUPT = (KeyError, PayloadMismatch, struct.error)


def take_rows(reader: RecordReader, add: Callable[[Any], None], slots: Slots, window: Window) -> None:
    """Add time, process and what is made of the payload, for each record in the window."""
    source = reader.source
    data, at = source.data, source.at
    begin, size = at, len(data)
    last = size - HEAD_BYTES - 8
    head = struct.Struct(f"{reader.layout.order}QQQII").unpack_from
    limited, since, until, pids = window.limited, window.since, window.until, window.pids
    before = reader.last_time
    records = back = 0
    try:
        while at <= last:
            kind, event_id, time, length, pid = head(data, at)
            stop = at + 8 + length
            if kind != 1 or stop > size or not 24 <= length <= MAX_RECORD:
                break
            slot = slots[event_id]
            if slot is not None and (
                not limited or (since <= time < until and (pids is None or pid in pids))
            ):
                add((time, pid, slot[data[at + 32 : stop]]))
            if time < before:
                back += 1
            before = time
            at = stop
            records += 1
    except CORRUPT:
        pass
    reader.advance(begin, at, records, before, back)


def take_made(reader: RecordReader, add: Callable[[Any], None], slots: Slots) -> None:
    """Add only what is made of the payload, for each record."""
    source = reader.source
    data, at = source.data, source.at
    begin, size = at, len(data)
    last = size - HEAD_BYTES - 8
    head = struct.Struct(f"{reader.layout.order}QQQI").unpack_from
    before = reader.last_time
    records = back = 0
    try:
        while at <= last:
            kind, event_id, time, length = head(data, at)
            stop = at + 8 + length
            if kind != 1 or stop > size or not 24 <= length <= MAX_RECORD:
                break
            slot = slots[event_id]
            if slot is not None:
                add(slot[data[at + 32 : stop]])
            if time < before:
                back += 1
            before = time
            at = stop
            records += 1
    except CORRUPT:
        pass
    reader.advance(begin, at, records, before, back)
