from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeTooDeep(UnitErrorRule):
    """Includes are nested too deep, or lead to too much.

    A file may be included by a file that is included, and so on, 64 times. A unit has at most 1,048,576
    events, and 65,536 includes lead to them: a few files that include each other twice under different
    prefixes, level by level, can exceed that. What comes after a limit is left out.

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
