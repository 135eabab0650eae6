"""Exiting without cleaning up when only memory is left to free.

Python destroys all objects before it exits, which takes a twelfth of the time of `tesc check`.
"""

from __future__ import annotations

import os
import sys

# Objects kept alive until the process exits; None if it continues after the command.
_held: list[object] | None = None


def hold(*objects: object) -> None:
    """Keep objects alive until the process exits, if it exits after the command."""
    if _held is not None:
        _held.extend(objects)


def prepare() -> None:
    """Declare that the process will exit after the command."""
    global _held
    # Coverage tools and profilers rely on a normal exit.
    if sys.gettrace() is None and sys.getprofile() is None:
        _held = []


def end(status: int) -> None:
    """Exit at once if `prepare` was called and objects are held. All output has to be flushed before."""
    if _held:
        os._exit(status)
