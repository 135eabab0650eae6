"""Reads the bytes of a trace a piece at a time, from files, pipes and growing files."""

from __future__ import annotations

import os
import stat
import sys
import time
from io import FileIO

from tesc.trace import compressed
from tesc.trace.errors import Broken, Unusable
from tesc.trace.file_view import FileView
from tesc.trace.following import Followed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from tesc.trace.errors import TraceErrors
    from tesc.trace.events import TracedEvent
    from tesc.wire.ring import Bytes

    T = TypeVar("T")

CHUNK = 1 << 18


class TraceInput:
    """A window on a trace: `data` was read and not yet discarded; `at` is the position in it.

    `start` is the offset of data[0] in the trace, so start + at is the reader's position. With `follow`, more
    may come after the end of the file. A guest's stream has `events`, and `errors` found before the first
    record.
    """

    events: Sequence[TracedEvent] = ()
    errors: TraceErrors | None = None

    def __init__(self, path: str, follow: bool = False) -> None:
        """Open a file; `-` is standard input. Raises OSError."""
        self.chunk = CHUNK
        # The offset to stop at, except for data requested beyond it.
        self.limit: int | None = None
        self.path = "<stdin>" if path == "-" else path
        self.data = b""
        self.at = 0
        self.start = 0
        if path == "-":
            if sys.stdin is None:
                raise OSError(0, "standard input is closed", self.path)
            self._file: FileIO | compressed.Decompressed | compressed.Piped = FileIO(
                sys.stdin.fileno(), closefd=False
            )
        else:
            self._file = FileIO(path)
        # A pipe that ends has no more writers.
        status = os.fstat(self._file.fileno())
        regular = stat.S_ISREG(status.st_mode)
        self._follow = follow and regular
        self._followed: Followed | None = None
        # The length of the file; the content of a compressed file is longer.
        self.file_size = status.st_size if regular else None
        self._open_compressed(regular)
        if self._follow and isinstance(self._file, FileIO):
            self._followed = Followed(self._file, None if path == "-" else path)

    def _open_compressed(self, regular: bool) -> None:
        """Decompress a compressed file; whether a pipe is one is known when it is read. Raises Unusable."""
        self.compressed = False
        assert isinstance(self._file, FileIO)
        if not regular:
            self._file = compressed.Piped(self._file)
            return
        if not hasattr(os, "pread"):
            return
        head = os.pread(self._file.fileno(), compressed.MAGIC, os.lseek(self._file.fileno(), 0, os.SEEK_CUR))
        try:
            found = compressed.decompressed(self._file, head)
        except Broken as broken:
            self._file.close()
            raise Unusable(f"{self.path}: {broken}") from None
        if found is not None:
            self._file = found
            self.compressed, self._follow = True, False

    @property
    def size(self) -> int | None:
        """The trace's length in bytes, if its parts can be read in any order; else None."""
        if self._follow or self.compressed or self.path == "<stdin>":
            return None
        status = os.fstat(self._file.fileno())
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def searched(self, search: Callable[[Bytes], list[T]]) -> list[T]:
        """The result of `search` on the whole file; empty if it is compressed or not a regular file."""
        if self.path == "<stdin>" or self.compressed or not self.file_size:
            return []
        assert isinstance(self._file, FileIO)
        return search(FileView(self._file))

    @property
    def follows(self) -> bool:
        """Whether more may come after the end of the file."""
        return self._follow

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C has ended the waiting for more."""
        return self._followed is not None and self._followed.interrupted

    def wait(self, seconds: float) -> bool:
        """Wait for a file that is followed to change; false if Ctrl-C ends that. Raises Discontinued."""
        return self._followed is not None and self._followed.wait(seconds)

    def reopen(self) -> None:
        """Open the file again, since forked processes share its position."""
        self._file = FileIO(self.path)

    def seek(self, offset: int) -> None:
        """Go to an offset, and discard what was read."""
        assert isinstance(self._file, FileIO)
        self._file.seek(offset)
        self.data, self.at, self.start = b"", 0, offset

    @property
    def offset(self) -> int:
        return self.start + self.at

    def more(self, need: int) -> bool:
        """Read until `need` bytes from `at` on are available; false if the trace ends before that.

        Data before `at` is discarded. Waits only if the trace may still grow. Raises Discontinued.
        """
        if self.interrupted:
            return False
        parts = [self.data[self.at :]]
        there = len(parts[0])
        self.start += self.at
        self.at = 0
        try:
            while there < need or len(parts) == 1:
                part = self._file.read(self._next_size(there, need))
                if part:
                    if self._followed is not None:
                        self._followed.took(part)
                    parts.append(part)
                    there += len(part)
                elif self._followed is not None:
                    if not self._followed.wait():
                        break
                elif part is None:
                    time.sleep(compressed.PAUSE)  # a non-blocking pipe
                else:
                    break
        finally:
            self.data = parts[0] if len(parts) == 1 else b"".join(parts)
        return len(parts) > 1 and there >= need

    def _next_size(self, there: int, need: int) -> int:
        """How many bytes to read next."""
        if self.limit is None:
            return self.chunk
        return min(self.chunk, max(self.limit - self.start - there, need - there))

    def close(self) -> None:
        self._file.close()
