"""Recognizes a finding in another version of its file.

A fingerprint contains no line or column, so it stays the same when the finding moves. It is computed from the
rule, the file, the event and the message, and a number if findings share all of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each diagnostic: 64 hexadecimal digits, no two the same."""
    from hashlib import sha256  # few outputs have fingerprints

    seen: dict[tuple[str, ...], int] = {}
    made = []
    for diagnostic in diagnostics:
        key = identity(diagnostic)
        number = seen.get(key, 0)
        seen[key] = number + 1
        text = "\0".join((*key, str(number)))
        made.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    return made


def identity(diagnostic: Diagnostic) -> tuple[str, str, str, str]:
    """A diagnostic's rule, file, place (its event or, without one, its line's text) and message."""
    place = diagnostic.event
    if place is None:
        line, _ = diagnostic.source.place(diagnostic.span.start)
        place = diagnostic.source.line_text(line).strip()
    return diagnostic.code, diagnostic.source.path, place, diagnostic.message
