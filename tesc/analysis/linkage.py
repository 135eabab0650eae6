"""Which events of a run meet in one program, and which of those share a key."""

from __future__ import annotations

import os

from tesc.analysis.diagnostic import Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.schema.unit import Unit, UnitEvent


def clashes(
    units: Sequence[Unit], settings: Settings, key: Callable[[str], str]
) -> Iterator[tuple[UnitEvent, UnitEvent]]:
    """Pairs of events whose names have the same key: the first one declared, and a later one.

    Events of units that are never linked together do not meet. A later event is paired once.
    """
    seen: dict[str, list[UnitEvent]] = {}
    for unit in units:
        for event in unit.events:
            earlier = seen.setdefault(key(event.name), [])
            first = next((one for one in earlier if _meet(one, event, settings)), None)
            earlier.append(event)
            if first is not None:
                yield first, event


def _meet(one: UnitEvent, other: UnitEvent, settings: Settings) -> bool:
    """Whether two events can be linked into one program."""
    if one.source is other.source:
        return True
    for folders in settings.exclusive:
        mine = _folder_of(one, folders)
        theirs = _folder_of(other, folders)
        if mine and theirs and mine != theirs:
            return False
    return True


def _folder_of(event: UnitEvent, folders: tuple[str, ...]) -> str | None:
    """Which of the folders an event's file lies in: the innermost, wherever the run was started."""
    path = os.path.abspath(event.source.file).replace(os.sep, "/")
    found = max(folders, key=lambda folder: path.rfind(f"/{folder}/"), default="")
    return found if f"/{found}/" in path else None


def first_declared(event: UnitEvent) -> Related:
    """The place of the first of two declarations."""
    return Related(event.source, event.node.name_span, f"'{event.name}' is first declared here")
