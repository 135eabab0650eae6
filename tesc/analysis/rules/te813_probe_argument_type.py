from __future__ import annotations

from tesc.analysis.change_reports import declared, report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class ProbeArgumentType(ChangeRule):
    """The sign, width or kind of a probe's argument changed.

    Scripts read the number in a register, with the width and sign of the declaration, or read text
    through a pointer. A script that casts to the old type prints wrong values.

    Wrong:

        # before/trace-events
        disk_error(int code) "code %d"

        # after/trace-events
        disk_error(unsigned code) "code %u"

    Right:

        # before/trace-events
        disk_error(int code) "code %d"

        # after/trace-events
        disk_error(int code) "error %d"
    """

    code = "TE813"
    name = "probe-argument-type"
    reference = "tracers"
    severity = "warning"
    kinds = ("probe",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what != "parameter-type" or change.old is None or change.new is None:
                continue
            assert change.position is not None and change.was is not None
            now, was = declared(change.new, change.position), declared(change.old, change.was)
            yield report(change, f"'{now}' of the probe '{change.name}' was '{was}'")


RULE = ProbeArgumentType()
