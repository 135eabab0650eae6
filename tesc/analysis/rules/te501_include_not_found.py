from __future__ import annotations

from tesc.analysis.rule import UnitErrorRule


class IncludeNotFound(UnitErrorRule):
    """An included file does not exist or cannot be read.

    The path of an include is relative to the folder of the file that contains it, then to each folder of
    the include path (`-I`, `include-path`), and never to the working directory. Only readable regular
    files of UTF-8 text up to 16 MiB are read: no folders, devices or FIFOs.

    Wrong:

        include "no-such-file"

    Right:

        # trace-events
        include "guest/trace-events"

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE501"
    name = "include-not-found"
    formerly = ("TE503", "include-unreadable")


RULE = IncludeNotFound()
