"""A short page, for clients with and without Markdown."""

from __future__ import annotations

import re

from lsprotocol import types as t

from tesc.lsp.reports import printable
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Piece = Union[str, "Code", "Marked"]

# Only text that would be markup is escaped, since some editors show the backslashes.
_MARKUP = re.compile(
    r"`|\*(?=\S)|(?<=\S)\*|(?<![A-Za-z0-9])_(?=\S)|(?<=\S)_(?![A-Za-z0-9])"
    r"|\](?=\()|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~)|\\(?=[^\w\s])"
)
_BACKTICKS = re.compile("`+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@record
class Code:
    """Code inside a sentence."""

    text: str


@record
class Marked:
    """Text that may contain Markdown, such as a rule's summary."""

    text: str


class Page:
    """A page: blocks of code, paragraphs and lists, in order."""

    def __init__(self) -> None:
        # Kind (a language, or "text", "item" or "rule") and content.
        self._blocks: list[tuple[str, tuple[Piece, ...]]] = []

    def code(self, text: str, language: str = "c") -> None:
        """Add lines of code."""
        self._blocks.append((f"code {language}", (text,)))

    def text(self, *pieces: Piece) -> None:
        """Add a paragraph."""
        self._blocks.append(("text", pieces))

    def item(self, *pieces: Piece) -> None:
        """Add an item of a list; consecutive items form one list."""
        self._blocks.append(("item", pieces))

    def rule(self) -> None:
        """Add a horizontal line, between things of one kind."""
        self._blocks.append(("rule", ()))

    def rendered(self, markdown: bool) -> str:
        """The page as Markdown, or as plain text."""
        text = ""
        previous = ""
        for kind, pieces in self._blocks:
            block = _markdown(kind, pieces) if markdown else _plain(kind, pieces)
            close = kind == previous == "item" or (not markdown and kind == "item" and previous == "text")
            if text:
                text += "\n" if close else "\n\n"
            text += block
            previous = kind
        return printable(text)


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def _plain(kind: str, pieces: tuple[Piece, ...]) -> str:
    line = "".join(
        piece.text.replace("`", "") if isinstance(piece, Marked) else _visible(_text(piece))
        for piece in pieces
    )
    return {"item": f"- {line}", "rule": "-----"}.get(kind, line)


def _markdown(kind: str, pieces: tuple[Piece, ...]) -> str:
    if kind.startswith("code "):
        line = _visible(_text(pieces[0]))
        fence = "`" * max([3, *(len(ticks) + 1 for ticks in _BACKTICKS.findall(line))])
        return f"{fence}{kind[5:]}\n{line}\n{fence}"
    line = "".join(_marked(piece) for piece in pieces)
    return {"item": f"- {line}", "rule": "---"}.get(kind, line)


def _text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text


def _marked(piece: Piece) -> str:
    if isinstance(piece, str):
        return _escaped(piece)
    return piece.text if isinstance(piece, Marked) else _inline(piece.text)


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda match: f"\\{match[0]}", _visible(text))


def _inline(text: str) -> str:
    text = _visible(text)
    ticks = "`" * (max([0, *(len(found) for found in _BACKTICKS.findall(text))]) + 1)
    blank = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{blank}{text}{blank}{ticks}"


def listed(texts: list[str], most: int) -> list[Piece]:
    """Pieces of code as a list in a sentence: `a`, `b` and 3 more."""
    pieces: list[Piece] = []
    for number, text in enumerate(texts[:most]):
        pieces.extend([", ", Code(text)] if number else [Code(text)])
    if len(texts) > most:
        pieces.append(f" and {len(texts) - most:,} more")
    return pieces


def counted(number: int, noun: str) -> str:
    """`1 event`, `12 events`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def preferred(formats: object) -> t.MarkupKind:
    """The kind of markup that a client prefers; plain text by default."""
    known = {kind.value: kind for kind in t.MarkupKind}
    names = [getattr(one, "value", one) for one in formats] if isinstance(formats, (list, tuple)) else []
    return next((known[name] for name in names if name in known), t.MarkupKind.PlainText)
