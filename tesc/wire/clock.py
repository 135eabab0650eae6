"""Two clocks: the host's time for what the guest's clock counted.

A frame arrives some time after it was made, never before: so of all hellos the one that arrived with the
least delay says best what the guest's clock was. How fast the guest's clock runs it says itself; over
longer times that is measured, between the quickest hellos of the first and of the last stretch.
"""

from __future__ import annotations

_SECOND = 1_000_000_000
# Hellos closer to each other than this say little of how fast the clock runs.
_STRETCH = 10 * _SECOND
# What a clock may be off and still be that of a computer: a thousandth.
_MOST_DRIFT = 1e-3


class GuestClock:
    """From ticks of the guest's clock to nanoseconds of the host's.

    `uncertainty` is how many nanoseconds a time may be off: the spread of the delays that were seen.
    """

    def __init__(self) -> None:
        self.frequency = 0
        self._first: tuple[int, int] | None = None
        self._best: tuple[int, int] | None = None  # host minus guest, and the guest's time
        self._worst = 0
        self._rate = 1.0

    def hello(self, ticks: int, frequency: int, arrival: int) -> None:
        """A hello with the guest's time came at a time of the host's, in nanoseconds."""
        if frequency != self.frequency:
            self.frequency, self._first, self._best, self._worst, self._rate = frequency, None, None, 0, 1.0
        guest = self._nanoseconds(ticks)
        delay = arrival - round(guest * self._rate)
        if self._first is None or self._best is None or guest < self._first[0]:
            self._first = self._best = None
            self._first, self._best, self._worst = (guest, arrival), (delay, guest), delay
            return
        first_guest, first_arrival = self._first
        if guest - first_guest >= _STRETCH:
            rate = (arrival - first_arrival) / (guest - first_guest)
            if abs(rate - 1) < _MOST_DRIFT:
                self._best = (self._best[0] + round(guest * (self._rate - rate)), guest)
                self._rate = rate
                delay = arrival - round(guest * rate)
                self._worst = max(self._worst, self._best[0])
        if delay < self._best[0]:
            self._best = (delay, guest)
        self._worst = max(self._worst, delay)

    def _nanoseconds(self, ticks: int) -> int:
        return ticks * _SECOND // self.frequency if self.frequency else ticks

    @property
    def known(self) -> bool:
        """Whether a hello has said what the clock is."""
        return self._best is not None and self.frequency > 0

    @property
    def drift(self) -> float:
        """How much faster than the guest's the host's clock runs, as a fraction."""
        return self._rate - 1

    @property
    def uncertainty(self) -> int:
        return 0 if self._best is None else max(self._worst - self._best[0], 0)

    def guest(self, ticks: int) -> int:
        """The guest's own time in nanoseconds."""
        return self._nanoseconds(ticks)

    def host(self, ticks: int) -> int:
        """The host's time for the guest's."""
        assert self._best is not None
        return max(round(self._nanoseconds(ticks) * self._rate) + self._best[0], 0)
