"""A file that is read while it grows: waiting for more, and noticing that it is no longer what was read."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

# How long to wait for a file to grow, in seconds.
_PAUSE = 0.1
# How many of the last bytes read are compared with the file.
_MOST_KEPT = 4096


_TRUNCATED = "the file was truncated while it was followed; nothing written since is read"
_WRITTEN_AGAIN = (
    "the file was truncated and written again while it was followed; nothing written since is read"
)
_REPLACED = "another file took its place while it was followed; nothing of that one is read"


class Discontinued(Exception):
    """A file that is followed does not continue what was read of it; the message says why."""


class Followed:
    """A file that is followed, in addition to `file`, which reads it; `path` is its name, if it has one.

    `interrupted` is true once Ctrl-C has ended the waiting: then what was read so far is all.
    """

    def __init__(self, file: FileIO, path: str | None) -> None:
        self._file = file
        self._path = path
        self._size = 0
        self._last = b""
        self._other = False
        self._why = ""
        self.interrupted = False

    def took(self, part: bytes) -> None:
        """Note what was just read. Raises Discontinued if it does not follow what was read before."""
        size = len(self._last)
        if size and hasattr(os, "pread") and not self._why:
            before = self._file.tell() - len(part) - size
            if os.pread(self._file.fileno(), size, before) != self._last:
                self._why = _WRITTEN_AGAIN
        self._go_on()
        self._last = (self._last + part)[-_MOST_KEPT:]
        self._size = max(self._size, self._file.tell())

    def wait(self, seconds: float = _PAUSE) -> bool:
        """Wait for more at the file's end; false if Ctrl-C ends that. Raises Discontinued."""
        size = os.fstat(self._file.fileno()).st_size
        if size < self._size:
            self._why = self._why or _TRUNCATED
        elif self._other:
            self._why = self._why or _REPLACED
        self._go_on()
        self._size = size
        # Its writer may have written more before that: it is read to its end.
        self._other = self._is_other()
        try:
            if not self._other and not self.interrupted:
                time.sleep(seconds)
        except KeyboardInterrupt:
            self.interrupted = True
        return not self.interrupted

    def _go_on(self) -> None:
        if self._why:
            raise Discontinued(self._why)

    def _is_other(self) -> bool:
        """Whether the name belongs to another file now; not if there is none, as its writer may go on."""
        if self._path is None:
            return False
        try:
            now = os.stat(self._path)
        except OSError:
            return False
        mine = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (mine.st_dev, mine.st_ino)
