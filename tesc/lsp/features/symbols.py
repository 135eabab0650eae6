"""`textDocument/documentSymbol` and `workspace/symbol`: the events of a file, and of all files."""

from __future__ import annotations

from lsprotocol import types as t
from pygls.capabilities import get_capability

from tesc.analysis.blocks import blocks_of
from tesc.lsp.fuzzy import best
from tesc.lsp.targets import path_of
from tesc.syntax.nodes import Event, Include, Prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.blocks import Block
    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Item
    from tesc.units.unit import UnitEvent

# No client shows more, and with a hundred results users refine the query.
_MOST = 200
_HIERARCHICAL = "text_document.document_symbol.hierarchical_document_symbol_support"


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(
        ls: Server, params: t.DocumentSymbolParams
    ) -> Sequence[t.DocumentSymbol] | Sequence[t.SymbolInformation] | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        if get_capability(ls.client_capabilities, _HIERARCHICAL):
            return list(hierarchy(view))
        return list(_flat(view))

    @server.feature(t.WORKSPACE_SYMBOL)
    def workspace_symbol(ls: Server, params: t.WorkspaceSymbolParams) -> list[t.SymbolInformation]:
        # Events of a file that several units include are listed once.
        events: dict[tuple[str, int], UnitEvent] = {}
        for project in ls.session.projects:
            for unit in project.units:
                events.update(((event.name, id(event.node)), event) for event in unit.events)
        found = best(params.query, ((event.name, event) for event in events.values()), _MOST)
        symbols = [
            t.SymbolInformation(
                ls.session.location(event.source, event.node.name_span),
                event.name,
                t.SymbolKind.Event,
                container_name=event.source.path,
            )
            for event in found
        ]
        return ls.in_parts(params.partial_result_token, symbols)


def hierarchy(view: View) -> Iterator[t.DocumentSymbol]:
    """The symbols of a file; a block's symbols are nested in its heading."""
    for block in blocks_of(view.tree):
        symbols = [symbol for item in block.items for symbol in _symbols(view, item)]
        if not symbols or not block.title:
            yield from symbols
            continue
        heading = block.comments[0]
        yield t.DocumentSymbol(
            block.title,
            t.SymbolKind.Namespace,
            view.range(block.span),
            view.range(heading.span),
            children=symbols,
        )


def _symbols(view: View, item: Item) -> Iterator[t.DocumentSymbol]:
    if isinstance(item, Event):
        names = [event.name for event in view.events_of(item)]
        disabled = item.disabled or (bool(names) and all(event.disabled for event in view.events_of(item)))
        detail = ", ".join(parameter.declaration.text for parameter in item.parameters)
        yield t.DocumentSymbol(
            item.name,
            t.SymbolKind.Event,
            view.range(item.span),
            view.range(item.name_span),
            f"({detail}), disabled" if disabled else f"({detail})",
        )
    elif isinstance(item, Include) and item.path:
        yield t.DocumentSymbol(
            item.path, t.SymbolKind.Module, view.range(item.span), view.range(path_of(item)), "include"
        )
    elif isinstance(item, Prefix):
        yield t.DocumentSymbol(
            item.name.text, t.SymbolKind.Key, view.range(item.span), view.range(item.name.span), "prefix"
        )


def _flat(view: View) -> Iterator[t.SymbolInformation]:
    for block in blocks_of(view.tree):
        yield from _flat_block(view, block)


def _flat_block(view: View, block: Block) -> Iterator[t.SymbolInformation]:
    for item in block.items:
        for symbol in _symbols(view, item):
            place = t.Location(view.uri, symbol.range)
            yield t.SymbolInformation(place, symbol.name, symbol.kind, container_name=block.title or None)
