"""Standard input and output, reserved for the protocol."""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def taken_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output under other file descriptors.

    They are replaced by the null device and standard error, for anything else that this process or a child
    reads and prints. Raises OSError if one of them is closed.
    """
    if sys.stdin is None or sys.stdout is None:
        raise OSError(errno.EBADF, "standard input and output must be open")
    read = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    written = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, sys.stdin.fileno())
    try:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):  # the stream is closed
        os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
    return read, written
