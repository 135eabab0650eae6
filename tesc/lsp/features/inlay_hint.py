"""`textDocument/inlayHint`: effective names, stream IDs, and which parameter a conversion takes."""

from __future__ import annotations

from lsprotocol import types as t

from tesc.lsp.hints import SentHints, hints
from tesc.lsp.reports import printable
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.hints import Hint
    from tesc.lsp.server import Server
    from tesc.lsp.view import View

# Each is separated from the text by a space, except for a prefix, which is part of a name.
_PADDED = ("id", "parameter")


def register(server: Server) -> None:
    sent = SentHints()
    server.followers.append(lambda: _refresh(server, sent))

    @server.feature(t.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(ls: Server, params: t.InlayHintParams) -> list[t.InlayHint]:
        view = ls.view(params.text_document)
        if view is None:
            return []
        settings = ls.session.settings
        sent.note(view, settings)
        start, end = view.offset(params.range.start), view.offset(params.range.end)
        return [_reported(view, hint) for hint in hints(view, Span(start, end), settings)]


def _refresh(server: Server, sent: SentHints) -> None:
    """Ask the client to refresh hints that another file, or a setting, changed."""
    if sent.stale(server.session.views(), server.session.settings):
        workspace = server.client_capabilities.workspace
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            server.workspace_inlay_hint_refresh(None)


def _reported(view: View, hint: Hint) -> t.InlayHint:
    return t.InlayHint(
        view.position(hint.offset),
        printable(hint.text),
        t.InlayHintKind.Parameter if hint.kind == "parameter" else None,
        tooltip=hint.tooltip,
        padding_right=True if hint.kind in _PADDED else None,
    )
