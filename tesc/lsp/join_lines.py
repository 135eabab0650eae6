"""Joins an event that is broken into several lines."""

from __future__ import annotations

from tesc.analysis.diagnostic import SourceEdit
from tesc.syntax.outline import open_literal
from tesc.syntax.plain_events import plain_event
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.view import View

_MOST_LINES = 4


def join_edits(view: View, line: int) -> tuple[SourceEdit, ...]:
    """The edits that join a line with lines around it to form an event; empty if they do not form one."""
    last = len(view.source.line_starts)
    for number in range(_MOST_LINES, 1, -1):
        for first in range(max(line - number + 1, 1), min(line, last - number + 1) + 1):
            edits = _event_of(view, first, number)
            if edits:
                return edits
    return ()


def _event_of(view: View, first: int, number: int) -> tuple[SourceEdit, ...]:
    lines = [view.source.line_text(line) for line in range(first, first + number)]
    if any(not line.strip(" \t") or line.lstrip(" \t").startswith("#") for line in lines):
        return ()
    if all(plain_event(line, 0, 1) for line in lines):
        return ()
    text = lines[0]
    edits = []
    for line, following in enumerate(lines[1:], first):
        # Text in a string stays unchanged.
        inside = open_literal(text) is not None
        before = text if inside else text.rstrip(" \t\\")
        after = following if inside else following.lstrip(" \t")
        blank = "" if inside or before.endswith("(") or after.startswith(("(", ")", ",")) else " "
        starts = view.source.line_starts
        begin = starts[line - 1] + len(view.source.line_text(line)) - (len(text) - len(before))
        span = Span(begin, starts[line] + len(following) - len(after))
        edits.append(SourceEdit(view.source, span, blank))
        text = f"{before}{blank}{after}"
    return tuple(edits) if plain_event(text, 0, 1) else ()
