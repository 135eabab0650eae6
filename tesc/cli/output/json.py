"""One JSON array of all diagnostics, as cli.md's reference describes and the shipped schema fixes."""

from __future__ import annotations

import json

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
        "message": diagnostic.message,
        **_place(diagnostic.source, diagnostic.span),
        "event": diagnostic.event,
        "help": diagnostic.help,
        "related": [{**_place(r.source, r.span), "message": r.message} for r in diagnostic.related],
        "fix": {
            "safety": fix.safety,
            "edits": [{**_place(edit.source, edit.span), "text": edit.text} for edit in fix.edits],
        }
        if fix
        else None,
    }


def _place(source: Source, span: Span) -> dict[str, Any]:
    start = source.place(span.start)
    end = source.place(span.end)
    return {
        "path": source.path,
        "range": {
            "start": {"line": start[0], "column": start[1]},
            "end": {"line": end[0], "column": end[1]},
        },
    }
