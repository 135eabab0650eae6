from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeTooDeep(UnitErrorRule):
    """Includes are nested too deep, or a unit is too large.

    Includes may be nested 64 deep. A unit may have at most 1,048,576 events and 65,536 includes: a few
    files that include each other twice under different prefixes, level by level, can exceed that.
    Everything after a limit is left out.

    Wrong:

        # a file that 64 files include, one through the other
        include "another-one"

    Right:

        boot(void) "boot"
    """

    code = "TE506"
    name = "include-too-deep"
    formerly = ("TE507", "unit-too-large")


RULE = IncludeTooDeep()
