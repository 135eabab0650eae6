"""What commands share on a terminal: messages, colour, width."""

from __future__ import annotations

import os
import shutil
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import TextIO


class Failure(Exception):
    """A command could not do its work; the message says why. Exit status 2."""


_told = 0


def warned() -> bool:
    """Whether the user was told of anything that is no finding, in this process."""
    return bool(_told)


def error(message: str, kind: str = "error") -> None:
    """Tell the user of something that is no finding."""
    global _told
    _told += 1
    try:
        sys.stderr.write(f"tesc: {kind}: {printable(message)}\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody is left to be told; the exit status says it


def print_text(text: str) -> None:
    """Print to standard output, whatever its encoding."""
    print_bytes(printable(text).encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def print_bytes(data: bytes) -> None:
    """Print to standard output.

    Where nobody reads it any more, the command goes on with its work and keeps its exit status.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(text: str) -> str:
    """Text without the surrogates that stand for bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def add_color(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="colour: auto is on a terminal, unless NO_COLOR is set (default: auto)",
    )


def use_color(choice: str, stream: TextIO) -> bool:
    """Whether to print colours, as the option, NO_COLOR and the stream say."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """How many columns to print excerpts in."""
    return max(shutil.get_terminal_size((110, 24)).columns, 60)
