from __future__ import annotations

from tesc.analysis.change_reports import declared, report
from tesc.analysis.rule import ChangeRule, Report
from tesc.units.identifiers import c_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class CallersMustChange(ChangeRule):
    """Existing calls of an event do not match its parameters.

    Code outside of this tree, such as a fork or a device under development, no longer compiles, or worse: it
    compiles and passes the arguments in the old order. Anyone who merges such code needs to know.

    Wrong:

        # before/trace-events
        disk_read(int sector, int count) "%d+%d"

        # after/trace-events
        disk_read(int sector) "%d"

    Right:

        # before/trace-events
        disk_read(int sector, int count) "%d+%d"

        # after/trace-events
        disk_read(int sector, int count) "sector %d, %d of them"
    """

    code = "TE841"
    name = "callers-must-change"
    severity = "information"
    kinds = ("source",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        seen = set()
        for change in changes:
            old, new = change.old, change.new
            if old is None or new is None or id(new) in seen:
                continue
            if change.what in ("parameter-added", "parameter-removed"):
                was, now = len(old.parameters), len(new.parameters)
                passed = f"{was} argument{'' if was == 1 else 's'}"
                message = f"calls of '{c_function(new.name)}' pass {passed}; it takes {now}"
                if was == now:
                    message = f"calls of '{c_function(new.name)}' pass different arguments than it takes"
            elif change.what == "parameters-reordered":
                message = f"calls of '{c_function(new.name)}' pass its arguments in the old order"
            elif change.what == "parameter-type" and _other_kind(change):
                assert change.position is not None
                parameter = declared(new, change.position)
                message = f"calls of '{c_function(new.name)}' pass the wrong kind of value for '{parameter}'"
            else:
                continue
            seen.add(id(new))
            yield report(change, message)


def _other_kind(change: EventChange) -> bool:
    """Whether a number became a pointer or text, or the other way round."""
    from tesc.comparison.readings import shape

    assert change.old is not None and change.new is not None
    assert change.was is not None and change.position is not None
    kinds = {
        shape(change.old.parameters[change.was][0])[0],
        shape(change.new.parameters[change.position][0])[0],
    }
    return len(kinds) == 2 and kinds != {"signed", "unsigned"}


RULE = CallersMustChange()
