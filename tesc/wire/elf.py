"""Reads text that the guest did not send from the firmware's ELF file, by its address.

It handles ELF files of 32 and 64 bits and either byte order (Tool Interface Standard, ELF 1.2; System V ABI).
Constant text is in segments that are loaded and not writable.
"""

from __future__ import annotations

import struct

from tesc.records import record

_LOAD = 1
_WRITABLE = 2
MOST_TEXT = 4096


class NoElf(Exception):
    """The file is not an ELF file, or is truncated; the message says which."""


@record
class Segment:
    """A part of the file, and the address to which it is loaded."""

    address: int
    data: bytes
    writable: bool


def segments_of(data: bytes) -> tuple[Segment, ...]:
    """The loaded segments of an ELF file. Raises NoElf."""
    if data[:4] != b"\x7fELF" or len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
        raise NoElf("it is not an ELF file")
    wide, order = data[4] == 2, "<>"[data[5] - 1]
    try:
        (offset,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 32 if wide else 28)
        if offset > len(data):  # it may exceed what `struct` accepts
            raise NoElf("it ends before its program headers")
        size, count = struct.unpack_from(f"{order}HH", data, 54 if wide else 42)
        found = []
        for number in range(count):
            at = offset + number * size
            if wide:
                kind, flags, start, address, _, held = struct.unpack_from(f"{order}IIQQQQ", data, at)
            else:
                kind, start, address, _, held, _, flags = struct.unpack_from(f"{order}IIIIIII", data, at)
            if kind == _LOAD and held:
                found.append(Segment(address, data[start : start + held], bool(flags & _WRITABLE)))
    except struct.error:
        raise NoElf("it ends within its program headers") from None
    if not found:
        raise NoElf("it has no loadable segments")
    return tuple(found)


class Texts:
    """Finds constant text by address; `offset` is how far from its link address the firmware was loaded."""

    def __init__(self, segments: tuple[Segment, ...], offset: int = 0) -> None:
        self._segments = [one for one in segments if not one.writable] or list(segments)
        self._offset = offset

    def __call__(self, address: int) -> bytes | None:
        """The text at an address; None if there is no terminated one."""
        for one in self._segments:
            at = address - self._offset - one.address
            if 0 <= at < len(one.data):
                stop = one.data.find(b"\0", at, at + MOST_TEXT)
                return None if stop < 0 else one.data[at:stop]
        return None
