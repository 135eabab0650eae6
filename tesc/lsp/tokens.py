"""Semantic tokens of trace-events files, which editors colour."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from tesc.lsp.positions import units
from tesc.records import record
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.nodes import Comment, Disable, Event, Include, Malformed, Prefix
from tesc.syntax.printf import StringLiteral
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.lsp.view import View
    from tesc.syntax.nodes import Format, Item, Parameter, Word

# The protocol's standard names, for which every theme has colours.
TYPES = (
    "comment",
    "keyword",
    "function",
    "type",
    "parameter",
    "string",
    "regexp",
    "macro",
    "namespace",
    "number",
)
_NUMBERS = {name: number for number, name in enumerate(TYPES)}
MODIFIERS = ("declaration", "deprecated", "defaultLibrary")
_DECLARATION, _DEPRECATED, _LIBRARY = (1 << at for at in range(len(MODIFIERS)))
_TYPE_WORD = re.compile(r"[^\s*]+")
_NO_TYPES = frozenset({"const", "volatile", "restrict", "struct", "union", "enum"})


@record
class Token:
    """A piece of a line: offsets in the text, type, and bits of MODIFIERS."""

    start: int
    end: int
    type: str
    modifiers: int = 0


def number_of(type_: str) -> int:
    """The number of one of TYPES in the legend."""
    return _NUMBERS[type_]


def disabled_lines(view: View) -> tuple[int, ...]:
    """The lines, from 1, of events that are disabled in every unit."""
    return tuple(event.line for event in view.tree.events if _disabled(event, view))


def encoded(view: View, lines: tuple[int, int] | None = None) -> list[int]:
    """The tokens of a document, or of its lines (first, last), from 1, in the protocol's encoding.

    Each token is five numbers: lines and columns from the previous one, length, type and modifiers.
    """
    items: Sequence[Item] = view.tree.items
    if lines is not None:
        numbers = [item.line for item in items]
        items = items[bisect_left(numbers, lines[0]) : bisect_right(numbers, lines[1])]
    starts = view.source.line_starts
    made: list[int] = []
    last_line = 0
    for item in items:
        begin = starts[item.line - 1]
        disabled = isinstance(item, Event) and _disabled(item, view)
        known = (view.source.line_text(item.line), disabled, view.encoding)
        tokens = _KNOWN.get(known)
        if tokens is None:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            tokens = _KNOWN[known] = _of_line(item, begin, view, disabled)
        if tokens:
            line = item.line - 1
            made.append(line - last_line)
            made += tokens
            last_line = line
    return made


# Cached tokens of lines, by their text, whether a pattern disables their event, and the encoding; most edits
# change few lines.
_KNOWN: dict[tuple[str, bool, str], list[int]] = {}
_MOST_KNOWN = 8192


def _of_line(item: Item, begin: int, view: View, disabled: bool) -> list[int]:
    """The tokens of an item, without the first number, the distance in lines."""
    text, encoding = view.text, view.encoding
    made: list[int] = []
    at = begin
    for token in _of_item(item, text, disabled):
        column = units(text[at : token.start], encoding)
        length = units(text[token.start : token.end], encoding)
        made += (0, column, length, _NUMBERS[token.type], token.modifiers)
        at = token.start
    return made[1:]


def _of_item(item: Item, text: str, disabled: bool) -> Iterator[Token]:
    """The tokens of an item, in order, without overlaps."""
    if isinstance(item, Comment):
        yield Token(item.start, item.end, "comment")
    elif isinstance(item, Event):
        yield from _event(item, text, disabled)
    elif isinstance(item, Malformed):
        if item.name is not None:
            yield _word(item.name, "function")
    elif isinstance(item, Prefix):
        yield _keyword(item.start, "prefix")
        yield _word(item.name, "namespace", _DECLARATION)
    elif isinstance(item, Disable):
        yield _keyword(item.start, "disable")
        for pattern in item.patterns:
            yield _word(pattern, "function")
    elif isinstance(item, Include):
        yield from _include(item, text)


def _event(event: Event, text: str, disabled: bool) -> Iterator[Token]:
    for word in event.properties:
        yield _word(word, "keyword")
    modifiers = _DECLARATION | (_DEPRECATED if disabled else 0)
    yield Token(event.name_start, event.name_start + len(event.name), "function", modifiers)
    if event.void:
        start = text.find("void", event.open, event.close)
        if start >= 0:
            yield Token(start, start + 4, "type")
    for parameter in event.parameters:
        yield from _parameter(parameter)
    if event.format is not None:
        yield from _format(event.format)


def _disabled(event: Event, view: View) -> bool:
    seen = view.events_of(event)
    return all(one.disabled for one in seen) if seen else event.disabled


def _parameter(parameter: Parameter) -> Iterator[Token]:
    for match in _TYPE_WORD.finditer(parameter.type.text):
        start, end = match.span()
        kind = "keyword" if match[0] in _NO_TYPES else "type"
        yield Token(parameter.start + start, parameter.start + end, kind)
    span = parameter.name_span
    if span.start < span.end:
        yield Token(span.start, span.end, "parameter", _DECLARATION)


def _format(shape: Format) -> Iterator[Token]:
    """The tokens of a format: literals without their conversions, conversions, and macros."""
    parsed = shape.parsed
    conversions = [Span(one.start, one.end) for one in parsed.conversions]
    for piece in parsed.pieces:
        if not isinstance(piece, StringLiteral):
            known = _LIBRARY if piece.name in PRI_MACROS else 0
            yield Token(shape.start + piece.start, shape.start + piece.end, "macro", known)
            continue
        at = piece.start
        for conversion in conversions:
            # A conversion that ends in a macro is split before it; the quotes are not part of it.
            start, end = max(conversion.start, piece.start + 1), min(conversion.end, piece.end - 1)
            if start < end:
                if at < start:
                    yield Token(shape.start + at, shape.start + start, "string")
                yield Token(shape.start + start, shape.start + end, "regexp")
                at = end
        if at < piece.end:
            yield Token(shape.start + at, shape.start + piece.end, "string")


def _include(include: Include, text: str) -> Iterator[Token]:
    yield _keyword(include.start, "include")
    at = include.path_span.end
    yield Token(include.path_span.start, at, "string")
    for word, keyword, kind in ((include.prefix, "prefix", "namespace"), (include.base, "base", "number")):
        if word is not None:
            start = text.find(keyword, at, word.start)
            if start >= 0:
                yield _keyword(start, keyword)
            yield _word(word, kind, _DECLARATION if word is include.prefix else 0)
            at = word.start + len(word.text)


def _keyword(start: int, word: str) -> Token:
    return Token(start, start + len(word), "keyword")


def _word(word: Word, kind: str, modifiers: int = 0) -> Token:
    return Token(word.start, word.start + len(word.text), kind, modifiers)
