"""Clients' positions: lines from 0, columns in the negotiated encoding.

LSP 3.17, "Position": a column counts UTF-16 code units unless client and server agree on bytes of
UTF-8 or on code points (utf-32).
"""

from __future__ import annotations

from bisect import bisect_right

from lsprotocol import types as t

from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tesc.syntax.source import Source

# Also the end of the text.
_LINE_ENDS = ("\n", "\r", "")


def units(text: str, encoding: str) -> int:
    """The length of a text in the encoding's code units."""
    if encoding == t.PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    if encoding == t.PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(char > "\uffff" for char in text)


def _code_points(line: str, character: int, encoding: str) -> int:
    """The column in code points for a client's column, at most the line's length."""
    if encoding == t.PositionEncodingKind.Utf32 or line.isascii():
        return min(character, len(line))
    left = character
    for number, char in enumerate(line):
        left -= units(char, encoding)
        # A column inside a character counts the whole character.
        if left < 0:
            return number
    return len(line)


def offset_of(source: Source, position: t.Position, encoding: str) -> int:
    """The offset of a client's position; a position beyond a line or the text means its end."""
    starts = source.line_starts
    if position.line >= len(starts):
        return len(source.text)
    line = source.line_text(position.line + 1)
    return starts[position.line] + _code_points(line, position.character, encoding)


def placing(source: Source, encoding: str) -> Callable[[int], tuple[int, int]]:
    """A function from offsets in a text to the client's line and column."""
    text, starts = source.text, source.line_starts
    size = len(text)
    ended = size if text.endswith(("\n", "\r")) else size + 1
    plain = encoding == t.PositionEncodingKind.Utf32 or text.isascii()

    def place(offset: int) -> tuple[int, int]:
        if offset >= ended:
            return len(starts), 0
        offset = min(offset, size)
        line = bisect_right(starts, offset) - 1
        start = starts[line]
        return line, offset - start if plain else units(text[start:offset], encoding)

    return place


def visible(source: Source, span: Span) -> Span:
    """A span that editors can mark: for an empty one, the word that it touches, or a character next to it.

    A span of a line end, which editors do not show, counts as empty. Only on an empty line it stays empty.
    VS Code and Emacs mark a word for an empty range; Kate 22.12 marks nothing, and the finding is only in its
    list.
    """
    text = source.text
    start, end = span.start, min(span.end, len(text))
    while start < end and text[end - 1] in _LINE_ENDS:
        end -= 1
    if start < end:
        return Span(start, end)
    start = end = span.start
    while start > 0 and _in_word(text[start - 1]):
        start -= 1
    while end < len(text) and _in_word(text[end]):
        end += 1
    if start == end and text[end : end + 1] not in _LINE_ENDS:
        end += 1
    elif start == end and text[start - 1 : start] not in _LINE_ENDS:
        start -= 1
    return Span(start, end)


def _in_word(char: str) -> bool:
    return char == "_" or char.isalnum()


def position_of(source: Source, offset: int, encoding: str) -> t.Position:
    """A client's position for an offset."""
    return t.Position(*placing(source, encoding)(offset))


def range_of(source: Source, span: Span, encoding: str) -> t.Range:
    """A client's range for a span."""
    place = placing(source, encoding)
    return t.Range(t.Position(*place(span.start)), t.Position(*place(span.end)))
