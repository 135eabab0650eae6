"""A file as bytes to search, each read when it is asked for: it may change, or become shorter, meanwhile.

Mapping it instead would end the process if it became shorter, and reading holes would fill them.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

_PIECE = 1 << 20


class FileView:
    """The bytes of a file; those beyond its current end are missing."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, where: slice) -> bytes:
        start, stop, _ = where.indices(self._size)
        parts = []
        while start < stop:
            part = self._read(start, min(stop - start, _PIECE))
            if not part:
                break
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def find(self, what: bytes, start: int = 0) -> int:
        """Where some bytes are, from a place on; -1 if they are nowhere."""
        at = start
        while True:
            at = self._data_from(at)
            part = self._read(at, _PIECE + len(what) - 1) if at >= 0 else b""
            found = part.find(what)
            if found >= 0:
                return at + found
            if len(part) < len(what):
                return -1
            at += len(part) - len(what) + 1

    def _read(self, at: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, at)
        before = self._file.tell()
        try:
            self._file.seek(at)
            return self._file.read(size) or b""
        finally:
            self._file.seek(before)

    def _data_from(self, at: int) -> int:
        """The next place that is not in a hole, which has only zeros; -1 if there is none."""
        if not hasattr(os, "SEEK_DATA"):
            return at
        before = self._file.tell()
        try:
            return os.lseek(self._file.fileno(), at, os.SEEK_DATA)
        except OSError as error:
            import errno

            return -1 if error.errno == errno.ENXIO else at
        finally:
            self._file.seek(before)
