"""Recognizing a finding in another version of its file.

A fingerprint contains no lines and columns, so it stays the same when the finding moves. It is
made of the rule, the file, the event and the message, and numbers findings that have all of those
in common.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each diagnostic, 64 hexadecimal digits; all of them different."""
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
    """Rule, file, place and message; the place is the event or, without one, the line's text."""
    place = diagnostic.event
    if place is None:
        line, _ = diagnostic.source.place(diagnostic.span.start)
        place = diagnostic.source.line_text(line).strip()
    return diagnostic.code, diagnostic.source.path, place, diagnostic.message
