"""Messages, colour, width and progress on the terminal, for all commands."""

from __future__ import annotations

import os
import sys
import time

from tesc.escaping import is_plain, visible
from tesc.escaping import plural as plural  # callers look for it here
from tesc.escaping import printable as printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import TextIO


class Failure(Exception):
    """A command failed, with exit status 2; the message says why, and `picture` may illustrate it."""

    def __init__(self, message: str, picture: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.picture = picture


_reported = 0


def warned() -> bool:
    """Whether this process has reported anything other than findings."""
    return bool(_reported)


def error(message: str, kind: str = "error", picture: Sequence[str] = ()) -> None:
    """Print a message other than a finding to standard error, and the lines of `picture`.

    `kind` is error, warning or note. Does not raise anything.
    """
    global _reported
    _reported += 1
    try:
        lines = [f"tesc: {kind}: {visible(message)}", *[printable(line) for line in picture]]
        sys.stderr.write("".join([f"{line}\n" for line in lines]))
        sys.stderr.flush()
    except OSError:
        pass  # standard error is closed; the exit status still shows it


def standard_input(most: int = -1) -> bytes:
    """Read standard input, at most `most` bytes (-1: all). Raises Failure if it is closed."""
    if sys.stdin is None:
        raise Failure("standard input is closed")
    binary = getattr(sys.stdin, "buffer", None)
    if binary is None:  # in a test
        return sys.stdin.read(most).encode("utf-8", "surrogateescape")
    data: bytes = binary.read(most)
    return data


def refuse_odd_paths(paths: Iterable[str]) -> None:
    """Raise Failure for a path with control characters, which could start a new line in outputs."""
    for path in paths:
        if not is_plain(path):
            raise Failure(f"{path}: the name has control characters; nothing is generated from it")


def print_text(text: str, painted: bool = False) -> None:
    """Print to standard output, whatever its encoding; `painted` text is already printable."""
    text = text if painted else printable(text)
    print_bytes(text.encode(getattr(sys.stdout, "encoding", None) or "utf-8", "backslashreplace"))


def print_errors(text: str) -> None:
    """Print lines to standard error."""
    sys.stderr.write(printable(text))


def print_as_is(text: str) -> None:
    """Print a file's text: its exact bytes, except on a terminal, which would act on control characters."""
    if sys.stdout.isatty():
        print_text(text)
    else:
        print_bytes(text.encode("utf-8", "surrogateescape"))


def print_bytes(data: bytes) -> None:
    """Print to standard output.

    If the reader has closed the pipe, the command still continues and keeps its exit status.
    """
    try:
        sys.stdout.flush()
        binary = getattr(sys.stdout, "buffer", None)
        if binary is None:  # in a notebook, or in a test
            sys.stdout.write(data.decode(getattr(sys.stdout, "encoding", None) or "utf-8", "replace"))
            return
        binary.write(data)
        binary.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def add_color(parser: argparse.ArgumentParser) -> None:
    """Add --color, whose value `use_color` takes."""
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="auto: colour on a terminal, unless NO_COLOR is set (default: auto)",
    )


def use_color(choice: str, stream: TextIO) -> bool:
    """Whether to print colours, by the option, NO_COLOR and the stream."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The width for excerpts, in columns."""
    return max(columns(110), 60)


def columns(default: int) -> int:
    """The terminal's width, as shutil.get_terminal_size() finds it; shutil itself is slow to import."""
    try:
        found = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        found = 0
    if found <= 0:
        try:
            found = os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
        except (AttributeError, ValueError, OSError):
            pass
    return found if found > 0 else default


# How many seconds work takes before its progress is shown.
_PATIENCE = 0.5


class Progress:
    """Progress of long work, on a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = time.monotonic()
        self._shown = ""

    def __call__(self, part: float) -> None:
        """Show that a part of the work, from 0 to 1, is done."""
        if time.monotonic() - self._began < _PATIENCE or not sys.stderr.isatty():
            return
        text = f"{self._what}, {part:.0%}"
        if text != self._shown:
            sys.stderr.write(f"\r{text}")
            sys.stderr.flush()
            self._shown = text

    def close(self) -> None:
        """Erase the progress."""
        if self._shown:
            sys.stderr.write(f"\r{' ' * len(self._shown)}\r")
            sys.stderr.flush()
