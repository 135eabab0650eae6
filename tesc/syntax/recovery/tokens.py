"""The pieces of a format, whatever is wrong with it."""

from __future__ import annotations

import re

from tesc.records import record

# Unclosed strings and comments run to the end, so that no character is looked at twice.
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<open>".*)|(?P<other>'[^'"]*'|`[^'`"]*['`])"""
    r"""|(?P<comment>\#.*|//.*|/\*(?:.*?\*/|.*))|(?P<word>[A-Za-z0-9_]+)|(?P<blank>[ \t]+)|(?P<junk>.)""",
    re.S,
)
_WORDS = re.compile(
    r"""(?P<string>"[^"]*"?|'[^']*')|(?P<comment>\#.*|//.*|/\*.*)|(?P<word>[^ \t,=;"]+)|(?P<junk>[,=;])"""
)


@record
class Token:
    """A piece of text: `kind` is string, open (a string without an end), other (a text in quotes
    that are none of C's), comment, word or junk (any other character)."""

    kind: str
    start: int
    end: int
    text: str


def scan(text: str, at: int) -> list[Token]:
    """The tokens of a text from column `at` on."""
    tokens = []
    for match in _TOKEN.finditer(text, at):
        kind = match.lastgroup or ""
        found = match[0].rstrip(" \t")
        if kind != "blank":
            tokens.append(Token(kind, match.start(), match.start() + len(found), found))
    return tokens


def scan_words(text: str, at: int) -> list[Token]:
    """The tokens of a directive from column `at` on: words run from space to blank."""
    return [
        Token(
            match.lastgroup or "",
            match.start(),
            match.start() + len(match[0].rstrip(" \t")),
            match[0].rstrip(" \t"),
        )
        for match in _WORDS.finditer(text, at)
    ]
