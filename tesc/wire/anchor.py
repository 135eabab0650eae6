"""Recovers full numbers from short ones: sequence numbers of six bits, times of 32."""

from __future__ import annotations

from collections import deque

from tesc.wire.packet import SEQUENCE_MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LOW_TIME = (1 << 32) - 1
_NUMBER = (1 << 32) - 1
# If more events than this would be missing, the next number means a restart.
_MOST_MISSED = 1 << 20
# The count of dropped events wraps; if it seems to have grown by more than this, it has started again.
_MOST_LOST = 1 << 31
# A guest sends a hello every 64 events, so keeping this many gaps is more than enough.
MOST_GAPS = 256


class Times:
    """Recovers full times from their low 32 bits; hellos are frequent enough for half that range."""

    def __init__(self) -> None:
        self.last = 0

    def full(self, low: int) -> int:
        """The time with these low bits that is nearest to the last time; CPUs may differ a little."""
        step = (low - self.last) & _LOW_TIME
        if step > _LOW_TIME >> 1:
            step -= 1 << 32
        self.last = max(self.last + step, 0)
        return self.last

    def before(self, time: int, lows: Iterable[int]) -> None:
        """Set the clock for events that were read before the hello that has the time."""
        self.last = time
        for low in reversed([*lows]):
            self.full(low)


class Sequence:
    """Counts missing events: modulo 64 between events, exactly between hellos."""

    def __init__(self) -> None:
        self.missing = 0
        self.dropped = 0
        self.exact = True
        self._next: int | None = None
        self._anchored = False
        self._lost: int | None = None
        # Since the last full number: how many events arrived, and the gaps (after which event, how many).
        self._came = 0
        self._gaps: deque[tuple[int, int, int]] = deque(maxlen=MOST_GAPS)
        self._in_gaps = 0

    def event(self, short: int) -> int:
        """Handle an event's six bits; returns how many events are missing before it."""
        if self._next is None:
            self._next = short
        gap = (short - self._next) & SEQUENCE_MASK
        if gap:
            self._gaps.append((self._came, gap, short))
            self._in_gaps += gap
        self._next += gap + 1
        self._came += 1
        self.missing += gap
        return gap

    def hello(self, sequence: int, lost: int, starts: bool) -> tuple[int, int, int, int, bool]:
        """Handle a full number.

        Returns how many more events are missing, how many the guest dropped, how many it had sent and dropped
        before the first one that was read, and whether it has restarted.
        """
        missing = before = lost_before = 0
        restarted = False
        if not starts:
            sequence = self._continued(sequence)
        if not self._anchored:
            before = sequence - self._came - self._in_gaps
            if before < 0:  # an unread restart is among the events so far
                before, self.exact, restarted = 0, False, True
            lost_before = 0 if starts and not before else lost
        else:
            assert self._next is not None and self._lost is not None
            restarted = starts or sequence < self._next or (lost - self._lost) & _NUMBER > _MOST_LOST
            if restarted:
                missing = self._restart(sequence)
                self._lost = 0
            else:
                missing = sequence - self._next
        dropped = 0 if self._lost is None else (lost - self._lost) & _NUMBER
        if not self._anchored and starts:
            dropped, lost_before = lost, 0
        self.missing += missing
        self.dropped += dropped
        self._anchored = True
        self._next, self._lost = sequence, lost
        self._came = self._in_gaps = 0
        self._gaps.clear()
        return missing, dropped, before, lost_before, restarted

    def _continued(self, sequence: int) -> int:
        """The count of all events since a guest's start, if possible, from its 32-bit number.

        A number far below the last one means a restart.
        """
        known = self._next or 0
        full = (known & ~_NUMBER) + sequence
        if self._anchored and full < known and full + _NUMBER + 1 - known < _MOST_MISSED:
            full += _NUMBER + 1
        return full if full >= known else sequence

    def _restart(self, sequence: int) -> int:
        """How many events since the restart are missing, if the next one has the number `sequence`.

        If the restart's hello was not read, one of the gaps since the last full number is the restart, and
        its count is wrong.
        """
        if sequence == 0:
            return 0
        self.exact = False
        best: tuple[int, int] | None = None
        later = 0
        for came, gap, short in reversed(self._gaps):
            behind = self._came - came + later
            later += gap
            if short + behind <= sequence:
                # Events before the first one that was read, and after the last one.
                fewest = (sequence - behind, gap)
                best = fewest if best is None else min(best, fewest)
        if best is None:
            return max(sequence - self._came, 0)
        missing, gap = best
        self.missing -= gap
        return missing
