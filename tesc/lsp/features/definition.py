"""`textDocument/definition` and `textDocument/implementation`: where something is declared, or called."""

from __future__ import annotations

from lsprotocol import types as t
from pygls.capabilities import get_capability

from tesc.lsp.naming import callers_of, declarations_of, matched
from tesc.lsp.targets import EventName, IncludedPath, ParameterPlace, PatternPlace, PrefixPlace, target_at
from tesc.records import record
from tesc.syntax.nodes import Include
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Union

    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event
    from tesc.syntax.source import Source

    Links = Union[Sequence[t.LocationLink], Sequence[t.Location], None]


@record
class Place:
    """A target to go to: the range to show, and the range to select."""

    source: Source
    whole: Span
    span: Span


def register(server: Server) -> None:
    # An event's declaration is also its definition.
    @server.feature(t.TEXT_DOCUMENT_DECLARATION)
    @server.feature(t.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: t.DefinitionParams) -> Links:
        links = bool(get_capability(ls.client_capabilities, "text_document.definition.link_support"))
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            if use is None:
                return None
            found = [
                Place(one.source, one.node.span, one.node.name_span)
                for one in declarations_of(ls.sources, source.path, use)
            ]
            return _links(ls, found, ls.sources.range(source.source, use.span), links)
        view = ls.view(params.text_document)
        if view is None:
            return None
        target = target_at(view, view.offset(params.position))
        if target is None:
            return None
        return _links(ls, list(definitions(view, target)), view.range(target.span), links)

    @server.feature(t.TEXT_DOCUMENT_IMPLEMENTATION)
    def implementation(ls: Server, params: t.ImplementationParams) -> list[t.Location] | None:
        view = ls.view(params.text_document)
        target = target_at(view, view.offset(params.position)) if view else None
        if view is None or not isinstance(target, EventName):
            return None
        return ls.sources.locations(callers_of(ls.sources, view.project, target.node))


def definitions(view: View, target: object) -> Iterator[Place]:
    """The declarations of the target."""
    source = view.source
    if isinstance(target, EventName):
        yield _event(source, target.node)
    elif isinstance(target, ParameterPlace):
        for number in reversed(target.parameters):
            parameter = target.node.parameters[number]
            yield Place(source, parameter.span, parameter.name_span)
    elif isinstance(target, PatternPlace):
        for event in matched(view.project, source, target.word):
            yield _event(event.source, event.node)
    elif isinstance(target, IncludedPath):
        yield from _files(view, target.node)
    elif isinstance(target, PrefixPlace):
        # The target of a prefix is what it applies to: the file's own events, or the included file.
        if isinstance(target.node, Include):
            yield from _files(view, target.node)
        else:
            yield Place(source, target.node.span, target.word.span)


def _event(source: Source, node: Event) -> Place:
    return Place(source, node.span, node.name_span)


def _files(view: View, include: Include) -> Iterator[Place]:
    """The file that an include leads to."""
    tree = view.project.included(view.source, include)
    if tree is not None:
        yield Place(tree.source, Span(0, 0), Span(0, 0))


def _links(ls: Server, places: list[Place], origin: t.Range, links: bool) -> Links:
    """Places in the protocol's form."""
    if not links:
        return [ls.session.location(one.source, one.span) for one in places]
    return [
        t.LocationLink(
            ls.session.uri_of(one.source.file),
            ls.session.location(one.source, one.whole).range,
            ls.session.location(one.source, one.span).range,
            origin,
        )
        for one in places
    ]
