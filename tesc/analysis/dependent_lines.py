"""Adds the lines of the repository that a change breaks to its diagnostics, as related places."""

from __future__ import annotations

import os

from tesc.analysis.diagnostic import Related
from tesc.comparison.dependents import dependents
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.comparison.approvals import ChangeSet
    from tesc.comparison.dependents import Dependent
    from tesc.units.unit import UnitEvent

_WORDS = {
    "probe": "this script uses its probe",
    "text": "this expects its old text",
    "name": "this enables it by name",
}
# The family of rules that each kind of line depends on.
_FAMILIES = {"probe": ("TE81", "TE83"), "text": ("TE82", "TE83"), "name": ("TE811", "TE83")}


def with_dependents(
    found: Sequence[Diagnostic], changes: ChangeSet, events: Sequence[UnitEvent], paths: Sequence[str]
) -> list[Diagnostic]:
    """The diagnostics, each with the lines in the folders `paths` that its change breaks.

    `events` are the new version's: a pattern that still matches one of them is not broken.
    """
    old_names = {
        (change.new or change.old).name: change.old.name
        for change in changes.changes
        if change.old is not None
    }
    wanted = {old_names[one.event] for one in found if one.event in old_names}
    present = {event.name for event in events if not event.disabled}
    lines: dict[str, list[Dependent]] = {}
    for folder in paths:
        if os.path.isdir(folder):
            for name, ones in dependents(folder, wanted, present).items():
                lines.setdefault(name, []).extend(ones)
    return [
        replace(
            one, related=(*one.related, *_related(one, lines.get(old_names.get(one.event or "", ""), [])))
        )
        for one in found
    ]


def _related(diagnostic: Diagnostic, lines: Sequence[Dependent]) -> list[Related]:
    return [
        Related(line.source, line.span, _WORDS[line.kind])
        for line in lines
        if diagnostic.code.startswith(_FAMILIES[line.kind])
    ]
