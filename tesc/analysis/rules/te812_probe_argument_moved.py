from __future__ import annotations

from tesc.analysis.change_reports import names, report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings
    from tesc.units.unit import UnitEvent


class ProbeArgumentMoved(ChangeRule):
    """A probe's argument moved or was removed.

    dtrace(1) probes have no names for their arguments: bpftrace and perf know them as `arg0`, `arg1` and
    so on, and a script continues to read whatever is there now. Adding a parameter after the last one
    moves nothing.

    Wrong:

        # before/trace-events
        disk_read(int sector, int count) "%d+%d"

        # after/trace-events
        disk_read(void *disk, int sector, int count) "disk %p %d+%d"

    Right:

        # before/trace-events
        disk_read(int sector, int count) "%d+%d"

        # after/trace-events
        disk_read(int sector, int count, void *disk) "%d+%d disk %p"
    """

    code = "TE812"
    name = "probe-argument-moved"
    reference = "tracers"
    kinds = ("probe",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        seen = set()
        for change in changes:
            old, new = change.old, change.new
            if old is None or new is None or id(new) in seen:
                continue
            if change.what not in ("parameter-added", "parameter-removed", "parameters-reordered"):
                continue
            if change.what == "parameter-added" and _begins_as_before(old, new):
                continue
            seen.add(id(new))
            message = f"the arguments of the probe '{change.name}' were {names(old)}, and are {names(new)}"
            yield report(change, message, "add parameters at the end, and keep those that scripts read")


def _begins_as_before(old: UnitEvent, new: UnitEvent) -> bool:
    """Whether the old parameters are still at their positions, whatever their names."""
    kept = [name for _, name in new.parameters[: len(old.parameters)]]
    return kept == [name for _, name in old.parameters]


RULE = ProbeArgumentMoved()
