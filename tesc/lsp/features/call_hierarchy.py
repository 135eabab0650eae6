"""`callHierarchy/...`: the functions that trace an event."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.naming import Declared, callers_of, declarations_of, names_of
from tesc.lsp.targets import EventName, target_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server
    from tesc.lsp.sources import UseAt


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
    def prepare(ls: Server, params: t.CallHierarchyPrepareParams) -> list[t.CallHierarchyItem] | None:
        source = ls.source_view(params.text_document)
        if source is not None:
            use = ls.sources.use_at(source, params.position)
            found = declarations_of(ls.sources, source.path, use) if use else []
            return [_event(ls, one) for one in found] or None
        view = ls.view(params.text_document)
        target = target_at(view, view.offset(params.position)) if view else None
        if view is None or not isinstance(target, EventName):
            return None
        names = names_of(view.project, target.node) or [target.node.name]
        return [_event(ls, Declared(view.project, view.source, target.node, names[0]))]

    @server.feature(t.CALL_HIERARCHY_INCOMING_CALLS)
    def incoming(
        ls: Server, params: t.CallHierarchyIncomingCallsParams
    ) -> list[t.CallHierarchyIncomingCall] | None:
        event = _named(ls, params.item)
        if event is None:
            return None
        project, node = event.project, event.node
        by_function: dict[tuple[str, str | None], list[UseAt]] = {}
        for path, use in callers_of(ls.sources, project, node):
            found = ls.sources.located(path, use)
            if found is not None:
                by_function.setdefault((path, use.function), []).append(found)
        return [_call(ls, *key, mine) for key, mine in by_function.items()]

    @server.feature(t.CALL_HIERARCHY_OUTGOING_CALLS)
    def outgoing(
        ls: Server, params: t.CallHierarchyOutgoingCallsParams
    ) -> list[t.CallHierarchyOutgoingCall] | None:
        return None


def _event(ls: Server, event: Declared) -> t.CallHierarchyItem:
    whole = ls.session.location(event.source, event.node.span)
    name = ls.session.location(event.source, event.node.name_span)
    return t.CallHierarchyItem(
        event.name,
        t.SymbolKind.Event,
        whole.uri,
        whole.range,
        name.range,
        detail=event.source.path,
        data={"event": event.name},
    )


def _named(ls: Server, item: t.CallHierarchyItem) -> Declared | None:
    """The event of an item, even if its declaration has moved since."""
    name = item.data.get("event") if isinstance(item.data, dict) else None
    found = [
        Declared(project, event.source, event.node, event.name)
        for project in ls.session.projects
        for event in project.events_named(str(name))
    ]
    here = [one for one in found if ls.session.uri_of(one.source.file) == item.uri]
    return next(iter(here or found), None)


def _call(ls: Server, path: str, function: str | None, uses: list[UseAt]) -> t.CallHierarchyIncomingCall:
    """A function that traces the event, with its calls; or the file, if the function is unknown."""
    places = [ls.sources.location(one) for one in uses]
    kind = t.SymbolKind.Function if function else t.SymbolKind.File
    shown = ls.sources.shown(path)
    item = t.CallHierarchyItem(
        function or shown.rpartition("/")[2],
        kind,
        places[0].uri,
        places[0].range,
        places[0].range,
        detail=shown,
    )
    return t.CallHierarchyIncomingCall(item, [place.range for place in places])
