"""`textDocument/foldingRange`: blocks below a heading, and runs of comments and of includes."""

from __future__ import annotations

from lsprotocol import types as t
from pygls.capabilities import get_capability

from tesc.analysis.blocks import blocks_of
from tesc.syntax.nodes import Comment, Include

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.lsp.server import Server
    from tesc.syntax.nodes import Tree


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding_range(ls: Server, params: t.FoldingRangeParams) -> list[t.FoldingRange] | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        limit = get_capability(ls.client_capabilities, "text_document.folding_range.range_limit")
        folds = sorted(folds_of(view.tree), key=lambda fold: (fold[0], -fold[1]))
        return [t.FoldingRange(start, end, kind=kind) for start, end, kind in folds[: limit or None]]


def folds_of(tree: Tree) -> Iterator[tuple[int, int, t.FoldingRangeKind]]:
    """The folding ranges: first and last line, counted from 0, and kind."""
    for block in blocks_of(tree):
        if block.comments and block.items:
            yield block.comments[0].line - 1, block.items[-1].line - 1, t.FoldingRangeKind.Region
    yield from _runs(tree, Comment, t.FoldingRangeKind.Comment)
    yield from _runs(tree, Include, t.FoldingRangeKind.Imports)


def _runs(
    tree: Tree, kind: type, called: t.FoldingRangeKind
) -> Iterator[tuple[int, int, t.FoldingRangeKind]]:
    """Runs of lines of one kind; runs of comments also end at blank lines."""
    first = last = None
    for item in tree.items:
        fits = isinstance(item, kind)
        goes_on = fits and last is not None and (kind is Include or item.line == last + 1)
        if not goes_on:
            if first is not None and last is not None and last > first:
                yield first - 1, last - 1, called
            first = item.line if fits else None
        last = item.line if fits else None
    if first is not None and last is not None and last > first:
        yield first - 1, last - 1, called
