from __future__ import annotations

from tesc.analysis.change_reports import report
from tesc.analysis.rule import ChangeRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.comparison.changes import EventChange
    from tesc.config.settings import Settings


class WireIdChanged(ChangeRule):
    """The ID of a guest's event changed.

    A guest sends IDs, which are the positions of events in the file that it was built with. After this
    change, firmware that was built before it is decoded as other events. Add new events at the end of a
    guest's file, and keep removed ones as `disable`. This is checked only for events that cross from a
    guest.

    Wrong:

        # before/trace-events
        include "guest/trace-events" prefix fw_ base 0x100

        # before/guest/trace-events
        boot(void) "boot"
        panic(int code) "code %d"

        # after/trace-events
        include "guest/trace-events" prefix fw_ base 0x100

        # after/guest/trace-events
        boot(void) "boot"
        reset(void) "reset"
        panic(int code) "code %d"

    Right:

        # before/trace-events
        include "guest/trace-events" prefix fw_ base 0x100

        # before/guest/trace-events
        boot(void) "boot"
        panic(int code) "code %d"

        # after/trace-events
        include "guest/trace-events" prefix fw_ base 0x100

        # after/guest/trace-events
        boot(void) "boot"
        panic(int code) "code %d"
        reset(void) "reset"
    """

    code = "TE801"
    name = "wire-id-changed"
    kinds = ("wire",)

    def check(self, changes: Sequence[EventChange], settings: Settings) -> Iterator[Report]:
        for change in changes:
            if change.what == "ids" and change.old is not None and change.new is not None:
                was, now = change.old, change.new
                if was.wire_id != now.wire_id:
                    message = f"'{now.name}' has wire ID {now.wire_id} instead of {was.wire_id}"
                else:
                    message = f"'{now.name}' has stream ID {now.stream_id:#x} instead of {was.stream_id:#x}"
                yield report(change, message, "add events at the end of a guest's file, and keep its base")


RULE = WireIdChanged()
