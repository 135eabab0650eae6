from __future__ import annotations

from tesc.analysis.formats.reports import mismatches
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class StringFromNonString(EventRule):
    """A `%s` prints a parameter that is not a string.

    printf reads the memory that the argument points to, up to a NUL. With a number, or a pointer to
    something else, the program crashes or prints whatever is there. Pointers to `char`, `signed char` and
    `unsigned char` are strings; `void *` is not.

    Wrong:

        job_start(void *job, int state) "job %s state %s"

    Right:

        job_start(void *job, int state) "job %p state %d"
    """

    code = "TE415"
    name = "string-from-non-string"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        return mismatches(event, tree, settings, self.code)


RULE = StringFromNonString()
