"""`textDocument/selectionRange`: how a selection grows, step by step."""

from __future__ import annotations

import re

from lsprotocol import types as t

from tesc.analysis.blocks import blocks_of
from tesc.lsp.targets import path_of
from tesc.syntax.nodes import Disable, Event, Include, Prefix
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.lsp.server import Server
    from tesc.lsp.view import View

_WORD = re.compile(r"\w+")


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_SELECTION_RANGE)
    def selection_range(ls: Server, params: t.SelectionRangeParams) -> list[t.SelectionRange] | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        return [_nested(view, view.offset(position)) for position in params.positions]


def _nested(view: View, offset: int) -> t.SelectionRange:
    """The innermost span around an offset, with the others as its parents."""
    selected = None
    for span in spans_around(view, offset):
        selected = t.SelectionRange(view.range(span), selected)
    return selected or t.SelectionRange(view.range(Span(offset, offset)))


def spans_around(view: View, offset: int) -> list[Span]:
    """The spans around an offset, from the whole text to the word, each inside the previous one."""
    given = [Span(0, len(view.text)), *_blocks(view, offset), *_in_item(view, offset), *_word(view, offset)]
    spans: list[Span] = []
    for span in given:
        if not span.start <= offset <= span.end:
            continue
        outer = spans[-1] if spans else None
        if outer is None or (outer.start <= span.start and span.end <= outer.end and span != outer):
            spans.append(span)
    return spans


def _blocks(view: View, offset: int) -> Iterator[Span]:
    for block in blocks_of(view.tree):
        if block.start <= offset <= block.end:
            yield block.span


def _in_item(view: View, offset: int) -> Iterator[Span]:
    item = view.item_at(offset)
    if item is None:
        return
    yield item.span
    if isinstance(item, Event):
        yield from _in_event(item, offset)
    elif isinstance(item, Include):
        yield item.path_span
        yield path_of(item)
    elif isinstance(item, Prefix):
        yield item.name.span
    elif isinstance(item, Disable) and item.patterns:
        yield Span(item.patterns[0].start, item.patterns[-1].span.end)
        yield from (word.span for word in item.patterns if _holds(word.span, offset))


def _in_event(event: Event, offset: int) -> Iterator[Span]:
    if event.open < offset <= event.close:
        yield Span(event.open, event.close + 1)
        yield event.parameters_span
        for parameter in event.parameters:
            if _holds(parameter.span, offset):
                yield parameter.span
                yield parameter.name_span if _holds(parameter.name_span, offset) else parameter.type_span
    form = event.format
    if form is not None and _holds(form.span, offset):
        yield form.span
        for piece in form.parsed.pieces:
            if _holds(Span(form.start + piece.start, form.start + piece.end), offset):
                yield Span(form.start + piece.start, form.start + piece.end)
                break
        # A conversion that a macro after the literal completes is not part of the literal.
        for conversion in form.parsed.conversions:
            span = Span(form.start + conversion.start, form.start + conversion.end)
            if span.start <= offset < span.end:
                yield span


def _word(view: View, offset: int) -> Iterator[Span]:
    start = view.source.line_starts[view.source.place(min(offset, len(view.text)))[0] - 1]
    line = view.source.line_text(view.source.place(min(offset, len(view.text)))[0])
    for match in _WORD.finditer(line):
        if match.start() <= offset - start <= match.end():
            yield Span(start + match.start(), start + match.end())
            return


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
