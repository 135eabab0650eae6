"""Outputs of decoded text: standard output, or a file that is replaced when complete."""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

# Control characters except line ends and tabs; 8-bit ones in UTF-8, and as single bytes.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|(?<![\x80-\xff])[\x80-\x9f]")
# How many bytes of lines are buffered before they are written.
_MOST_KEPT = 1 << 16


class TraceOutput:
    """Writes text whose characters are bytes, in a `with` block.

    `path` is written; with `target`, it replaces that file when complete, and an exception, even during
    opening, leaves no file. `given` is the file's name in messages.
    """

    def __init__(self, path: str | None, target: str | None = None, given: str | None = None) -> None:
        self._path = path
        self._target = target
        self._given = given
        self._file: BinaryIO | None = None
        # Whether it is a terminal, which would act on control characters in a traced program's text.
        self._shown = False

    def write(self, text: str) -> None:
        if text and self._file is not None:
            if self._shown:
                text = _CONTROL.sub(_escaped, text)
            self._file.write(text.encode("latin-1"))
            self._file.flush()

    def __enter__(self) -> TraceOutput:
        if self._path is None:
            self._file = sys.stdout.buffer
            self._shown = sys.stdout.isatty()
            return self
        try:
            self._file = open(self._path, "wb")
            if self._target is not None and os.path.exists(self._target):
                os.chmod(self._path, os.stat(self._target).st_mode & 0o7777)
        except BaseException as error:
            self.__exit__(type(error))
            if isinstance(error, OSError) and self._given is not None:
                error.filename = self._given  # messages name the given file
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


@contextmanager
def replacing(path: str) -> Iterator[str]:
    """The path of a new, empty file, which replaces the one at `path` when the block ends.

    An exception leaves what was there. Raises OSError; never replaces anything but a file, such as a device.
    """
    check_replaceable(path)
    target = os.path.realpath(path)
    new = f"{target}.{os.getpid()}.tmp"
    try:
        with open(new, "xb"):
            pass
    except OSError as error:
        error.filename = path  # messages name the given file
        raise
    try:
        yield new
        if os.path.exists(target):
            os.chmod(new, os.stat(target).st_mode & 0o7777)
        os.replace(new, target)
    except BaseException:
        _remove(new)
        raise


def check_replaceable(path: str) -> None:
    """Raises OSError if there is anything but a regular file at a path."""
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "not a regular file, which this format requires", path)


def _escaped(match: re.Match[str]) -> str:
    return "".join([f"\\x{ord(character):02x}" for character in match[0]])


class Lines:
    """Lines for a file, in a `with` block; without a path, they are dropped.

    With `in_place`, the file can be read while it is written, and is kept whatever ends the block.
    """

    def __init__(self, path: str | None, in_place: bool = False) -> None:
        self._output = None if path is None else open_output(path, in_place)
        self._most_kept = 0 if in_place else _MOST_KEPT
        self._kept: list[bytes] = []
        self._size = 0
        self.add: Callable[[bytes], object] | None = None if path is None else self._add

    def _add(self, line: bytes) -> None:
        self._kept.append(line)
        self._size += len(line) + 1
        if self._size > self._most_kept:
            self._write()

    def _write(self) -> None:
        if self._kept and self._output is not None:
            self._output.write("".join([f"{line.decode('latin-1')}\n" for line in self._kept]))
        self._kept.clear()
        self._size = 0

    def __enter__(self) -> Lines:
        if self._output is not None:
            self._output.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._output is not None:
            if kind is None:
                self._write()
            self._output.__exit__(kind, *rest)


def folder_beside(path: str) -> str:
    """A new folder next to where a path leads. Raises OSError, which names the path."""
    work = f"{os.path.realpath(path)}.{os.getpid()}.tmp"
    try:
        os.mkdir(work)
    except OSError as error:
        error.filename = path
        raise
    return work


def replace_folder(new: str, folder: str) -> None:
    """Replace a folder, if it exists, by the folder `new`."""
    import shutil

    if not os.path.lexists(folder):
        os.rename(new, folder)
        return
    old = f"{new}.old"
    os.rename(folder, old)
    try:
        os.rename(new, folder)
    except BaseException:
        os.rename(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove(path: str) -> None:
    """Remove a file if it exists, however often the user interrupts."""
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
    """An output, opened by `with`; with `in_place`, the file can be read while it is written.

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
