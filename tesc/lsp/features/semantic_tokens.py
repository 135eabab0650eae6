"""`textDocument/semanticTokens`: tokens for colouring files, disabled events, and calls of events."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from lsprotocol import types as t

from tesc.lsp.source_tokens import encoded_uses
from tesc.lsp.tokens import MODIFIERS, TYPES, disabled_lines, encoded
from tesc.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.lsp.server import Server
    from tesc.lsp.sources import SourceView

    TokensOrDelta = Union[t.SemanticTokens, t.SemanticTokensDelta, None]

# The number of documents whose last tokens are kept.
_MOST_REMEMBERED = 32


def register(server: Server) -> None:
    legend = t.SemanticTokensLegend(list(TYPES), list(MODIFIERS))
    sent = _SentTokens()
    server.followers.append(lambda: _refresh(server, sent))

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    def full(ls: Server, params: t.SemanticTokensParams) -> t.SemanticTokens | None:
        new = sent.add(_now(ls, params.text_document.uri))
        return None if new is None else t.SemanticTokens(new.data, new.id)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, legend)
    def delta(ls: Server, params: t.SemanticTokensDeltaParams) -> TokensOrDelta:
        old = sent.last(params.text_document.uri)
        new = sent.add(_now(ls, params.text_document.uri))
        if new is None:
            return None
        if old is None or old.id != params.previous_result_id:
            return t.SemanticTokens(new.data, new.id)
        return t.SemanticTokensDelta(_difference(old.data, new.data), new.id)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, legend)
    def range_(ls: Server, params: t.SemanticTokensRangeParams) -> t.SemanticTokens | None:
        lines = (params.range.start.line + 1, params.range.end.line + 1)
        view = ls.view(params.text_document)
        if view is not None:
            return t.SemanticTokens(encoded(view, lines))
        source = _coloured(ls, params.text_document.uri)
        if source is None:
            return None
        return t.SemanticTokens(encoded_uses(ls.sources, source, ls.session.encoding, lines))


@record
class _Result:
    """The tokens that the client has.

    `text` and `beside` are their inputs: a document's text, and what other files contribute.
    """

    uri: str
    id: str
    data: list[int]
    text: object
    beside: object


def _now(server: Server, uri: str) -> _Result | None:
    """A document's current tokens; None if it has none."""
    view = server.view(uri)
    if view is not None:
        return _Result(uri=uri, id="", data=encoded(view), text=view.tree, beside=disabled_lines(view))
    source = _coloured(server, uri)
    if source is None:
        return None
    data = encoded_uses(server.sources, source, server.session.encoding)
    return _Result(uri=uri, id="", data=data, text=source.source, beside=data)


def _coloured(server: Server, uri: str) -> SourceView | None:
    """An open C or Rust document that uses events, whose calls are coloured."""
    source = server.sources.view(uri) if server.session.settings.source_tokens else None
    return source if source is not None and server.sources.uses_in(source) else None


class _SentTokens:
    """The last tokens that were sent, for some documents."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._results: OrderedDict[str, _Result] = OrderedDict()

    def last(self, uri: str) -> _Result | None:
        return self._results.get(uri)

    def add(self, now: _Result | None) -> _Result | None:
        """Keep tokens that are sent to the client, with a new result ID."""
        if now is None:
            return None
        result = self._results[now.uri] = replace(now, id=str(next(self._numbers)))
        self._results.move_to_end(now.uri)
        if len(self._results) > _MOST_REMEMBERED:
            self._results.popitem(last=False)
        return result

    def forget(self, uri: str) -> None:
        self._results.pop(uri, None)

    @property
    def uris(self) -> list[str]:
        return list(self._results)


def _is_stale(server: Server, old: _Result) -> bool:
    """Whether an unedited document's tokens differ from those that the client has."""
    view = server.view(old.uri)
    if view is not None:
        return view.tree is old.text and disabled_lines(view) != old.beside
    source = _coloured(server, old.uri)
    if source is None or source.source is not old.text:
        return False
    return encoded_uses(server.sources, source, server.session.encoding) != old.beside


def _refresh(server: Server, sent: _SentTokens) -> None:
    """Ask the client to refresh if other files changed tokens, by disable patterns or declarations."""
    stale = False
    for uri in sent.uris:
        old = sent.last(uri)
        if uri not in server.session.opened and _coloured(server, uri) is None:
            sent.forget(uri)
        elif old is not None and _is_stale(server, old):
            sent.forget(uri)
            stale = True
    workspace = server.client_capabilities.workspace
    tokens = workspace.semantic_tokens if workspace else None
    if stale and tokens and tokens.refresh_support:
        server.workspace_semantic_tokens_refresh(None)


def _difference(old: list[int], new: list[int]) -> list[t.SemanticTokensEdit]:
    """The difference between two lists as one edit."""
    if old == new:
        return []
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return [t.SemanticTokensEdit(head, len(old) - tail - head, new[head : len(new) - tail])]
