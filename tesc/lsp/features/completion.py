"""`textDocument/completion`: what can be written at the cursor, even in an unfinished line."""

from __future__ import annotations

from lsprotocol import types as t
from pygls.capabilities import get_capability

from tesc.lsp.completion.directives import (
    complete_behind_path,
    complete_mark,
    complete_path,
    complete_pattern,
    complete_rule,
)
from tesc.lsp.completion.events import complete_parameter, complete_start
from tesc.lsp.completion.formats import complete_format
from tesc.lsp.completion.items import Here, Items
from tesc.lsp.positions import offset_of
from tesc.lsp.source_calls import call_items
from tesc.syntax.cursor import (
    BehindMark,
    BehindPath,
    InFormat,
    InParameters,
    InPath,
    InPatterns,
    InRules,
    Start,
    place_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.lsp.server import Server
    from tesc.lsp.view import View
    from tesc.syntax.cursor import Place

_COMPLETE: dict[type[Any], Any] = {
    Start: complete_start,
    InParameters: complete_parameter,
    InFormat: complete_format,
    InPath: complete_path,
    BehindPath: complete_behind_path,
    InPatterns: complete_pattern,
    InRules: complete_rule,
    BehindMark: complete_mark,
}
_TRIGGERS = ("%", '"', "(", " ", "/", "[")


def register(server: Server) -> None:
    options = t.CompletionOptions(trigger_characters=list(_TRIGGERS), resolve_provider=True)

    @server.feature(t.TEXT_DOCUMENT_COMPLETION, options)
    def completion(ls: Server, params: t.CompletionParams) -> t.CompletionList | None:
        view = ls.view(params.text_document)
        snippets = get_capability(
            ls.client_capabilities, "text_document.completion.completion_item.snippet_support"
        )
        if view is None:
            source = ls.source_view(params.text_document)
            if source is None:
                return None
            offset = offset_of(source.source, params.position, ls.session.encoding)
            details = get_capability(
                ls.client_capabilities, "text_document.completion.completion_item.label_details_support"
            )
            return call_items(ls.sources, source, offset, bool(snippets), bool(details))
        context = params.context
        typed = context.trigger_character if context and context.trigger_character else ""
        items = items_at(view, params.position, typed, bool(snippets))
        return t.CompletionList(items.incomplete, items.made) if items else None

    @server.feature(t.COMPLETION_ITEM_RESOLVE)
    def resolve(ls: Server, item: t.CompletionItem) -> t.CompletionItem:
        data = item.data if isinstance(item.data, dict) else {}
        if "rule" in data:
            item.documentation = _page(ls, str(data["rule"]))
        return item


def items_at(view: View, position: t.Position, typed: str, snippets: bool) -> Items | None:
    """What can be written at a position; `typed` is the character that triggered the request, if any."""
    offset = view.offset(position)
    number = view.line_of(offset)
    starts = view.source.line_starts
    # After a final line end there is another, empty line.
    if offset == len(view.text) and view.text.endswith(("\n", "\r")):
        start, line = offset, ""
    else:
        start, line = starts[number - 1], view.source.line_text(number)
    column = min(offset - start, len(line))
    place = place_in(line, column)
    if place is None or not _wanted(place, typed):
        return None
    here = Here(view, start, column, snippets)
    items = Items(here)
    _COMPLETE[type(place)](place, here, items)
    return items


def _wanted(place: Place, typed: str) -> bool:
    """Whether a list may pop up after the character `typed`."""
    if typed == "%":
        return isinstance(place, InFormat) and place.literal and place.partial is not None
    if typed == '"':
        return isinstance(place, (InFormat, InPath))
    if typed == "(":
        return isinstance(place, InParameters) and not place.text
    if typed == " ":
        return isinstance(place, (InParameters, BehindPath, InPatterns, BehindMark)) or (
            isinstance(place, InFormat) and not place.literal
        )
    if typed == "/":
        return isinstance(place, InPath)
    if typed == "[":
        return isinstance(place, InRules)
    return True


def _page(ls: Server, code: str) -> t.MarkupContent | str | None:
    from tesc.analysis.registry import all_rules

    rule = next((rule for rule in all_rules() if rule.code == code), None)
    if rule is None:
        return None
    formats = get_capability(
        ls.client_capabilities, "text_document.completion.completion_item.documentation_format"
    )
    if formats and t.MarkupKind.Markdown in formats:
        return t.MarkupContent(t.MarkupKind.Markdown, rule.page())
    return rule.summary()
