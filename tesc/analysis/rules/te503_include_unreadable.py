from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeUnreadable(UnitErrorRule):
    """An included file is there and can't be read.

    Only regular files of UTF-8 text up to 16 MiB are read, and only those that permissions let one read:
    no folders, devices or FIFOs.

    Wrong:

        # trace-events
        include "guest"

        # guest/trace-events
        boot(void) "boot"

    Right:

        # trace-events
        include "guest/trace-events"

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE503"
    name = "include-unreadable"


RULE = IncludeUnreadable()
