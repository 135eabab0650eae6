from __future__ import annotations

from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import prints_errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class ErrnoFormat(EventRule):
    """A format prints the text of `errno` with `%m`.

    By the time a tracer prints, `errno` may have changed, and most tracers print elsewhere: in another
    process, or later, from a file. Pass the error as an argument.

    Wrong:

        tap_open_failed(const char *name) "%s: %m"

    Right:

        tap_open_failed(const char *name, int err) "%s: error %d"
    """

    code = "TE405"
    name = "errno-format"
    reference = "tracers"
    by_pairs = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        if event.format is None or "m" not in event.format.text:
            return
        for conversion in event.format.parsed.conversions:
            if conversion.letter == "m":
                start = event.format.start
                yield Report(
                    Span(start + conversion.start, start + conversion.end),
                    prints_errno(conversion.text),
                    "pass the error as an argument, such as 'int err' with '%d'",
                )


RULE = ErrnoFormat()
