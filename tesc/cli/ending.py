"""Ending a finished process at once, when nothing but its memory is left to clean up.

Python destroys all objects before it ends, which takes a twelfth of the time of `tesc check`.
"""

from __future__ import annotations

import os
import sys

# Objects that would be destroyed when unused; None if the process continues after the command.
_held: list[object] | None = None


def hold(*objects: object) -> None:
    """Keep objects to the end of the process, if it ends with the command."""
    if _held is not None:
        _held.extend(objects)


def prepare() -> None:
    """Declare that the process will end with the command."""
    global _held
    # Tools that measure rely on a normal end.
    if sys.gettrace() is None and sys.getprofile() is None:
        _held = []


def end(status: int) -> None:
    """End the process, if that was declared and something was held; all output is written by then."""
    if _held:
        os._exit(status)
