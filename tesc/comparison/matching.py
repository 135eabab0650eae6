"""Finds which event of an old version became which event of the new version.

Events with the same name are the same. The others may have been renamed: they are compared by their
parameters, formats, words of their names, and places, and the most similar ones become pairs if they are
similar enough.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from tesc.comparison import likeness
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from tesc.units.unit import UnitEvent

    HeadingOf = Callable[[UnitEvent], str]

# Chosen for renames between releases of QEMU: see tests/comparison/test_releases.py.
_ALIKE_ENOUGH = 0.6
# A feature that more events than this share says nothing about any two of them.
_COMMON = 40
# Events in whose names the same words changed were renamed together.
_KIN, _MOST_KIN = 0.03, 3


@record
class Pair:
    """An event before and after; None for an event that was added or removed."""

    old: UnitEvent | None
    new: UnitEvent | None

    @property
    def renamed(self) -> bool:
        """Whether the event's name changed."""
        return self.old is not None and self.new is not None and self.old.name != self.new.name


def no_heading(event: UnitEvent) -> str:
    """A `heading_of` for files without comments that name sources."""
    return ""


def match(
    old: Sequence[UnitEvent],
    new: Sequence[UnitEvent],
    renamed_from: Mapping[int, tuple[str, ...]] | None = None,
    heading_of: HeadingOf = no_heading,
) -> list[Pair]:
    """The pairs of two versions: the events of `new` in their order, then those that were removed.

    `renamed_from` has the former names of new events according to comments, by the `id` of the node.
    `heading_of` returns the source that a comment above an event names, or ''.
    """
    matcher = _Matcher(old, new, heading_of)
    matcher.by_name()
    matcher.by_comment(renamed_from or {})
    matcher.by_likeness()
    return matcher.pairs()


class _Matcher:
    def __init__(self, old: Sequence[UnitEvent], new: Sequence[UnitEvent], heading_of: HeadingOf) -> None:
        self._old = old
        self._new = new
        self._heading_of = heading_of
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
        """Pair events with the same name, those in the same file first."""
        for same_file in (True, False):
            known: dict[tuple[str, str], list[int]] = defaultdict(list)
            for i, event in enumerate(self._old):
                if i not in self._taken:
                    known[event.name, event.source.path if same_file else ""].append(i)
            for j, event in enumerate(self._new):
                same = known.get((event.name, event.source.path if same_file else ""))
                if j not in self._partner and same:
                    self._join(same.pop(0), j)

    def by_comment(self, renamed_from: Mapping[int, tuple[str, ...]]) -> None:
        """Pair events with the old events that comments name."""
        if not renamed_from:
            return
        left = {event.name: i for i, event in enumerate(self._old) if i not in self._taken}
        for j, event in enumerate(self._new):
            for name in renamed_from.get(id(event.node), ()):
                if j not in self._partner and name in left:
                    self._join(left.pop(name), j)

    def by_likeness(self) -> None:
        """Pair the most similar of the remaining events."""
        gone = [i for i in range(len(self._old)) if i not in self._taken]
        fresh = [j for j in range(len(self._new)) if j not in self._partner]
        if not gone or not fresh:
            return
        candidates = self._candidates(gone, fresh)
        kin = Counter(map(self._exchange, candidates))
        place = self._places(candidates)
        scored = [
            (
                self._score(i, j, place(i, j)) + _KIN * min(kin[self._exchange((i, j))] - 1, _MOST_KIN),
                -i,
                -j,
            )
            for i, j in candidates
        ]
        for score, i, j in sorted(scored, reverse=True):
            if score < _ALIKE_ENOUGH:
                break
            if -i not in self._taken and -j not in self._partner:
                self._join(-i, -j)

    def _places(self, candidates: set[tuple[int, int]]) -> Callable[[int, int], float]:
        """How similar the places of two events are, from -1 to 1."""
        moved = {(self._old[i].source.path, self._new[j].source.path) for j, i in self._partner.items()}
        after = {self._new[j].source.path for _, j in candidates}
        old = {
            (event.source.path, self._heading_of(event)) for event in self._old if event.source.path in after
        }

        def place(i: int, j: int) -> float:
            a, b = self._old[i], self._new[j]
            if a.source.path != b.source.path and (a.source.path, b.source.path) not in moved:
                return 0.0
            was, now = self._heading_of(a), self._heading_of(b)
            if was == now:
                return 1.0
            # A source that existed before had its own events.
            return -1.0 if was and now and (b.source.path, now) in old else 0.5

        return place

    def _exchange(self, pair: tuple[int, int]) -> Hashable:
        """The words that changed if two events are the same, and the file."""
        a, b = self._old[pair[0]], self._new[pair[1]]
        return a.source.path, b.source.path, likeness.exchanged(a.name, b.name)

    def _join(self, i: int, j: int) -> None:
        self._partner[j] = i
        self._taken.add(i)

    def _candidates(self, gone: list[int], fresh: list[int]) -> set[tuple[int, int]]:
        """Positions of pairs of events that share a feature with few others."""
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

    def _score(self, i: int, j: int, place: float) -> float:
        """How similar two events are: with 1 or more, they are almost certainly the same."""
        a, b = self._old[i], self._new[j]
        near = sum(self._partner.get(j + step) == i + step for step in (-1, 1) if i + step >= 0)
        name = likeness.of_names(a.name, b.name)
        signature = _or_name(likeness.of_parameters(a, b), name, bool(a.parameters or b.parameters))
        text = _or_name(likeness.of_texts(a, b), name, bool(a.format or b.format))
        return 0.34 * name + 0.28 * signature + 0.22 * text + 0.10 * place + 0.06 * near


def _or_name(found: float | None, name: float, one_has: bool) -> float:
    """A similarity; neutral if neither event has the compared part, weak if only one has it."""
    if found is not None:
        return found
    return 0.5 * name if one_has else name


def _keys(event: UnitEvent) -> Iterator[Hashable]:
    """Features that an event probably keeps when it is renamed."""
    words = likeness.words(event.name)
    yield from words
    yield from zip(words, words[1:])
    if event.parameters:
        yield _parameters(event)
    if event.format:
        yield event.format


def _parameters(event: UnitEvent) -> tuple[str, ...]:
    return tuple([f"{type_} {name}" for type_, name in event.parameters])
