"""The changes of events between two versions, one fact at a time."""

from __future__ import annotations

from tesc.comparison.matching import match, no_heading
from tesc.comparison.readings import printed, shape
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from tesc.comparison.matching import HeadingOf, Pair
    from tesc.units.unit import UnitEvent

    What = Literal[
        "added",
        "removed",
        "renamed",
        "disabled",
        "enabled",
        "moved",
        "ids",
        "parameter-added",
        "parameter-removed",
        "parameters-reordered",
        "parameter-renamed",
        "parameter-type",
        "format",
    ]


@record
class EventChange:
    """One change of an event.

    `old` is None if the event was added, `new` if it was removed. `position` and `was` are the positions,
    from 0, of the changed parameter in the new and the old version; None if there is none. For a removed
    event, `beside` is the nearest event of its old file that still exists, or None.
    """

    what: What
    old: UnitEvent | None
    new: UnitEvent | None
    position: int | None = None
    was: int | None = None
    beside: UnitEvent | None = None

    @property
    def name(self) -> str:
        """The event's name now, or the old one if it was removed."""
        event = self.new or self.old
        assert event is not None
        return event.name


def changes_of(
    old: Sequence[UnitEvent],
    new: Sequence[UnitEvent],
    renamed_from: Mapping[int, tuple[str, ...]] | None = None,
    heading_of: HeadingOf = no_heading,
) -> list[EventChange]:
    """All changes between two versions, in the order of the new one; removed events come last.

    `renamed_from` and `heading_of` are as for `match`.
    """
    pairs = match(old, new, renamed_from, heading_of)
    neighbours = _neighbours(pairs)
    return [change for pair in pairs for change in _of_pair(pair, neighbours)]


def _neighbours(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """For each file of the old version, the events that the new version still has, in any file."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.old is not None and pair.new is not None:
            found.setdefault(pair.old.source.path, []).append(pair)
    return found


def _beside(gone: UnitEvent, neighbours: Iterable[Pair]) -> UnitEvent | None:
    """The event that is nearest to a removed one, preferably one that is still in the same file."""

    def distance(pair: Pair) -> tuple[bool, int]:
        assert pair.old is not None and pair.new is not None
        return pair.old.source.path != pair.new.source.path, abs(pair.old.node.line - gone.node.line)

    nearest = min(neighbours, key=distance, default=None)
    return nearest.new if nearest else None


def _of_pair(pair: Pair, neighbours: Mapping[str, Sequence[Pair]]) -> Iterator[EventChange]:
    old, new = pair.old, pair.new
    if old is None:
        yield EventChange("added", old, new)
        return
    if new is None:
        beside = _beside(old, neighbours.get(old.source.path, ()))
        yield EventChange("removed", old, new, beside=beside)
        return
    if old.name != new.name:
        yield EventChange("renamed", old, new)
    if old.disabled != new.disabled:
        yield EventChange("disabled" if new.disabled else "enabled", old, new)
    if old.source.path != new.source.path:
        yield EventChange("moved", old, new)
    if (old.crosses or new.crosses) and (old.stream_id, old.wire_id) != (new.stream_id, new.wire_id):
        yield EventChange("ids", old, new)
    if old.parameters != new.parameters:
        yield from _of_parameters(old, new)
    if printed(old.format) != printed(new.format):
        yield EventChange("format", old, new)


def _of_parameters(old: UnitEvent, new: UnitEvent) -> Iterator[EventChange]:
    before, after = old.parameters, new.parameters
    pairs = _paired(before, after)
    kept = {was for was, _ in pairs}
    for was in range(len(before)):
        if was not in kept:
            yield EventChange("parameter-removed", old, new, was=was)
    known = {position: was for was, position in pairs}
    order = [known[position] for position in sorted(known)]
    if order != sorted(order):
        moved = next(p for p, w in sorted(known.items()) if w != sorted(order)[sorted(known).index(p)])
        yield EventChange("parameters-reordered", old, new, position=moved, was=known[moved])
    for position in range(len(after)):
        if position not in known:
            yield EventChange("parameter-added", old, new, position=position)
            continue
        was = known[position]
        if before[was][1] != after[position][1]:
            yield EventChange("parameter-renamed", old, new, position=position, was=was)
        if shape(before[was][0]) != shape(after[position][0]):
            yield EventChange("parameter-type", old, new, position=position, was=was)


def _paired(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Positions of the same parameter before and after: paired by name, then by place among the others."""
    names = {name: position for position, (_, name) in enumerate(after)}
    pairs = [(was, names[name]) for was, (_, name) in enumerate(before) if name in names]
    left_before = [was for was in range(len(before)) if was not in {w for w, _ in pairs}]
    left_after = [position for position in range(len(after)) if position not in {p for _, p in pairs}]
    taken: set[int] = set()
    for was in left_before:
        for position in left_after:
            same_place = was == position and len(before) == len(after)
            same_shape = shape(before[was][0]) == shape(after[position][0])
            if position not in taken and (same_place or (same_shape and len(left_before) == len(left_after))):
                taken.add(position)
                pairs.append((was, position))
                break
    return pairs
