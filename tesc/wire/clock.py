"""Two clocks: the host's time for what the guest's clock counted.

A frame arrives some time after it was made, never before: so of all frames the one that arrived with the
least delay says best what the guest's clock was. Delays are kept as the least one of each quarter of a second
for some ten seconds, so that a machine that was stopped meanwhile is noticed, and the line below them says
how fast the guest's clock runs: what it says of itself may be wrong.
"""

from __future__ import annotations

from collections import deque

_SECOND = 1_000_000_000
# How long a stretch of the guest's time is of which one delay is kept, and how many are.
_STRETCH = _SECOND // 4
_MOST = 40
# So many stretches say how fast a clock runs, and so many that a machine was stopped for longer than this.
_ENOUGH = 8
_STOPPED, _STOP = 4, 5_000_000
_RECENT = 256
# What a clock is after so many frames it stays, but for microseconds.
_SETTLED = 32

TYPE_CHECKING = False
if TYPE_CHECKING:
    Point = tuple[int, int]  # the guest's nanoseconds, the host's less those


class GuestClock:
    """From ticks of the guest's clock to nanoseconds of the host's.

    `frequency` is what the guest says, 0 if it does not. `drift` is how much faster than the guest's the
    host's clock runs, as a fraction. A guest that starts again, and its clock with it, takes another one.
    """

    def __init__(self, frequency: int = 0) -> None:
        self.frequency = frequency
        self.drift = 0.0
        self._points: dict[int, Point] = {}
        self._base: Point = (0, 0)
        self._beyond: deque[int] = deque(maxlen=_RECENT)

    def seen(self, ticks: int, arrival: int) -> None:
        """A frame with the guest's time came at a time of the host's, in nanoseconds."""
        guest = self.guest(ticks)
        delay = arrival - guest
        number = guest // _STRETCH
        known = self._points.get(number)
        if known is None or delay < known[1]:
            self._points[number] = (guest, delay)
            if known is None:
                self._new_stretch()
            if known is None or delay < self._line(guest):
                self._fit()
        self._beyond.append(delay - self._line(guest))

    def _new_stretch(self) -> None:
        """Forget what was too long ago, or before the machine was stopped."""
        numbers = sorted(self._points)
        late = [self._points[number] for number in numbers[-1 - _STOPPED : -1]]
        stopped = len(numbers) > 2 * _STOPPED and all(
            delay - self._line(guest) > _STOP for guest, delay in late
        )
        for number in numbers[: -1 - _STOPPED] if stopped else numbers[:-_MOST]:
            del self._points[number]

    def _fit(self) -> None:
        """The line below all points: a level one, unless that is clearly wrong."""
        points = sorted(self._points.values())
        guest, delay = min(points, key=lambda point: point[1])
        self._base, self.drift = (guest, delay), 0.0
        if len(points) >= _ENOUGH:
            left, right = _lower_edge(points)
            slope = (right[1] - left[1]) / (right[0] - left[0])
            off = max([y - left[1] - slope * (x - left[0]) for x, y in points])
            if 2 * off < max([y for _, y in points]) - delay:
                self._base, self.drift = left, slope

    def _line(self, guest: int) -> int:
        return self._base[1] + round((guest - self._base[0]) * self.drift)

    @property
    def known(self) -> bool:
        """Whether a frame has said what the clock is."""
        return self.frequency > 0 and bool(self._points)

    @property
    def settled(self) -> bool:
        """Whether so many frames came that the quickest of them is a quick one."""
        return len(self._beyond) >= _SETTLED

    @property
    def uncertainty(self) -> int:
        """How many nanoseconds a time may be off: by so many nine frames of ten were at most later than the
        quickest ones, of which nobody knows how quick they were.
        """
        return sorted(self._beyond)[len(self._beyond) * 9 // 10] if self._beyond else 0

    def guest(self, ticks: int) -> int:
        """The guest's own time in nanoseconds."""
        return ticks * _SECOND // self.frequency if self.frequency else ticks

    def host(self, ticks: int) -> int:
        """The host's time for the guest's."""
        guest = self.guest(ticks)
        return max(guest + self._line(guest), 0)


def _lower_edge(points: list[Point]) -> tuple[Point, Point]:
    """The edge of the lower hull of points, in the order of their places, that is below their middle."""
    hull: list[Point] = []
    for x, y in points:
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2:]
            if (y2 - y1) * (x - x1) < (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append((x, y))
    middle = sum([x for x, _ in points]) / len(points)
    return next((left, right) for left, right in zip(hull, hull[1:]) if right[0] >= middle)
