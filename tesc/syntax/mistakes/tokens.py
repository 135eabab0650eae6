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
