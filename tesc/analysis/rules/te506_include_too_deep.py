from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeTooDeep(UnitErrorRule):
    """Includes are nested too deep.

    A file may be included by a file that is included, and so on, 64 times. Nobody needs that many; a
    deeper nesting is most likely generated, and wrong.

    Wrong:

        # a file that 64 files include, one through the other
        include "another-one"

    Right:

        boot(void) "boot"
    """

    code = "TE506"
    name = "include-too-deep"


RULE = IncludeTooDeep()
