from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import NEWLINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Flaw


class NewlineInFormat(EventRule):
    """A format contains a newline.

    Tracers add a newline after every event, so one at the end of a format leaves an empty line in the
    log, and one in the middle splits the event in two. QEMU's tracetool rejects both.

    Wrong:

        vm_paused(int reason) "reason %d\\n"

    Right:

        vm_paused(int reason) "reason %d"
    """

    code = "TE406"
    name = "newline-in-format"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        if event.format is None or "\\" not in event.format.text:
            return
        start = event.format.start
        parsed = event.format.parsed
        newlines = [flaw for flaw in parsed.flaws if flaw.kind == "newline"]
        at = left = len(parsed.joined)
        for flaw in reversed(newlines):
            # Newlines at the end can be removed, with the invisible spaces before them; one in the middle is
            # part of the text.
            at = parsed.joined.rindex("\n", 0, at)
            fix = None
            if at + 1 == left:
                left = len(parsed.joined[:at].rstrip("\r "))
                begin, _ = parsed.written(left, at + 1)
                fix = Fix("safe", (SourceEdit(tree.source, _cut(event.format, begin, flaw), ""),))
            help_ = (
                "remove it: a newline is added after every event" if fix else "write a space, or two events"
            )
            yield Report(Span(start + flaw.start, start + flaw.end), NEWLINE, help_, fix=fix)


def _cut(form: Format, begin: int, flaw: Flaw) -> Span:
    """The span of a line end, including its strings if they contain only that and are not the first."""
    before = form.text[: begin - 1].rstrip(" \t")
    literals = form.parsed.literals
    if (
        before
        and any(literal.start == begin - 1 for literal in literals)
        and any(literal.end == flaw.end + 1 for literal in literals)
    ):
        return Span(form.start + len(before), form.start + flaw.end + 1)
    return Span(form.start + begin, form.start + flaw.end)


RULE = NewlineInFormat()
