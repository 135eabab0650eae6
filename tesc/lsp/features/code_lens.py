"""`textDocument/codeLens`: how many places trace an event, shown unless it is exactly one."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.naming import callers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.project import Project
    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Event

_SHOW = "tesc.showReferences"


def register(server: Server) -> None:
    @server.feature(t.TEXT_DOCUMENT_CODE_LENS)
    def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens] | None:
        view = ls.view(params.text_document)
        if view is None or not ls.session.settings.code_lens or not knows_callers(view.project):
            return None
        return [
            t.CodeLens(view.range(event.name_span), data={"uri": view.uri, "event": event.name})
            for event in view.tree.events
            if len(callers_of(ls.sources, view.project, event)) != 1
        ]

    @server.feature(t.CODE_LENS_RESOLVE)
    def resolve(ls: Server, lens: t.CodeLens) -> t.CodeLens:
        lens.command = _command(ls, lens)
        return lens


def knows_callers(project: Project) -> bool:
    """Whether all sources that can use a project's events have been read, and there are any."""
    return project.indexed and bool(project.sources)


def _command(ls: Server, lens: t.CodeLens) -> t.Command:
    data = lens.data if isinstance(lens.data, dict) else {}
    view = ls.view(str(data.get("uri")))
    event = _event(view, str(data.get("event")), view.offset(lens.range.start)) if view else None
    if view is None or event is None:
        return t.Command("", "")  # the event was removed
    found = callers_of(ls.sources, view.project, event)
    count = len(found)
    # After an edit the event may have one caller.
    title = "no callers" if not count else "1 caller" if count == 1 else f"{count:,} callers"
    offered = ls.options.get("clientCommands")
    if not count or not isinstance(offered, list) or _SHOW not in offered:
        return t.Command(title, "")
    converter = ls.converter
    place, locations = converter.unstructure(lens.range.start), ls.sources.locations(found)
    return t.Command(
        title, _SHOW, arguments=[view.uri, place, [converter.unstructure(one) for one in locations]]
    )


def _event(view: View, name: str, offset: int) -> Event | None:
    """The event called `name`; if there are several, the one nearest to its old place."""
    named = [event for event in view.tree.events if event.name == name]
    return min(named, key=lambda event: abs(event.name_start - offset), default=None)
