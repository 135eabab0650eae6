"""How the names of events are spelled in generated code, and which of these spellings several events have."""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.groups import groups_of
from tesc.units import name_spaces
from tesc.units.plain_events import names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit

# The space of each of the spellings that `spelled` gives.
EVENT_SPACES = [space for kind in name_spaces.OF_EVENT for space in kind.spaces]

# Spellings that a copy counts by itself before it is made what others share.
_MOST_OWN = 2000
# Events that are counted in one step.
_AT_A_TIME = 100


@lru_cache(maxsize=65536)
def spelled(name: str) -> list[str]:
    """The identifiers of an event, one for each of EVENT_SPACES."""
    return [kind.spelled(name) for kind in name_spaces.OF_EVENT for _ in kind.spaces]


class SharedSpellings:
    """How many owners each spelling has: events, groups of files, and the program around generated code.

    Spellings are counted by their hashes. Two that have one in common only seem to be shared, which a
    rule then finds out.
    """

    def __init__(self) -> None:
        # What a copy changes is its own; the rest is shared.
        self._shared: dict[int, int] = {}
        self._counts: dict[int, int] = {}

    @staticmethod
    def counted(units: Sequence[Unit], settings: Settings) -> Generator[None, None, SharedSpellings]:
        """Count those of some units and of QEMU, in steps, between which others may work."""
        counts = SharedSpellings()
        for foreign in (*name_spaces.USED, *name_spaces.OF_QEMU):
            counts._count((hash((space, foreign.text)) for space in foreign.spaces), 1)
        for group in groups_of(units, settings):
            for kind in name_spaces.OF_GROUP:
                counts._count((hash((space, kind.spelled(group))) for space in kind.spaces), 1)
        for unit in units:
            names = names_in(unit)
            for start in range(0, len(names), _AT_A_TIME):
                yield
                counts.add(names[start : start + _AT_A_TIME])
        return counts

    def copy(self) -> SharedSpellings:
        if len(self._counts) > _MOST_OWN:
            self._shared = {**self._shared, **self._counts}
            self._counts = {}
        other = object.__new__(SharedSpellings)
        other._shared = self._shared
        other._counts = dict(self._counts)
        return other

    def add(self, names: Iterable[str]) -> bool:
        """Count the spellings of some more events; true if any of them has another owner, too."""
        return max((self._count(_hashes(name), 1) for name in names), default=0) > 1

    def remove(self, names: Iterable[str]) -> bool:
        """Count those of some events no more; true if any of them has another owner, too."""
        return max((self._count(_hashes(name), -1) for name in names), default=0) > 0

    def _count(self, hashes: Iterable[int], by: int) -> int:
        """Change how many owners some spellings have; returns the most that one of them has."""
        most = 0
        for one in hashes:
            before = self._counts.get(one)
            if before is None:
                before = self._shared.get(one, 0)
            self._counts[one] = before + by
            most = max(most, before + by)
        return most


def _hashes(name: str) -> Iterator[int]:
    """What stands for the spellings of an event, each once; first for its name, whatever its case."""
    yield hash(name.upper())
    yield from {hash(pair) for pair in zip(EVENT_SPACES, spelled(name))}
