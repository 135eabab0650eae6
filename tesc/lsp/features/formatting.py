"""`textDocument/formatting` and the like: canonical layout, as `tesc fmt` writes it."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.syntax import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Edit


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_FORMATTING)
    def formatting(ls: Server, params: t.DocumentFormattingParams) -> list[t.TextEdit] | None:
        view = ls.view(params.text_document)
        return None if view is None else _edits(view, layout.edits(view.tree))

    ranges = t.DocumentRangeFormattingOptions(ranges_support=True)

    @server.feature(t.TEXT_DOCUMENT_RANGE_FORMATTING, ranges)
    def range_formatting(ls: Server, params: t.DocumentRangeFormattingParams) -> list[t.TextEdit] | None:
        view = ls.view(params.text_document)
        return None if view is None else _edits(view, _within(view, [params.range]))

    @server.feature(t.TEXT_DOCUMENT_RANGES_FORMATTING)
    def ranges_formatting(ls: Server, params: t.DocumentRangesFormattingParams) -> list[t.TextEdit] | None:
        view = ls.view(params.text_document)
        return None if view is None else _edits(view, _within(view, params.ranges))

    @server.feature(t.TEXT_DOCUMENT_ON_TYPE_FORMATTING, t.DocumentOnTypeFormattingOptions("\n"))
    def on_type_formatting(ls: Server, params: t.DocumentOnTypeFormattingParams) -> list[t.TextEdit] | None:
        view = ls.view(params.text_document)
        # The line before the new one.
        return None if view is None else _edits(view, layout.edits_in_line(view.tree, params.position.line))


def _within(view: View, ranges: Iterable[t.Range]) -> list[Edit]:
    found: dict[int, Edit] = {}
    for one in ranges:
        first, last = one.start.line, one.end.line
        # A range of whole lines ends at the beginning of the next one.
        if last > first and one.end.character == 0:
            last -= 1
        for edit in layout.edits_within(view.tree, first + 1, last + 1):
            found[edit.span.start] = edit
    return [edit for _, edit in sorted(found.items())]


def _edits(view: View, found: Iterable[Edit]) -> list[t.TextEdit]:
    return [t.TextEdit(view.range(edit.span), edit.text) for edit in found]
