from __future__ import annotations

import re

from tesc.analysis.rule import FileRule, Report
from tesc.syntax.nodes import Comment, Event
from tesc.syntax.source import Span
from tesc.units.facts import facts
from tesc.units.wording import invisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff]"
)
# Unicode's directional marks, which change the order in which text is shown.
_DIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class ControlCharacter(FileRule):
    """A line contains a tab or an invisible character.

    Tabs between words are accepted, but QEMU's tracetool rejects a tab within a type, and a tab in a
    format reaches the log as it is: write spaces, or `\\t`. Control characters, byte order marks and
    spaces other than U+0020 are rejected or end up in generated code. Unicode's directional marks can
    make a line look like a different one.

    Wrong: what looks like a space in this line is a no-break space.

        irq_raise(int\u00a0irq) "irq %d"

    Right:

        irq_raise(int irq) "irq %d"
    """

    code = "TE007"
    name = "control-character"

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        text = tree.source.text
        tabs = "\t" in text
        if not tabs and text.isascii() and text.replace("\n", "").replace("\r", "").isprintable():
            return
        comments, strings = _regions(tree)
        for match in _UNSEEN.finditer(text):
            at = match.start()
            harmless = not _DIRECTIONAL.match(match[0]) and not _CONTROL.match(match[0])
            if harmless and (_inside(comments, at) or _inside(strings, at)):
                continue
            yield Report(Span(at, at + 1), invisible(match[0]), "remove it, or write a space")
        # In profile qemu the rule on what tracetool rejects (TE009) reports tabs within types.
        reported = [fact.span for fact in facts(tree, "qemu")] if tabs and settings.profile == "qemu" else []
        # A tab before or after a comment is as harmless as one in it.
        starts = [*tree.source.line_starts, len(text)]
        lines = [Span(starts[c.line - 1], starts[c.line]) for c in tree.items if isinstance(c, Comment)]
        at = text.find("\t")
        while at >= 0:
            end = at + 1
            while text.startswith("\t", end):
                end += 1
            if not _inside(lines, at) and not _inside(reported, at):
                help_ = "write \\t" if _inside(strings, at) else "write a space"
                yield Report(Span(at, end), "a tab", help_, severity="warning")
            at = text.find("\t", end)


def _regions(tree: Tree) -> tuple[list[Span], list[Span]]:
    """The spans of comments, and those of the string literals of formats."""
    comments = [item.span for item in tree.items if isinstance(item, Comment)]
    strings = []
    for item in tree.items:
        if (
            isinstance(item, Event)
            and item.format
            and not (item.format.text.isascii() and item.format.text.isprintable())
        ):
            for piece in item.format.parsed.literals:
                strings.append(Span(item.format.start + piece.start, item.format.start + piece.end))
    return comments, strings


def _inside(spans: Sequence[Span], offset: int) -> bool:
    """Whether one of the spans, which are sorted, contains an offset."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle].end <= offset:
            low = middle + 1
        else:
            high = middle
    return low < len(spans) and spans[low].start <= offset


RULE = ControlCharacter()
