from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class MisplacedPrefix(UnitErrorRule):
    """A prefix is in the wrong place.

    `prefix NAME` applies to the whole file, so write it once, before the first event and the first
    include. It does not apply to included files: an include has a prefix of its own.

    Wrong:

        boot(void) "boot"
        prefix esp_

    Right:

        prefix esp_
        boot(void) "boot"
    """

    code = "TE505"
    name = "misplaced-prefix"


RULE = MisplacedPrefix()
