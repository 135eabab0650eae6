from __future__ import annotations

from tesc.analysis.change_reports import names, report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class RecordedArgumentsChanged(ChangeRule):
    """An event's arguments differ from those in recorded traces.

    A record of the simple backend has values without names: a reader takes the names from its own
    declaration. After this change, a trace that was recorded before is read with values under the wrong
    names, or not at all. Keep each build's events file with its traces.

    Wrong:

        # before/trace-events
        disk_read(uint64_t sector, uint64_t count) "sector %" PRIu64 " count %" PRIu64

        # after/trace-events
        disk_read(uint64_t count, uint64_t sector) "count %" PRIu64 " sector %" PRIu64

    Right:

        # before/trace-events
        disk_read(uint64_t sector, uint64_t count) "sector %" PRIu64 " count %" PRIu64

        # after/trace-events
        disk_read(uint64_t sector, uint64_t count) "sector %" PRIu64 ", %" PRIu64 " sectors"
    """

    code = "TE802"
    name = "recorded-arguments-changed"
    severity = "warning"
    kinds = ("wire",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        seen = set()
        for change in changes:
            if change.old is None or change.new is None or id(change.new) in seen:
                continue
            if change.what in ("parameter-added", "parameter-removed", "parameters-reordered"):
                was, now = names(change.old), names(change.new)
                message = f"old records of '{change.name}' hold {was}, but are read as {now}"
            elif change.what == "parameter-type" and _becomes_text(change):
                name = change.new.parameters[change.position or 0][1]
                message = f"old records of '{change.name}' hold '{name}' as {_held(change)}"
            else:
                continue
            seen.add(id(change.new))
            yield report(change, message, "keep the events file of the old build to read its traces")


def _becomes_text(change: EventChange) -> bool:
    """Whether a number or an address became text, or the other way round."""
    return len({shape == "text" for shape in _shapes(change)}) == 2


def _held(change: EventChange) -> str:
    return "text, not as a number" if _shapes(change)[0] == "text" else "a number, not as text"


def _shapes(change: EventChange) -> list[str]:
    from tesc.comparison.readings import shape

    assert change.old is not None and change.new is not None
    assert change.was is not None and change.position is not None
    return [
        shape(change.old.parameters[change.was][0])[0],
        shape(change.new.parameters[change.position][0])[0],
    ]


RULE = RecordedArgumentsChanged()
