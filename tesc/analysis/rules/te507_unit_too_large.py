from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class UnitTooLarge(UnitErrorRule):
    """A file and what it includes hold too much.

    A unit has at most 1,048,576 events, and 65,536 includes lead to them. A few files that include each
    other twice under different prefixes, level by level, can exceed that. What comes after the limit
    is left out.

    Wrong:

        # one of 17 files, each of which includes the next one twice
        include "next" prefix a_
        include "next" prefix b_

    Right:

        boot(void) "boot"
    """

    code = "TE507"
    name = "unit-too-large"


RULE = UnitTooLarge()
