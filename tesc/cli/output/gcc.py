"""One line per diagnostic, in gcc's format, for editors and build logs that know its format."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "information": "note"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    lines = []
    for diagnostic in diagnostics:
        line, column = diagnostic.source.place(diagnostic.span.start)
        where = f"{diagnostic.source.path}:{line}:{column}"
        what = f"{diagnostic.message} [{diagnostic.code}]"
        lines.append(f"{where}: {_LEVELS[diagnostic.severity]}: {what}\n")
        for related in diagnostic.related:
            at = "{}:{}".format(*related.source.place(related.span.start))
            lines.append(f"{related.source.path}:{at}: note: {related.message}\n")
    return "".join(lines)
