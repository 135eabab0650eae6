from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class ProbeArgumentRenamed(ChangeRule):
    """A probe's argument was renamed.

    SystemTap's tapsets and LTTng's fields use the parameters' names: scripts, filters and queries that
    use the old one find nothing.

    Wrong:

        # before/trace-events
        disk_read(int sector) "sector %d"

        # after/trace-events
        disk_read(int lba) "sector %d"

    Right:

        # before/trace-events
        disk_read(int sector) "sector %d"

        # after/trace-events
        disk_read(int sector) "lba %d"
    """

    code = "TE814"
    name = "probe-argument-renamed"
    reference = "tracers"
    severity = "warning"
    kinds = ("probe",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what != "parameter-renamed" or change.old is None or change.new is None:
                continue
            assert change.position is not None and change.was is not None
            now, was = change.new.parameters[change.position][1], change.old.parameters[change.was][1]
            yield report(change, f"'{now}' of the probe '{change.name}' was called '{was}'")


RULE = ProbeArgumentRenamed()
