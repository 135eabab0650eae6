"""Where decoded text goes: standard output, or a file that is replaced when all of it is there."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Output:
    """Takes text whose characters are bytes. In a `with` block; an exception leaves no half a file."""

    def __init__(self, file: BinaryIO, path: str | None = None, replacement: str | None = None) -> None:
        self._file = file
        self._path = path
        self._replacement = replacement

    def write(self, text: str) -> None:
        if text:
            self._file.write(text.encode("latin-1"))
            self._file.flush()

    def __enter__(self) -> Output:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._path is None:
            return
        self._file.close()
        if self._replacement is None:
            return
        if kind is None:
            os.replace(self._replacement, self._path)
        else:
            os.unlink(self._replacement)


def open_output(path: str | None, in_place: bool = False) -> Output:
    """An output; with `in_place` a file can be read while it is written. Raises OSError."""
    if path is None:
        if sys.stdout is None:
            raise OSError(0, "standard output is closed")
        sys.stdout.flush()
        return Output(sys.stdout.buffer)
    if in_place or (os.path.exists(path) and not os.path.isfile(path)):
        return Output(open(path, "wb"), path)
    target = os.path.realpath(path)
    replacement = f"{target}.{os.getpid()}.tmp"
    try:
        file = open(replacement, "wb")  # noqa: SIM115 - Output closes it
    except OSError as error:
        error.filename = path  # people know nothing of the replacement
        raise
    if os.path.exists(target):
        os.chmod(replacement, os.stat(target).st_mode & 0o7777)
    return Output(file, target, replacement)
