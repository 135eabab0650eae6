from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class EventRenamed(ChangeRule):
    """An event was renamed.

    `-trace` patterns, lists of events, and scripts that name its probe use the old one. A comment above
    the event, `# tesc: renamed-from OLD_NAME`, approves the change, and makes `tesc list` accept the old
    name and `tesc decode` read older traces that contain it.

    Wrong:

        # before/trace-events
        disk_read(int sector, int count) "sector %d count %d"

        # after/trace-events
        disk_load(int sector, int count) "sector %d count %d"

    Right:

        # before/trace-events
        disk_read(int sector, int count) "sector %d count %d"

        # after/trace-events
        # tesc: renamed-from disk_read
        disk_load(int sector, int count) "sector %d count %d"
    """

    code = "TE832"
    name = "event-renamed"
    kinds = ("name", "probe", "text", "source")

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what == "renamed" and change.old is not None:
                old = change.old.name
                help_ = f"if this is intended: '# tesc: renamed-from {old}' above it"
                yield report(change, f"the event '{change.name}' was called '{old}'", help_)


RULE = EventRenamed()
