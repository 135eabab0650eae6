"""How a process that is done ends: at once, where nothing but its memory is left.

Python takes all objects apart before it ends, which is a twelfth of the time of `tesc check`.
"""

from __future__ import annotations

import os
import sys

# What would be taken apart as soon as nobody needs it; None where the process continues after the command.
_held: list[object] | None = None


def hold(*objects: object) -> None:
    """Keep objects to the end of the process, if it ends with the command."""
    if _held is not None:
        _held.extend(objects)


def prepare() -> None:
    """Say that the process will end with the command."""
    global _held
    # Who measures wants to hear of the end.
    if sys.gettrace() is None and sys.getprofile() is None:
        _held = []


def end(status: int) -> None:
    """End the process, if that was announced and something was held; all is written by then."""
    if _held:
        os._exit(status)
