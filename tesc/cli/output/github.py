"""Workflow commands of GitHub Actions: each diagnostic becomes an annotation of its line."""

from __future__ import annotations

from tesc.cli.output.concise import elsewhere
from tesc.escaping import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "information": "notice"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(_command(diagnostic) for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    line, column = diagnostic.source.place(diagnostic.span.start)
    end_line, end_column = diagnostic.source.place(diagnostic.span.end)
    properties = {
        "title": f"{diagnostic.code} {diagnostic.name}",
        "file": diagnostic.source.path,
        "line": line,
        "col": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    text = "\n".join(filter(None, [diagnostic.message, *elsewhere(diagnostic), diagnostic.help]))
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_LEVELS[diagnostic.severity]} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    """Text with escapes for what would end a command (actions/toolkit, command.ts)."""
    # A carriage return would let a message overwrite its own line in the runner's log.
    text = printable(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
