"""Writes simpletrace files of version 4, laid out as by QEMU's trace/simple.c, little-endian."""

from __future__ import annotations

import struct

from tesc.trace.host_clock import HostClock, real_ahead
from tesc.trace.layout import (
    CLOCK_MARK_ID,
    EVENT,
    HEAD_BYTES,
    HEADER_ID,
    HEADER_MAGIC,
    MAPPING,
    SENT_MARK,
    SENT_MARK_ID,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORD = (1 << 64) - 1


class Recording:
    """Writes records by calling `write`; each event is mapped to its name before its first record.

    The host's clocks come first, so that a log can be merged with it.
    """

    def __init__(self, write: Callable[[bytes], object], pid: int = 0, sent: bool = False) -> None:
        """`sent` is true if events that cross the guest tunnel have text."""
        self._write = write
        self._pid = pid
        self._ids: dict[str, int] = {}
        write(struct.pack("<QQQ", HEADER_ID, HEADER_MAGIC, 4))
        if sent:
            write(_mapping(SENT_MARK_ID, SENT_MARK))
        self._ahead = real_ahead()
        write(_mapping(CLOCK_MARK_ID, HostClock(self._ahead).mark))

    def end(self, uncertainty: int) -> None:
        """Note by how many nanoseconds times may be off; a change of the clock since the start adds to it."""
        off = uncertainty + abs(real_ahead() - self._ahead)
        self._write(_mapping(CLOCK_MARK_ID, HostClock(self._ahead, off).mark))

    def record(self, name: str, time: int, values: Sequence[int | bytes]) -> None:
        """Write a record: event's name, time in nanoseconds, and 64-bit numbers (signed or not) or bytes."""
        event_id = self._ids.get(name)
        mapping = b""
        if event_id is None:
            event_id = self._ids[name] = len(self._ids)
            mapping = _mapping(event_id, name)
        payload = b"".join([_argument(value) for value in values])
        head = struct.pack("<QQQII", EVENT, event_id, time & _WORD, HEAD_BYTES + len(payload), self._pid)
        self._write(mapping + head + payload)


def _mapping(event_id: int, name: str) -> bytes:
    text = name.encode("utf-8", "surrogateescape")
    return struct.pack("<QQI", MAPPING, event_id, len(text)) + text


def _argument(value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return struct.pack("<I", len(value)) + value
    return struct.pack("<Q", value & _WORD)
