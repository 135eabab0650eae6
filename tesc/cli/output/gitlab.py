"""A Code Quality report of GitLab (its Code Climate subset): what a merge request introduces."""

from __future__ import annotations

import json

from tesc.analysis.fingerprint import fingerprints
from tesc.cli.output.concise import elsewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic

_SEVERITIES = {"error": "major", "warning": "minor", "information": "info"}


def render(diagnostics: Sequence[Diagnostic]) -> str:
    entries = []
    for diagnostic, fingerprint in zip(diagnostics, fingerprints(diagnostics)):
        begin, column = diagnostic.source.place(diagnostic.span.start)
        end, end_column = diagnostic.source.place(diagnostic.span.end)
        says = [f"{diagnostic.code}: {diagnostic.message}", *elsewhere(diagnostic)]
        entries.append(
            {
                "description": "; ".join(says),
                "check_name": diagnostic.name,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[diagnostic.severity],
                "location": {
                    "path": diagnostic.source.path,
                    # GitLab uses the lines; the positions are for people and other tools.
                    "lines": {"begin": begin, "end": end},
                    "positions": {
                        "begin": {"line": begin, "column": column},
                        "end": {"line": end, "column": end_column},
                    },
                },
            }
        )
    return json.dumps(entries, indent=1) + "\n"
