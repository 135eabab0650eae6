from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class ProbeDisabled(ChangeRule):
    """An event was disabled, so its probe is gone.

    A disabled event is compiled out: SystemTap and bpftrace scripts that name its probe no longer start,
    and LTTng finds no such tracepoint.

    Wrong:

        # before/trace-events
        disk_read(int sector) "sector %d"

        # after/trace-events
        disable disk_read(int sector) "sector %d"

    Right:

        # before/trace-events
        disk_read(int sector) "sector %d"

        # after/trace-events
        disk_read(int sector) "sector %d"
        disable disk_flush(int sector) "sector %d"
    """

    code = "TE811"
    name = "probe-disabled"
    kinds = ("probe", "name")

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what == "disabled":
                yield report(change, f"the probe '{change.name}' is gone: the event is disabled now")


RULE = ProbeDisabled()
