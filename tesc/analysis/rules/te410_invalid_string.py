from __future__ import annotations

from tesc.analysis.rule import Report, SyntaxRule
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class InvalidString(SyntaxRule):
    """A string literal is not valid C: it is not closed, or has an unknown escape.

    A format reaches the compiler as it was written. C knows the escapes `\\n \\t \\\\ \\" \\' \\?`, `\\a
    \\b \\f \\r \\v`, octal (`\\33`) and hexadecimal ones (`\\x1b`). A backslash before any other
    character is a mistake, often for `\\\\`.

    Wrong:

        path_open(const char *name) "C:\\windows\\%s"

    Right:

        path_open(const char *name) "C:\\\\windows\\\\%s"
    """

    code = "TE410"
    name = "invalid-string"
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        yield from super().check(tree, settings)
        for event in tree.events:
            if event.format is None or "\\" not in event.format.text:
                continue
            for flaw in event.format.parsed.flaws:
                text = event.format.text[flaw.start : flaw.end]
                span = Span(event.format.start + flaw.start, event.format.start + flaw.end)
                if flaw.kind == "bad-escape":
                    yield Report(span, f"unknown escape '{text}'", "write '\\\\' for a backslash")


RULE = InvalidString()
