"""Semantic tokens of C and Rust documents: uses of declared events.

Grammars recognize calls only by `trace_` and colour all of them. So for a declared event, the token is only
the event's name, and the rest is left to the grammar. For an undeclared one, the token is the whole function
name, which then looks like any other function.
"""

from __future__ import annotations

from tesc.lsp.naming import declarations_of
from tesc.lsp.positions import units
from tesc.lsp.tokens import number_of
from tesc.uses.use import DECLARATION, PASTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.sources import Sources, SourceView


def encoded_uses(
    sources: Sources, view: SourceView, encoding: str, lines: tuple[int, int] | None = None
) -> list[int]:
    """The tokens of a source, or of its lines (first, last), from 1, in the protocol's encoding."""
    made: list[int] = []
    starts = view.source.line_starts
    last_line = last = done = 0
    for use in sources.uses_in(view):
        if use.kind in (PASTED, DECLARATION) or use.start < done:
            continue
        if lines is not None and not lines[0] <= use.line <= lines[1]:
            continue
        declared = declarations_of(sources, view.path, use)
        if not declared and use.macro is not None:
            continue
        span = use.name_span if declared else use.span
        line = use.line - 1
        begin = starts[line]
        text = view.source.text
        column = units(text[begin : span.start], encoding)
        length = units(text[span.start : span.end], encoding)
        right = column - (last if line == last_line else 0)
        made += (line - last_line, right, length, number_of("macro" if use.capitals else "function"), 0)
        last_line, last, done = line, column, use.end
    return made
