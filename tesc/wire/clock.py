"""Converts the guest's clock to the host's.

A frame arrives some time after it was made, never before it. So of all frames, the one with the least delay
shows the guest's clock best. The least delay of each quarter of a second is kept for about ten seconds, so
that a pause of the machine is noticed; a line below these delays shows how fast the guest's clock runs, since
the rate that it reports may be wrong.
"""

from __future__ import annotations

from collections import deque

_SECOND = 1_000_000_000
# The length of a stretch of the guest's time, for which one delay is kept, and the number of stretches.
_STRETCH = _SECOND // 4
_MOST = 40
# How many stretches show a clock's rate, and how many show a pause of the machine longer than this.
_ENOUGH = 8
_STOPPED, _STOP = 4, 5_000_000
_RECENT = 256
# After this many frames, the clock's estimate changes only by microseconds.
_SETTLED = 32

TYPE_CHECKING = False
if TYPE_CHECKING:
    Point = tuple[int, int]  # the guest's nanoseconds, and the difference from the host's


class GuestClock:
    """Converts ticks of the guest's clock to nanoseconds of the host's.

    `frequency` is as reported by the guest, in ticks per second, 0 if unknown. `drift` is how much faster the
    host's clock runs than the guest's, as a fraction. After a restart of the guest and its clock, use a new
    object.
    """

    def __init__(self, frequency: int = 0) -> None:
        self.frequency = frequency
        self.drift = 0.0
        self._points: dict[int, Point] = {}
        self._base: Point = (0, 0)
        self._beyond: deque[int] = deque(maxlen=_RECENT)

    def seen(self, ticks: int, arrival: int) -> None:
        """Note that a frame with the guest's time `ticks` arrived at `arrival`, in the host's nanoseconds."""
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
        """Forget delays that are too old, or from before a pause of the machine."""
        numbers = sorted(self._points)
        late = [self._points[number] for number in numbers[-1 - _STOPPED : -1]]
        stopped = len(numbers) > 2 * _STOPPED and all(
            delay - self._line(guest) > _STOP for guest, delay in late
        )
        for number in numbers[: -1 - _STOPPED] if stopped else numbers[:-_MOST]:
            del self._points[number]

    def _fit(self) -> None:
        """The line below all points, which is level unless the points clearly show a slope."""
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
        """Whether any frame has arrived."""
        return self.frequency > 0 and bool(self._points)

    @property
    def settled(self) -> bool:
        """Whether enough frames have arrived for the least delay to be small."""
        return len(self._beyond) >= _SETTLED

    @property
    def uncertainty(self) -> int:
        """How many nanoseconds a time may be off.

        Nine of ten frames were at most this much later than the fastest ones, whose own delay is unknown.
        """
        return sorted(self._beyond)[len(self._beyond) * 9 // 10] if self._beyond else 0

    def guest(self, ticks: int) -> int:
        """The guest's own time in nanoseconds."""
        return ticks * _SECOND // self.frequency if self.frequency else ticks

    def host(self, ticks: int) -> int:
        """The host's time, in nanoseconds, for the guest's."""
        guest = self.guest(ticks)
        return max(guest + self._line(guest), 0)


def _lower_edge(points: list[Point]) -> tuple[Point, Point]:
    """The edge of the lower convex hull of sorted points that is below their middle."""
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
