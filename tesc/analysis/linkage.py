"""Which events of a run are linked into one program, and which of those share a key."""

from __future__ import annotations

import os
from collections import Counter

from tesc.analysis.diagnostic import Related
from tesc.records import record
from tesc.units.unit import Inclusion, Unit, UnitEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tesc.config.settings import Settings


class Linkage:
    """Which units of a run are linked into one program."""

    def __init__(self, settings: Settings) -> None:
        self._exclusive = settings.exclusive
        self._of_qemu = settings.profile == "qemu"
        # Few units are asked about, and they outlive this object.
        self._known: dict[int, bool] = {}

    def may_link(self, one: Unit, other: Unit) -> bool:
        """Whether two units can be linked into one program, regardless of the folders of their events."""
        return one is other or not (self._is_alone(one) or self._is_alone(other))

    def _is_alone(self, unit: Unit) -> bool:
        """Whether a unit is never linked with another: it is a program by itself, or is not built."""
        alone = self._known.get(id(unit))
        if alone is None:
            alone = _is_guest(unit)
            if self._of_qemu and not alone:
                from tesc.analysis.meson import unlisted

                alone = unlisted(unit) is not None
            self._known[id(unit)] = alone
        return alone

    def may_link_events(self, one: tuple[Unit, UnitEvent], other: tuple[Unit, UnitEvent]) -> bool:
        """Whether two events, each with its unit, can be linked into one program."""
        if one[0] is other[0]:
            return True
        if not self.may_link(one[0], other[0]):
            return False
        if one[1].source is other[1].source:
            return True
        for folders in self._exclusive:
            mine = _folder_of(one[1], folders)
            theirs = _folder_of(other[1], folders)
            if mine and theirs and mine != theirs:
                return False
        return True


def _is_guest(unit: Unit) -> bool:
    """Whether a unit is a guest's own: a program by itself."""
    return next((event.crosses for event in unit.events if event.range == 0), False)


def _folder_of(event: UnitEvent, folders: tuple[str, ...]) -> str | None:
    """The innermost of the folders that contains an event's file, whatever the working directory."""
    path = os.path.abspath(event.source.file).replace(os.sep, "/")
    found = max(folders, key=lambda folder: path.rfind(f"/{folder}/"), default="")
    return found if f"/{found}/" in path else None


@record
class Clash:
    """Two events of one program that share a key: the first one declared, and a later one."""

    first: UnitEvent
    second: UnitEvent


def clashes(units: Sequence[Unit], settings: Settings, key: Callable[[str], str]) -> Iterator[Clash]:
    """Pairs of events whose names have the same key, for each later event one."""
    counts = Counter([key(event.name) for unit in units for event in unit.events])
    several = {text for text, count in counts.items() if count > 1}
    if not several:
        return
    linkage = Linkage(settings)
    seen: dict[str, list[tuple[Unit, UnitEvent]]] = {}
    for unit in units:
        for event in unit.events:
            text = key(event.name)
            if text not in several:
                continue
            mine = (unit, event)
            earlier = seen.setdefault(text, [])
            first = next((one for one in earlier if linkage.may_link_events(one, mine)), None)
            earlier.append(mine)
            if first is not None:
                yield Clash(first[1], event)


def first_declared(event: UnitEvent) -> Related:
    """The first of two declarations as a related place."""
    return Related(event.source, event.node.name_span, f"'{event.name}' is first declared here")


@record
class Repeated:
    """A file whose events clash with themselves, because the program contains it twice.

    `inclusion` is the include that adds the file again, and `other` the include that added it first, or None
    if the file is also a root; `clashes` are those of its events.
    """

    inclusion: Inclusion
    other: Inclusion | None
    clashes: tuple[Clash, ...]

    @property
    def related(self) -> tuple[Related, ...]:
        """The include that added the file first; empty if the file is a root."""
        if self.other is None:
            return ()
        return (Related(self.other.source, self.other.include.path_span, "it is first included here"),)

    @property
    def events(self) -> str:
        """The file's events, as part of a sentence: `'a' and 2 more`."""
        name, more = self.clashes[0].second.name, len(self.clashes) - 1
        return f"'{name}'" + (f" and {more} more" if more else "")


def separate(found: Iterable[Clash]) -> tuple[list[Clash], list[Repeated]]:
    """Clashes of two declarations, and those of one that is included twice, by include."""
    different = []
    again: dict[tuple[Inclusion, Inclusion | None], list[Clash]] = {}
    for clash in found:
        mine, other = _first_differing(clash.second.chain, clash.first.chain)
        if mine is None:
            mine, other = other, None
        if mine is None or clash.first.node is not clash.second.node:
            different.append(clash)
        else:
            again.setdefault((mine, other), []).append(clash)
    return different, [Repeated(mine, other, tuple(pairs)) for (mine, other), pairs in again.items()]


def _first_differing(
    mine: tuple[Inclusion, ...], other: tuple[Inclusion, ...]
) -> tuple[Inclusion | None, Inclusion | None]:
    """For each of two chains, its first include that is not in the other."""
    return next((i for i in mine if i not in other), None), next((i for i in other if i not in mine), None)
