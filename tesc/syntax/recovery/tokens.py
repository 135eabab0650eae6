"""The tokens of a format, valid or not."""

from __future__ import annotations

import re

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    TokenKind = Literal[
        "string",
        "open",  # an unclosed string
        "other",  # text in quotes other than C's
        "comment",
        "word",
        "junk",  # any other character
    ]

# Unclosed strings and comments extend to the end, so that no character is scanned twice.
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<open>".*)|(?P<other>'[^'"]*'|`[^'`"]*['`])"""
    r"""|(?P<comment>\#.*|//.*|/\*(?:.*?\*/|.*))|(?P<word>[A-Za-z0-9_]+)|(?P<space>[ \t]+)|(?P<junk>.)""",
    re.S,
)
_WORDS = re.compile(
    r"""(?P<string>"[^"]*"?|'[^']*')|(?P<comment>\#.*|//.*|/\*.*)|(?P<word>[^ \t,=;"]+)|(?P<junk>[,=;])"""
)


@record
class Token:
    """A piece of text."""

    kind: TokenKind
    start: int
    end: int
    text: str


def scan(text: str, at: int) -> list[Token]:
    """The tokens of a text from column `at` on."""
    tokens = []
    for match in _TOKEN.finditer(text, at):
        if match.lastgroup != "space":
            tokens.append(_token(match))
    return tokens


def scan_words(text: str, at: int) -> list[Token]:
    """The tokens of a directive from column `at` on; words are separated by spaces."""
    return [_token(match) for match in _WORDS.finditer(text, at)]


def _token(match: re.Match[str]) -> Token:
    text = match[0].rstrip(" \t")
    # The groups of both expressions have the names of the kinds.
    kind: TokenKind = match.lastgroup or "junk"  # type: ignore[assignment]
    return Token(kind, match.start(), match.start() + len(text), text)
