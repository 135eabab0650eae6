"""What commands share on a terminal: messages, colour, width."""

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
    """A command could not do its work; the message says why, and lines may illustrate it. Exit status 2."""

    def __init__(self, message: str, picture: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.picture = picture


_told = 0


def warned() -> bool:
    """Whether this process has reported anything other than findings."""
    return bool(_told)


def error(message: str, kind: str = "error", picture: Sequence[str] = ()) -> None:
    """Report something other than a finding; lines of a `picture` follow."""
    global _told
    _told += 1
    try:
        lines = [f"tesc: {kind}: {visible(message)}", *[printable(line) for line in picture]]
        sys.stderr.write("".join([f"{line}\n" for line in lines]))
        sys.stderr.flush()
    except OSError:
        pass  # standard error is closed; the exit status still shows it


def standard_input(most: int = -1) -> bytes:
    """Read standard input, at most so many bytes. Raises Failure if it is closed."""
    if sys.stdin is None:
        raise Failure("standard input is closed")
    binary = getattr(sys.stdin, "buffer", None)
    if binary is None:  # in a test
        return sys.stdin.read(most).encode("utf-8", "surrogateescape")
    data: bytes = binary.read(most)
    return data


def refuse_odd_paths(paths: Iterable[str]) -> None:
    """Raises Failure for a path with control characters, which would begin a line of its own in outputs."""
    for path in paths:
        if not is_plain(path):
            raise Failure(f"{path}: the name has control characters; nothing is generated from it")


def print_text(text: str, painted: bool = False) -> None:
    """Print to standard output, whatever its encoding; `painted` text is printable already."""
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

    If nobody reads it any more, the command still continues and keeps its exit status.
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
    """How many columns to print excerpts in."""
    return max(columns(110), 60)


def columns(default: int) -> int:
    """The width of the terminal like shutil.get_terminal_size(), whose module imports archive formats."""
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


# How long work takes before its progress is shown.
_PATIENCE = 0.5


class Progress:
    """Progress of long work, on a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = time.monotonic()
        self._shown = ""

    def __call__(self, part: float) -> None:
        if time.monotonic() - self._began < _PATIENCE or not sys.stderr.isatty():
            return
        text = f"{self._what}, {part:.0%}"
        if text != self._shown:
            sys.stderr.write(f"\r{text}")
            sys.stderr.flush()
            self._shown = text

    def close(self) -> None:
        if self._shown:
            sys.stderr.write(f"\r{' ' * len(self._shown)}\r")
            sys.stderr.flush()
