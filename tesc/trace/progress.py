"""Shows the progress of long work on a terminal."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

# Seconds before the first display, and between updates.
_PATIENCE = 1.0
_PAUSE = 0.2


class Progress:
    """Called with the number of bytes and records done; shows them in one line on standard error.

    For short work, or on a pipe or file, nothing is shown. `size` is the number of bytes in all, None if
    unknown.
    """

    def __init__(self, size: int | None, stream: TextIO | None = None) -> None:
        self._size = size
        self._stream = sys.stderr if stream is None else stream
        self._quiet = not self._stream.isatty()
        self._began = self._last = time.monotonic()
        self._width = 0

    def __call__(self, done: int, records: int) -> None:
        now = time.monotonic()
        if self._quiet or now - self._began < _PATIENCE or now - self._last < _PAUSE:
            return
        self._last = now
        self._show(self._line(done, records, now - self._began))

    def _line(self, done: int, records: int, seconds: float) -> str:
        of = f" of {self._size / 1e6:,.0f}" if self._size else ""
        line = f"{done / 1e6:,.0f}{of} MB, {records / seconds:,.0f} records/s"
        if self._size and done:
            left = seconds * max(self._size - done, 0) / done
            line += f", {left:,.0f} s left"
        return line

    def _show(self, line: str) -> None:
        self._stream.write(f"\r{line:<{self._width}}")
        self._stream.flush()
        self._width = len(line)

    def end(self) -> None:
        """Clear the line."""
        if self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._stream.flush()
            self._width = 0
