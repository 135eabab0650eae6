from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class TextChanged(ChangeRule):
    """An event prints different text.

    Scripts, tests and people read the log backend's lines: what matched the old text does not match the
    new one. How a number's length is spelt (`%lx`, `PRIx64`) does not show in the text.

    Wrong:

        # before/trace-events
        disk_read(uint64_t sector) "sector %" PRIu64

        # after/trace-events
        disk_read(uint64_t sector) "lba 0x%" PRIx64

    Right:

        # before/trace-events
        disk_read(uint32_t sector) "sector %u"

        # after/trace-events
        disk_read(uint32_t sector) "sector %" PRIu32
    """

    code = "TE821"
    name = "text-changed"
    severity = "information"
    kinds = ("text",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what == "format" and change.old is not None:
                was = change.old.format.strip() or "no text"
                yield report(change, f"'{change.name}' prints different text; it was {was}")


RULE = TextChanged()
