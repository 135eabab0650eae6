"""One JSON array of all diagnostics, as documented, and defined by the shipped schema."""

from __future__ import annotations

import json

from tesc.cli.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.source import Source, Span


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return json.dumps([_entry(diagnostic) for diagnostic in diagnostics], indent=1) + "\n"


def _entry(diagnostic: Diagnostic) -> dict[str, Any]:
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        "message": printable(diagnostic.message),
        **_place(diagnostic.source, diagnostic.span),
        "event": diagnostic.event,
        "help": None if diagnostic.help is None else printable(diagnostic.help),
        "related": [
            {**_place(r.source, r.span), "message": printable(r.message)} for r in diagnostic.related
        ],
        "fix": {
            "safety": fix.safety,
            "edits": [{**_place(edit.source, edit.span), "text": printable(edit.text)} for edit in fix.edits],
        }
        if fix
        else None,
    }


def _place(source: Source, span: Span) -> dict[str, Any]:
    start = source.place(span.start)
    end = source.place(span.end)
    return {
        "path": printable(source.path),
        "range": {
            "start": {"line": start[0], "column": start[1]},
            "end": {"line": end[0], "column": end[1]},
        },
    }
