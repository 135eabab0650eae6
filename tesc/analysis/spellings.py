"""The identifiers that generated code makes of events' names, and which of them have several owners."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from tesc.analysis.groups import groups_of
from tesc.units import name_spaces
from tesc.units.plain_events import names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit

# The space of each identifier that `spelled` returns.
EVENT_SPACES = [space for kind in name_spaces.OF_EVENT for space in kind.spaces]

# How many events are counted in one step.
_AT_A_TIME = 100
# A power of two, large enough that sorting one piece takes no time.
_PIECES = 64


def spelled(name: str) -> list[str]:
    """The identifiers of an event, one for each of EVENT_SPACES."""
    return [kind.spelled(name) for kind in name_spaces.OF_EVENT for _ in kind.spaces]


class SharedSpellings:
    """How many owners each spelling has: events, groups, and the program around generated code.

    Spellings are counted by their hashes. Two spellings with the same hash seem to be one, until a rule
    compares them. A tree has a hundred thousand spellings, so the first count is kept in arrays of numbers,
    which copies share; each copy has its own differences.
    """

    def __init__(self) -> None:
        # The hashes of the first count by their last bits, sorted; one for each owner.
        self._first = [array("q") for _ in range(_PIECES)]
        # How many more or fewer owners some hashes have now.
        self._changes: dict[int, int] = {}

    @staticmethod
    def counted(units: Sequence[Unit], settings: Settings) -> Generator[None, None, SharedSpellings]:
        """Count the spellings of some units and of QEMU, in steps, between which other work may run."""
        counts = SharedSpellings()
        for foreign in (*name_spaces.USED, *name_spaces.OF_QEMU):
            counts._put(hash((space, foreign.text)) for space in foreign.spaces)
        for group in groups_of(units, settings):
            for kind in name_spaces.OF_GROUP:
                counts._put(hash((space, kind.spelled(group))) for space in kind.spaces)
        for unit in units:
            names = names_in(unit)
            for start in range(0, len(names), _AT_A_TIME):
                yield
                for name in names[start : start + _AT_A_TIME]:
                    counts._put(_hashes(name))
        for at, piece in enumerate(counts._first):
            yield
            counts._first[at] = array("q", sorted(piece))
        return counts

    def copy(self) -> SharedSpellings:
        other = object.__new__(SharedSpellings)
        other._first = self._first
        other._changes = dict(self._changes)
        return other

    def add(self, names: Iterable[str]) -> bool:
        """Count the spellings of some more events; true if any of them also has another owner."""
        return max((self._count(_hashes(name), 1) for name in names), default=0) > 1

    def remove(self, names: Iterable[str]) -> bool:
        """Stop counting those of some events; true if any of them also has another owner."""
        return max((self._count(_hashes(name), -1) for name in names), default=0) > 0

    def _put(self, hashes: Iterable[int]) -> None:
        for one in hashes:
            self._first[one % _PIECES].append(one)

    def _count(self, hashes: Iterable[int], by: int) -> int:
        """Add `by` to the owners of some hashes; returns the largest number that results."""
        most = 0
        for one in hashes:
            change = self._changes.pop(one, 0) + by
            if change:
                self._changes[one] = change
            most = max(most, self._counted_first(one) + change)
        return most

    def _counted_first(self, one: int) -> int:
        piece = self._first[one % _PIECES]
        at = end = bisect_left(piece, one)
        while end < len(piece) and piece[end] == one:
            end += 1
        return end - at


def _hashes(name: str) -> Iterator[int]:
    """A hash for each spelling of an event's name; the first one ignores case."""
    yield hash(name.upper())
    yield from {hash(pair) for pair in zip(EVENT_SPACES, spelled(name))}
