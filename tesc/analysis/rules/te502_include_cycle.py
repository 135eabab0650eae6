from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeCycle(UnitErrorRule):
    """A file includes itself, directly or through others.

    There is no end to what that means, whatever prefixes the includes have. The message shows the way
    from the file to itself.

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
