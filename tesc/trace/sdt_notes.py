"""Finds the SDT probes of an ELF file: the notes that <sys/sdt.h> leaves in the section .note.stapsdt.

The layout is that of the ELF specification and SystemTap's UserSpaceProbeImplementation: a note's description
is three addresses, then provider, probe and arguments, each ending with a NUL.
"""

from __future__ import annotations

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_SECTION = b".note.stapsdt"
_TYPE = 3
_MOST = 1 << 26


def probes_of(path: str, provider: str) -> set[str] | None:
    """The names of a provider's probes in a file; None if it is not an ELF file. Raises OSError."""
    with open(path, "rb") as file:
        try:
            found = _notes(file)
        except (struct.error, IndexError):
            return None
    if found is None:
        return None
    order, size, data = found
    probes = set()
    at = 0
    while at + 12 <= len(data):
        name_size, size_of_text, kind = struct.unpack_from(f"{order}III", data, at)
        begin = at + 12 + (name_size + 3 & ~3)
        if kind == _TYPE and data[at + 12 : at + 12 + name_size].rstrip(b"\0") == b"stapsdt":
            words = data[begin + 3 * size : begin + size_of_text].split(b"\0")
            if len(words) > 1 and words[0] == provider.encode():
                probes.add(words[1].decode("utf-8", "replace"))
        at = begin + (size_of_text + 3 & ~3)
    return probes


def _notes(file: BinaryIO) -> tuple[str, int, bytes] | None:
    """The byte order, the size of an address, and the section's bytes; None if it is not an ELF file."""
    ident = file.read(16)
    if ident[:4] != b"\x7fELF":
        return None
    wide = ident[4] == 2
    order = "<" if ident[5] == 1 else ">"
    file.seek(0x28 if wide else 0x20)
    (start,) = struct.unpack(f"{order}{'Q' if wide else 'I'}", file.read(8 if wide else 4))
    file.seek(0x3A if wide else 0x2E)
    entry, number, names_at = struct.unpack(f"{order}HHH", file.read(6))
    form = f"{order}IIQQQQ" if wide else f"{order}IIIIII"
    sections = []
    for index in range(number):
        file.seek(start + index * entry)
        name, _, _, _, offset, size = struct.unpack(form, file.read(struct.calcsize(form)))
        sections.append((name, offset, min(size, _MOST)))
    _, offset, size = sections[names_at]
    file.seek(offset)
    names = file.read(size)
    for name, offset, size in sections:
        if names[name : names.index(b"\0", name)] == _SECTION:
            file.seek(offset)
            return order, 8 if wide else 4, file.read(size)
    return order, 8 if wide else 4, b""
