"""`textDocument/references` and `textDocument/documentHighlight`: where something is named."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.naming import declarations_of, literal_patterns, matched, uses_of
from tesc.lsp.targets import (
    EventName,
    IncludedPath,
    ParameterPlace,
    PatternPlace,
    PrefixPlace,
    conversions_that_take,
    path_of,
    target_at,
)
from tesc.syntax.nodes import Include
from tesc.units.patterns import is_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.lsp.project import Project
    from tesc.lsp.server import Server
    from tesc.lsp.sources import SourceView
    from tesc.lsp.targets import Target
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event
    from tesc.syntax.source import Source, Span


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_REFERENCES)
    def references(ls: Server, params: t.ReferenceParams) -> list[t.Location] | None:
        found = _references(ls, params)
        return None if found is None else ls.in_parts(params.partial_result_token, found)

    @server.feature(t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(ls: Server, params: t.DocumentHighlightParams) -> list[t.DocumentHighlight] | None:
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            if use is None:
                return None
            same = (one for one in ls.sources.uses_in(source) if one.name.upper() == use.name.upper())
            alike = [one for one in same if use.capitals or one.capitals or one.name == use.name]
            return [t.DocumentHighlight(ls.sources.range(source.source, one.span)) for one in alike]
        view = ls.view(params.text_document)
        target = target_at(view, view.offset(params.position)) if view else None
        if view is None or target is None:
            return None
        return [t.DocumentHighlight(view.range(span), kind) for span, kind in highlights(view, target)]


def _references(ls: Server, params: t.ReferenceParams) -> list[t.Location] | None:
    declared = params.context.include_declaration
    source = ls.source_view(params.text_document)
    if source is not None:
        return _of_use(ls, source, params.position, declared)
    view = ls.view(params.text_document)
    target = target_at(view, view.offset(params.position)) if view else None
    if view is None or target is None:
        return None
    node = _event_at(view, target)
    if node is not None:
        return _of_events(ls, view.project, [node], declared)
    return [ls.session.location(*place) for place in places(view, target, declared)]


def _event_at(view: View, target: Target) -> Event | None:
    """The event that a target names, if it names exactly one."""
    if isinstance(target, EventName):
        return target.node
    if isinstance(target, PatternPlace) and is_literal(target.word.text):
        found = matched(view.project, view.source, target.word)
        return found[0].node if len(found) == 1 else None
    return None


def _of_use(ls: Server, view: SourceView, position: t.Position, declared: bool) -> list[t.Location] | None:
    """The references to the event that an open C or Rust document uses at a position."""
    use = ls.sources.use_at(view, position)
    if use is None:
        return None
    found = declarations_of(ls.sources, view.path, use)
    if not found:
        return None
    return _of_events(ls, found[0].project, [one.node for one in found], declared)


def _of_events(ls: Server, project: Project, nodes: list[Event], declared: bool) -> list[t.Location]:
    """The references to events in declarations, literal patterns, and C and Rust sources."""
    found = []
    if declared:
        for node in nodes:
            for event in project.events_of(node)[:1]:
                found.append(ls.session.location(event.source, node.name_span))
    found += [ls.session.location(source, word.span) for source, word in literal_patterns(project, nodes)]
    uses = (found for node in nodes for found in uses_of(ls.sources, project, node))
    # Several events may have the same name in capitals.
    each = {(path, use.start): (path, use) for path, use in uses}
    return found + ls.sources.locations(each.values())


def places(view: View, target: Target, declared: bool) -> Iterator[tuple[Source, Span]]:
    """Where trace-events files name a parameter, a file or a prefix."""
    if isinstance(target, ParameterPlace):
        number = target.parameters[-1]
        if declared:
            yield view.source, target.node.parameters[number].name_span
        for span in conversions_that_take(target.node, number, view.settings.data_models):
            yield view.source, span
    elif isinstance(target, IncludedPath):
        wanted = view.project.included(view.source, target.node)
        if wanted is not None:
            yield from includes_of(view.project, wanted.source)
    elif isinstance(target, PrefixPlace):
        yield view.source, target.span
    elif isinstance(target, PatternPlace):
        if declared:
            for event in matched(view.project, view.source, target.word):
                yield event.source, event.node.name_span
        yield view.source, target.span


def includes_of(project: Project, wanted: Source) -> Iterator[tuple[Source, Span]]:
    """The paths of the includes that lead to a file."""
    seen = set()
    for unit in project.units:
        for tree in unit.trees:
            if tree.source in seen:
                continue
            seen.add(tree.source)
            for item in tree.items:
                if isinstance(item, Include):
                    found = project.included(tree.source, item)
                    if found is not None and found.source is wanted:
                        yield tree.source, path_of(item)


def highlights(view: View, target: Target) -> Iterator[tuple[Span, t.DocumentHighlightKind]]:
    """The highlights in one document: declarations are writes, all others reads."""
    read, write = t.DocumentHighlightKind.Read, t.DocumentHighlightKind.Write
    node = _event_at(view, target)
    if node is not None:
        if any(node is event for event in view.tree.events):
            yield node.name_span, write
        for source, word in literal_patterns(view.project, [node]):
            if source is view.source:
                yield word.span, read
    elif isinstance(target, ParameterPlace):
        for number in target.parameters:
            yield target.node.parameters[number].name_span, write
            for span in conversions_that_take(target.node, number, view.settings.data_models):
                yield span, read
    else:
        for source, span in places(view, target, True):
            if source is view.source:
                yield span, read
