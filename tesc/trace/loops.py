"""The loops that read plain records of version 4, by far the most frequent ones.

Each reads records from the reader's position up to anything else: a mapping, a new event, the end of the
data, something broken. The reader then determines what it is. Decoding spends most of its time in these
loops, so they do only what the caller needs.
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

# Raised for other records: an ID without a slot, a payload that does not fit its event.
CORRUPT = (KeyError, PayloadMismatch, struct.error)


def take_rows(reader: RecordReader, add: Callable[[Any], None], slots: Slots, window: Window) -> None:
    """Call `add` with the time, process and converted payload of each record in the window."""
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
    """Call `add` with only the converted payload of each record."""
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
