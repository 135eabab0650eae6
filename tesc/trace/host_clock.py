"""The host's two clocks: simpletrace files use the monotonic clock, dates in logs the real-time clock.

Files written by `tesc guest receive` say how far the real-time clock is ahead, in a mapping record whose ID
no event has, which QEMU's reader keeps as an unused name; or the user says so. Then the times of a log are
converted to the monotonic clock when it is merged with traces that have only that one.
"""

from __future__ import annotations

import time

from tesc.records import record
from tesc.trace.layout import CLOCK_MARK, LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.trace.reader import RecordReader

# 2001: no monotonic clock has run that long, and no trace is that old.
_REAL = 10**18


@record
class HostClock:
    """`ahead` is how many nanoseconds the real-time clock is ahead of the monotonic one.

    `uncertainty` is how many nanoseconds the times of a guest's events may be off, if known.
    """

    ahead: int
    uncertainty: int = 0

    @property
    def mark(self) -> str:
        """The name of the mapping record for these clocks."""
        return f"{CLOCK_MARK} {self.ahead} {self.uncertainty}"


def marked(mark: str) -> HostClock | None:
    """The clocks in the name of a mapping record; None if it is any other name."""
    name, *numbers = mark.split(" ")
    if name != CLOCK_MARK or len(numbers) != 2 or not all(map(str.isdecimal, numbers)):
        return None
    return HostClock(*map(int, numbers))


def real_ahead() -> int:
    """How many nanoseconds this machine's real-time clock is ahead now."""
    before = time.monotonic_ns()
    real = time.time_ns()
    return real - (before + time.monotonic_ns()) // 2


def is_real(moment: int) -> bool:
    """Whether a time can only come from the real-time clock."""
    return moment >= _REAL


def on_one_clock(readers: Sequence[RecordReader], ahead: int | None = None) -> list[RecordReader]:
    """Convert logs to the monotonic clock if one of the traces uses it; returns those that cannot be.

    No records may have been read yet. A guest's stream does not count: its times are its own.
    """
    if len(readers) < 2:
        return []
    firsts = [(reader, reader.first_time()) for reader in readers if reader.layout.version is not None]
    dated = [reader for reader, first in firsts if first is not None and is_real(first)]
    if not any(first is not None and first >= 0 and not is_real(first) for _, first in firsts):
        return []
    said = [reader.host_clock.ahead for reader in readers if reader.host_clock]
    if ahead is None and said:
        ahead = said[0]
    for reader in dated:
        if reader.layout == LOG and ahead is not None:
            reader.ahead = ahead
    return [reader for reader in dated if not reader.ahead]
