from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class EventRemoved(ChangeRule):
    """An event was removed.

    `-trace` patterns and lists of events that name it match nothing, which QEMU does not report. Its
    probe is gone, so scripts do not start. Code that calls it does not compile. To approve the removal,
    add a comment to its file: `# tesc: removed NAME reason`.

    Wrong:

        # before/trace-events
        disk_read(int sector) "sector %d"
        disk_spin_up(void) "spinning"

        # after/trace-events
        disk_read(int sector) "sector %d"

    Right:

        # before/trace-events
        disk_read(int sector) "sector %d"
        disk_spin_up(void) "spinning"

        # after/trace-events
        # tesc: removed disk_spin_up disks do not spin any more
        disk_read(int sector) "sector %d"
    """

    code = "TE831"
    name = "event-removed"
    kinds = ("name", "probe", "text", "source")

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what == "removed":
                help_ = f"if this is intended: '# tesc: removed {change.name} REASON'"
                where = "here" if change.beside else "with its whole file"
                yield report(change, f"the event '{change.name}' was removed {where}", help_)


RULE = EventRemoved()
