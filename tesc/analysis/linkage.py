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
        # Only few units come up; they live longer than this.
        self._known: dict[int, bool] = {}

    def together(self, one: Unit, other: Unit) -> bool:
        """Whether two units may be in one program, whatever folders their events come from."""
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

    def meet(self, one: tuple[Unit, UnitEvent], other: tuple[Unit, UnitEvent]) -> bool:
        """Whether two events, each with its unit, can be linked into one program."""
        if one[0] is other[0]:
            return True
        if not self.together(one[0], other[0]):
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
    """Which of the folders an event's file lies in (the innermost), independent of the working directory."""
    path = os.path.abspath(event.source.file).replace(os.sep, "/")
    found = max(folders, key=lambda folder: path.rfind(f"/{folder}/"), default="")
    return found if f"/{found}/" in path else None


@record
class Clash:
    """Two events of one program that share a key: the first one declared, and a later one."""

    first: UnitEvent
    second: UnitEvent


def clashes(units: Sequence[Unit], settings: Settings, key: Callable[[str], str]) -> Iterator[Clash]:
    """The events whose names have the same key; a later event is paired once."""
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
            first = next((one for one in earlier if linkage.meet(one, mine)), None)
            earlier.append(mine)
            if first is not None:
                yield Clash(first[1], event)


def first_declared(event: UnitEvent) -> Related:
    """The place of the first of two declarations."""
    return Related(event.source, event.node.name_span, f"'{event.name}' is first declared here")


@record
class Repeated:
    """A file whose events clash with themselves, because the program contains it twice.

    `inclusion` is the include that adds it again, and `other` the include that added it first,
    or None where it is a root by itself; `clashes` are those of its events.
    """

    inclusion: Inclusion
    other: Inclusion | None
    clashes: tuple[Clash, ...]

    @property
    def related(self) -> tuple[Related, ...]:
        """The other include, or root, that adds the file to the program."""
        if self.other is None:
            return ()
        return (Related(self.other.source, self.other.include.path_span, "it is first included here"),)

    @property
    def events(self) -> str:
        """Its events, for the middle of a sentence."""
        name, more = self.clashes[0].second.name, len(self.clashes) - 1
        return f"'{name}'" + (f" and {more} more" if more else "")


def apart(found: Iterable[Clash]) -> tuple[list[Clash], list[Repeated]]:
    """Clashes of different declarations, and those of a declaration that is there twice, by include."""
    different = []
    again: dict[tuple[Inclusion, Inclusion | None], list[Clash]] = {}
    for clash in found:
        mine, other = _parting(clash.second.chain, clash.first.chain)
        if mine is None:
            mine, other = other, None
        if mine is None or clash.first.node is not clash.second.node:
            different.append(clash)
        else:
            again.setdefault((mine, other), []).append(clash)
    return different, [Repeated(mine, other, tuple(pairs)) for (mine, other), pairs in again.items()]


def _parting(
    mine: tuple[Inclusion, ...], other: tuple[Inclusion, ...]
) -> tuple[Inclusion | None, Inclusion | None]:
    """The first include of each of two chains that the other does not have."""
    return next((i for i in mine if i not in other), None), next((i for i in other if i not in mine), None)
