"""`textDocument/hover`: information about what is under the pointer."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.hovers.comment import of_suppression
from tesc.lsp.hovers.directive import of_include, of_patterns, of_prefix
from tesc.lsp.hovers.event import of_event, of_property
from tesc.lsp.hovers.format import of_conversion, of_macro, of_parameter
from tesc.lsp.hovers.page import listed, preferred
from tesc.lsp.naming import declarations_of
from tesc.lsp.view import View
from tesc.syntax.nodes import Comment, Disable, Event, Include, Prefix
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.hovers.page import Page
    from tesc.lsp.server import Server
    from tesc.syntax.nodes import Item
    from tesc.uses.use import Use

    Found = tuple[Page, Span]

_MOST_DECLARATIONS = 5


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: t.HoverParams) -> t.Hover | None:
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            page = hover_of_use(ls, source.path, use) if use else None
            return _as_hover(ls, page, ls.sources.range(source.source, use.span)) if use and page else None
        view = ls.view(params.text_document)
        found = hover_at(view, view.offset(params.position)) if view else None
        return _as_hover(ls, found[0], view.range(found[1])) if view and found else None


def _as_hover(ls: Server, page: Page, place: t.Range) -> t.Hover:
    """A page in the protocol's form."""
    document = ls.client_capabilities.text_document
    options = document.hover if document else None
    kind = preferred(options.content_format if options else None)
    return t.Hover(t.MarkupContent(kind, page.rendered(kind == t.MarkupKind.Markdown)), place)


def hover_of_use(ls: Server, path: str, use: Use) -> Page | None:
    """The event that a C or Rust source names, and where it is declared; None if it is not declared."""
    found = declarations_of(ls.sources, path, use)
    if not found:
        return None
    first = found[0]
    tree = first.project.workspace.tree_of(first.source.file)
    if tree is None:
        return None
    view = View(ls.session.uri_of(first.source.file), tree, first.project, ls.session.encoding)
    page = of_event(view, first.node)
    places = [f"{one.source.path}:{one.node.line}" for one in found]
    page.item("declared at ", *listed(places, _MOST_DECLARATIONS))
    return page


def hover_at(view: View, offset: int) -> Found | None:
    """The page for what is at an offset, or ends there, and its span."""
    item = view.item_at(offset)
    if item is None:
        return None
    found = _in_item(view, item, offset)
    if found is None and offset > item.start:
        # Editors whose cursor is between characters may send the end of a word.
        found = _in_item(view, item, offset - 1)
    return found


def _in_item(view: View, item: Item, offset: int) -> Found | None:
    if not _within(item.span, offset):
        return None
    if isinstance(item, Event):
        return _in_event(view, item, offset)
    if isinstance(item, Include):
        return of_include(view, item), item.span
    if isinstance(item, Prefix):
        return of_prefix(view, item), item.span
    if isinstance(item, Disable):
        word = next((word for word in item.patterns if _within(word.span, offset)), None)
        if word is None:
            return of_patterns(view, item.patterns), item.span
        return of_patterns(view, (word,)), word.span
    if isinstance(item, Comment):
        return of_suppression(view, item, offset)
    return None


def _in_event(view: View, event: Event, offset: int) -> Found | None:
    if _within(event.name_span, offset):
        return of_event(view, event), event.name_span
    for word in event.properties:
        if _within(word.span, offset):
            return of_property(view, event, word), word.span
    for index, parameter in enumerate(event.parameters):
        if _within(parameter.span, offset):
            on_name = parameter.name and _within(parameter.name_span, offset)
            return of_parameter(view, event, index), parameter.name_span if on_name else parameter.type_span
    return _in_format(view, event, offset) if event.format else None


def _in_format(view: View, event: Event, offset: int) -> Found | None:
    assert event.format is not None
    start, parsed = event.format.start, event.format.parsed
    for macro in parsed.macros:
        span = Span(start + macro.start, start + macro.end)
        if _within(span, offset):
            return of_macro(view, event, macro), span
    for index, conversion in enumerate(parsed.conversions):
        span = Span(start + conversion.start, start + conversion.end)
        if _within(span, offset):
            return of_conversion(view, event, index), span
    return None


def _within(span: Span, offset: int) -> bool:
    return span.start <= offset < span.end
