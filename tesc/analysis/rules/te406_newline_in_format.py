from __future__ import annotations

import re

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

# What ends a format's text without adding to it: the quote, and empty strings after it.
_NOTHING = re.compile(r'"(?:[ \t]*"")*[ \t]*')


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
        text = event.format.text
        newlines = [flaw for flaw in event.format.parsed.flaws if flaw.kind == "newline"]
        for flaw in reversed(newlines):
            # Newlines at the end can be removed; without one in the middle, the text differs.
            fix = None
            if _NOTHING.fullmatch(text, flaw.end):
                text = text[: _begin(text, flaw.start)] + text[flaw.end :]
                fix = Fix("safe", (SourceEdit(tree.source, _cut(event.format, flaw), ""),))
            help_ = (
                "remove it: a newline is added after every event" if fix else "write a space, or two events"
            )
            yield Report(Span(start + flaw.start, start + flaw.end), NEWLINE, help_, fix=fix)


def _cut(form: Format, flaw: Flaw) -> Span:
    """A newline, with its string where that holds nothing else and follows something."""
    begin = _begin(form.text, flaw.start)
    before = form.text[: begin - 1].rstrip(" \t")
    for literal in form.parsed.literals:
        if before and (literal.start, literal.end) == (begin - 1, flaw.end + 1):
            return Span(form.start + len(before), form.start + literal.end)
    return Span(form.start + begin, form.start + flaw.end)


def _begin(text: str, at: int) -> int:
    """Where the line end with the newline at `at` begins: before its carriage returns."""
    while text[:at].endswith("\\r"):
        backslashes = len(text[: at - 1]) - len(text[: at - 1].rstrip("\\"))
        if backslashes % 2 == 0:  # an escaped backslash and the letter r
            break
        at -= 2
    return at


RULE = NewlineInFormat()
