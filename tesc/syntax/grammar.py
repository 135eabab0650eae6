"""Reads grammar.lark for its terminals; lark itself is loaded only if a line needs it."""

from __future__ import annotations

import os
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lark import Lark

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "grammar.lark")


@lru_cache(maxsize=None)
def text() -> str:
    with open(PATH, encoding="utf-8") as file:
        return file.read()


@lru_cache(maxsize=None)
def terminals() -> dict[str, str]:
    """The terminals of grammar.lark that are regular expressions, by name."""
    found = {}
    for line in text().splitlines():
        name, colon, rest = line.partition(": /")
        if colon and name.isupper():
            found[name] = rest.rstrip()[:-1]
    return found


@lru_cache(maxsize=None)
def parser() -> Lark:
    """lark's parser for one item."""
    from lark import Lark

    return Lark(text(), parser="lalr", lexer="contextual", maybe_placeholders=True)
