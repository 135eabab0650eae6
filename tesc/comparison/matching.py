"""Which event of an old version became which one of the new version.

An event keeps its identity with its name. What is left on both sides may have been renamed: such
events are compared by their parameters, formats, the words of their names, and their places, and
the most alike become pairs as long as they are alike enough.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from functools import lru_cache

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from tesc.units.unit import UnitEvent

# Chosen on renames between releases of QEMU, which benchmarks/renames looks at.
_ALIKE_ENOUGH = 0.62
# What so many events have in common says nothing about any two of them.
_COMMON = 40


@record
class Pair:
    """An event before and after; one of them is None where it was added or removed."""

    old: UnitEvent | None
    new: UnitEvent | None

    @property
    def renamed(self) -> bool:
        """True if it has another name now."""
        return self.old is not None and self.new is not None and self.old.name != self.new.name


def match(
    old: Sequence[UnitEvent],
    new: Sequence[UnitEvent],
    renamed_from: Mapping[int, tuple[str, ...]] | None = None,
) -> list[Pair]:
    """The pairs of two versions: the events of `new` in their order, then those that were removed.

    `renamed_from` has the old names that comments give to new events, by the `id` of the node.
    """
    matcher = _Matcher(old, new)
    matcher.by_name()
    matcher.as_told(renamed_from or {})
    matcher.by_likeness()
    return matcher.pairs()


class _Matcher:
    def __init__(self, old: Sequence[UnitEvent], new: Sequence[UnitEvent]) -> None:
        self._old = old
        self._new = new
        # Positions in the two versions.
        self._partner: dict[int, int] = {}
        self._taken: set[int] = set()

    def pairs(self) -> list[Pair]:
        found = [
            Pair(self._old[self._partner[j]] if j in self._partner else None, event)
            for j, event in enumerate(self._new)
        ]
        return found + [Pair(event, None) for i, event in enumerate(self._old) if i not in self._taken]

    def by_name(self) -> None:
        """Pair events that have the same name, those in the same file first."""
        for same_file in (True, False):
            known: dict[tuple[str, str], list[int]] = defaultdict(list)
            for i, event in enumerate(self._old):
                if i not in self._taken:
                    known[event.name, event.source.path if same_file else ""].append(i)
            for j, event in enumerate(self._new):
                same = known.get((event.name, event.source.path if same_file else ""))
                if j not in self._partner and same:
                    self._join(same.pop(0), j)

    def as_told(self, renamed_from: Mapping[int, tuple[str, ...]]) -> None:
        """Pair events with the old ones whose names comments give them."""
        if not renamed_from:
            return
        left = {event.name: i for i, event in enumerate(self._old) if i not in self._taken}
        for j, event in enumerate(self._new):
            for name in renamed_from.get(id(event.node), ()):
                if j not in self._partner and name in left:
                    self._join(left.pop(name), j)

    def by_likeness(self) -> None:
        """Pair the most alike of what is left over on both sides."""
        gone = [i for i in range(len(self._old)) if i not in self._taken]
        fresh = [j for j in range(len(self._new)) if j not in self._partner]
        if not gone or not fresh:
            return
        moved = self._moved_files()
        scored = [(self._score(i, j, moved), -i, -j) for i, j in self._candidates(gone, fresh)]
        for score, i, j in sorted(scored, reverse=True):
            if score < _ALIKE_ENOUGH:
                break
            if -i not in self._taken and -j not in self._partner:
                self._join(-i, -j)

    def _join(self, i: int, j: int) -> None:
        self._partner[j] = i
        self._taken.add(i)

    def _candidates(self, gone: list[int], fresh: list[int]) -> set[tuple[int, int]]:
        """Positions of events that have something in common which few others have."""
        having: dict[Hashable, list[int]] = defaultdict(list)
        for j in fresh:
            for key in _keys(self._new[j]):
                having[key].append(j)
        return {
            (i, j)
            for i in gone
            for key in _keys(self._old[i])
            if len(having.get(key, ())) <= _COMMON
            for j in having.get(key, ())
        }

    def _moved_files(self) -> set[tuple[str, str]]:
        """Old and new paths of which some event went from the one to the other."""
        return {(self._old[i].source.path, self._new[j].source.path) for j, i in self._partner.items()}

    def _score(self, i: int, j: int, moved: set[tuple[str, str]]) -> float:
        """How alike two events are: 1 and more are hardly two events."""
        a, b = self._old[i], self._new[j]
        place = (a.source.path, b.source.path)
        here = 1.0 if place[0] == place[1] or place in moved else 0.0
        near = sum(self._partner.get(j + step) == i + step for step in (-1, 1) if i + step >= 0)
        name = _ratio_of_names(a.name, b.name)
        signature = _ratio(_parameters(a), _parameters(b)) if a.parameters or b.parameters else name
        text = _ratio(tuple(a.format.split()), tuple(b.format.split())) if a.format or b.format else name
        return 0.34 * name + 0.28 * signature + 0.22 * text + 0.10 * here + 0.06 * near


def _keys(event: UnitEvent) -> Iterator[Hashable]:
    """What events that are one event under two names are likely to have in common."""
    words = _words(event.name)
    yield from words
    yield from zip(words, words[1:])
    if event.parameters:
        yield _parameters(event)
    if event.format:
        yield event.format


def _parameters(event: UnitEvent) -> tuple[str, ...]:
    return tuple([f"{type_} {name}" for type_, name in event.parameters])


@lru_cache(maxsize=65536)
def _words(name: str) -> tuple[str, ...]:
    return tuple([word for word in name.lower().split("_") if word])


def _ratio_of_names(a: str, b: str) -> float:
    return max(_ratio(_words(a), _words(b)), SequenceMatcher(None, a.lower(), b.lower(), False).ratio())


def _ratio(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """How much two sequences have in common, in their order: 0 to 1."""
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, False).ratio()
