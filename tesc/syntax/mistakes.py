"""What is wrong with a line that is no item, and what was probably meant. (placeholder)"""

from __future__ import annotations

from tesc.syntax.nodes import Event, Malformed, Problem
from tesc.syntax.source import Span


def explain(seen, text, start, line, error):
    at = start + min(getattr(error, "pos_in_stream", 0) or 0, len(text))
    begin = start + len(seen) - len(seen.lstrip(" \t"))
    end = start + len(seen.rstrip(" \t"))
    return Malformed(begin, end, line, None), [Problem("TE001", Span(at, min(at + 1, end)), "syntax error")]


def explain_declarations(event: Event) -> list[Problem]:
    return [Problem("TE307", p.span, "flaw " + p.declaration.flaw) for p in event.parameters if p.declaration.flaw]
