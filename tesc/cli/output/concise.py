"""One line per diagnostic, whose place grep, editors and terminals recognize."""

from __future__ import annotations

from tesc.units.wording import line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(f"{heading(diagnostic)}\n" for diagnostic in diagnostics)


def heading(diagnostic: Diagnostic) -> str:
    one = diagnostic
    return line_of(one.source, one.span, one.severity, one.code, one.message)


def elsewhere(diagnostic: Diagnostic) -> list[str]:
    """The related places on other lines."""
    here = (diagnostic.source.path, diagnostic.source.place(diagnostic.span.start)[0])
    found = []
    for related in diagnostic.related:
        line, column = related.source.place(related.span.start)
        if (related.source.path, line) != here:
            found.append(f"{related.source.path}:{line}:{column}: {related.message}")
    return found
