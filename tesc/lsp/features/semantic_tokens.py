"""`textDocument/semanticTokens`: what is what in a file, and which events are disabled."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from lsprotocol import types as t

from tesc.lsp.tokens import MODIFIERS, TYPES, disabled_lines, encoded
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.nodes import Tree

    TokensOrDelta = Union[t.SemanticTokens, t.SemanticTokensDelta, None]

# Documents whose last tokens are remembered.
_MOST_REMEMBERED = 32


def register(server: Server) -> None:
    legend = t.SemanticTokensLegend(list(TYPES), list(MODIFIERS))
    given = _Given()
    server.followers.append(lambda: _refresh(server, given))

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    def full(ls: Server, params: t.SemanticTokensParams) -> t.SemanticTokens | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        new = given.give(view)
        return t.SemanticTokens(new.data, new.id)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, legend)
    def delta(ls: Server, params: t.SemanticTokensDeltaParams) -> TokensOrDelta:
        view = ls.view(params.text_document)
        if view is None:
            return None
        old = given.last(view.uri)
        new = given.give(view)
        if old is None or old.id != params.previous_result_id:
            return t.SemanticTokens(new.data, new.id)
        return t.SemanticTokensDelta(_difference(old.data, new.data), new.id)

    @server.feature(t.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, legend)
    def range_(ls: Server, params: t.SemanticTokensRangeParams) -> t.SemanticTokens | None:
        view = ls.view(params.text_document)
        if view is None:
            return None
        return t.SemanticTokens(encoded(view, (params.range.start.line + 1, params.range.end.line + 1)))


@record
class _Result:
    """The tokens that a client was given: `tree` and `disabled` are what they are made of."""

    id: str
    data: list[int]
    tree: Tree
    disabled: tuple[int, ...]


class _Given:
    """The last tokens of some documents."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._results: OrderedDict[str, _Result] = OrderedDict()

    def last(self, uri: str) -> _Result | None:
        return self._results.get(uri)

    def give(self, view: View) -> _Result:
        """A document's tokens as they are now."""
        result = _Result(str(next(self._numbers)), encoded(view), view.tree, disabled_lines(view))
        self._results[view.uri] = result
        self._results.move_to_end(view.uri)
        if len(self._results) > _MOST_REMEMBERED:
            self._results.popitem(last=False)
        return result

    def forget(self, uri: str) -> None:
        self._results.pop(uri, None)

    def stale(self, view: View) -> bool:
        """Whether a document has other tokens than the client knows although it was not edited."""
        result = self._results.get(view.uri)
        return result is not None and result.tree is view.tree and result.disabled != disabled_lines(view)

    @property
    def uris(self) -> list[str]:
        return list(self._results)


def _refresh(server: Server, given: _Given) -> None:
    """Have the client ask again where another file's patterns disable events, or no longer do."""
    stale = False
    for uri in given.uris:
        view = server.view(uri)
        if view is None:
            given.forget(uri)
        elif given.stale(view):
            given.forget(uri)
            stale = True
    workspace = server.client_capabilities.workspace
    tokens = workspace.semantic_tokens if workspace else None
    if stale and tokens and tokens.refresh_support:
        server.workspace_semantic_tokens_refresh(None)


def _difference(old: list[int], new: list[int]) -> list[t.SemanticTokensEdit]:
    """What changed between two lists, as one edit."""
    if old == new:
        return []
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return [t.SemanticTokensEdit(head, len(old) - tail - head, new[head : len(new) - tail])]
