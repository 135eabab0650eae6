"""Where decoded text goes: standard output, or a file that is replaced when all of it is there."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class TraceOutput:
    """Takes text whose characters are bytes, in a `with` block.

    `path` is written; with `target` it takes that one's place when all of it is there, and an exception,
    also one that comes while it is being opened, leaves none. `given` is what people call the file.
    """

    def __init__(self, path: str | None, target: str | None = None, given: str | None = None) -> None:
        self._path = path
        self._target = target
        self._given = given
        self._file: BinaryIO | None = None

    def write(self, text: str) -> None:
        if text and self._file is not None:
            self._file.write(text.encode("latin-1"))
            self._file.flush()

    def __enter__(self) -> TraceOutput:
        if self._path is None:
            self._file = sys.stdout.buffer
            return self
        try:
            self._file = open(self._path, "wb")
            if self._target is not None and os.path.exists(self._target):
                os.chmod(self._path, os.stat(self._target).st_mode & 0o7777)
        except BaseException as error:
            self.__exit__(type(error))
            if isinstance(error, OSError) and self._given is not None:
                error.filename = self._given  # people know nothing of the replacement
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._path is None:
            return
        replaced = False
        try:
            if self._file is not None:
                self._file.close()
            if self._target is not None and kind is None:
                os.replace(self._path, self._target)
                replaced = True
        finally:
            if self._target is not None and not replaced:
                _remove(self._path)


def _remove(path: str) -> None:
    """Remove a file if it is there, however often the user interrupts."""
    interrupted = None
    while True:
        try:
            os.unlink(path)
        except KeyboardInterrupt as again:
            interrupted = again
            continue
        except OSError:
            pass
        break
    if interrupted is not None:
        raise interrupted


def open_output(path: str | None, in_place: bool = False) -> TraceOutput:
    """An output, which is opened by its `with`; with `in_place` a file can be read while it is written.

    Opening it raises OSError.
    """
    if path is None:
        if sys.stdout is None:
            raise OSError(0, "standard output is closed")
        sys.stdout.flush()
        return TraceOutput(None)
    if in_place or (os.path.exists(path) and not os.path.isfile(path)):
        return TraceOutput(path)
    target = os.path.realpath(path)
    return TraceOutput(f"{target}.{os.getpid()}.tmp", target, path)
