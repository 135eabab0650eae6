"""The guest's clock, estimated from arrivals: slow ports, busy readers, wrong rates, stopped machines."""

from __future__ import annotations

import random

import pytest

from tesc.trace.events import Catalogue
from tesc.trace.guest import GuestEvents, GuestTrace
from tesc.trace.receiving import Received, Receiver

US, MS, S = 1_000, 1_000_000, 1_000_000_000
BYTE = 50 * US


class Line:
    """A guest, a port that takes 50 us per byte, and a reader that gets each byte a little later.

    `rate` is the guest's clock rate relative to the host's; `late` is how long the reader is busy at first.
    """

    def __init__(self, toy, unit, rate: float = 1.0, late: int = 0) -> None:
        guest = GuestEvents(Catalogue(unit), "")
        self.receiver = Receiver(guest, "frames", GuestTrace())
        self.guest = toy(guest.schema, clock=True)
        self.rate, self.busy, self.rand = rate, 77 * S + late, random.Random(15)
        self.now = 77 * S
        self.stopped = 0
        self.sent: list[int] = []
        self.made: list[Received] = []

    def send(self, frames: list[bytes]) -> None:
        for byte in b"".join(frames):
            self.now += BYTE
            self.busy = max(self.busy, self.now) + self.rand.randrange(10 * US, 60 * US)
            self._take(self.receiver.take(bytes([byte]), self.busy))

    def event(self, wait: int) -> None:
        """An event after some time on the host's clock."""
        self.now += wait
        self.guest.time = round((self.now - 77 * S - self.stopped) * self.rate) + 3 * S
        self.sent.append(self.now)
        self.send(([] if len(self.sent) > 1 else self.guest.start()) + self.guest.event(0))

    def stop(self, wait: int) -> None:
        """The machine stops, and its clock with it."""
        self.now += wait
        self.stopped += wait

    def off(self) -> list[int]:
        """The error of each event's time, in microseconds."""
        self._take(self.receiver.finish())
        return [(one.time - time) // US for one, time in zip(self.made, self.sent)]

    def _take(self, made: list) -> None:
        self.made += [one for one in made if isinstance(one, Received)]


@pytest.fixture
def line(toy, unit_of):
    return lambda **options: Line(toy, unit_of('start(void) "start"\n'), **options)


def test_the_duration_of_a_frame_does_not_matter(line):
    """Nor does it matter that the reader was busy when the first frames came."""
    for late in (0, 20 * MS):
        port = line(late=late)
        for _ in range(200):
            port.event(3 * MS)
        off = port.off()
        assert len(off) == 200 and min(off) >= 0 and max(off) < 150
        assert 0 < port.receiver.clock.uncertainty < 150 * US


@pytest.mark.parametrize("rate", [0.6, 0.99, 1.0002, 1.5])
def test_a_clock_with_a_wrong_rate(line, rate):
    port = line(rate=rate)
    for _ in range(3000):
        port.event(9 * MS)
    off = port.off()
    assert max(map(abs, off[-1000:])) < 300
    assert port.receiver.clock.drift == pytest.approx(1 / rate - 1, abs=1e-5)


def test_a_machine_that_was_stopped(line):
    port = line()
    for wait in (0, 5 * S):
        port.stop(wait)
        for _ in range(400):
            port.event(10 * MS)
    off = port.off()
    assert max(map(abs, off[:400])) < 150 and max(map(abs, off[-200:])) < 150
    assert port.receiver.clock.drift == 0


def test_a_guest_that_starts_again_has_another_clock(line):
    port = line()
    for _ in range(300):
        port.event(10 * MS)
    port.stopped = port.now - 77 * S  # the clock starts again
    port.guest.time = 3 * S
    port.now += S
    port.stopped += S
    port.send(port.guest.start())
    for _ in range(300):
        port.event(10 * MS)
    off = port.off()
    assert len(off) == 600 and max(map(abs, off)) < 150


def test_held_events_can_be_released(line):
    port = line()
    port.event(MS)
    assert port.receiver.holding and not port.made
    assert len(port.receiver.release()) == 1 and not port.receiver.holding
