from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeCycle(UnitErrorRule):
    """A file includes itself, directly or through others.

    Such an include never ends, whatever its prefix. The message shows the path from the file back to
    itself.

    Wrong:

        # trace-events
        include "common"

        # common
        include "trace-events"

    Right:

        # trace-events
        include "common"

        # common
        boot(void) "boot"
    """

    code = "TE502"
    name = "include-cycle"


RULE = IncludeCycle()
