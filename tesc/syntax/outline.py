"""Finds the parts of an event's line while it is being written: name, parameters and format.

The parser says what is wrong with a line; this says only where its parts are, and ignores missing ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.records import record
from tesc.syntax.grammar import terminals
from tesc.syntax.source import Span
from tesc.syntax.unseen import UNSEEN


@record
class Outline:
    """The parts of an event's line, in columns of code points.

    `open` is the column of its parenthesis; `pieces` are the texts between the commas after it, with the
    spaces around them; `close` is the closing parenthesis, None if it is still missing. `format` is the first
    quote, or None.
    """

    name: str
    open: int
    pieces: tuple[Span, ...]
    close: int | None
    format: int | None

    @property
    def end(self) -> int:
        """The column where the parameter list ends, closed or not."""
        return self.pieces[-1].end


@lru_cache(maxsize=None)
def _head() -> re.Pattern[str]:
    terms = terminals()
    blank = terms["BLANK"][:-1]
    return re.compile(f"{blank}*(?:{terms['NAME']}{blank}+)*({terms['NAME']}){blank}*\\(")


@lru_cache(maxsize=None)
def _literal() -> re.Pattern[str]:
    return re.compile(terminals()["STRING"])


def outline(line: str) -> Outline | None:
    """The parts of a line that is, or may become, an event; None for other lines."""
    seen = UNSEEN.sub(" ", line)
    head = _head().match(seen)
    if head is None:
        return None
    at = head.end()
    pieces = []
    depth = 0
    close = None
    end = start = at
    for end in range(at, len(seen) + 1):
        char = seen[end : end + 1]
        if char in ("", '"'):
            break
        if char == ")" and depth == 0:
            close = end
            break
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            pieces.append(Span(start, end))
            start = end + 1
    pieces.append(Span(start, end))
    quote = seen.find('"', end)
    return Outline(
        name=head[1],
        open=head.end() - 1,
        pieces=tuple(pieces),
        close=close,
        format=None if quote < 0 else quote,
    )


def open_literal(text: str, at: int = 0) -> int | None:
    """Where the unclosed literal at the end of a text begins; None if there is none."""
    while True:
        at = text.find('"', at)
        if at < 0:
            return None
        literal = _literal().match(text, at)
        if literal is None:
            return at
        at = literal.end()


def format_before(line: str, start: int, column: int) -> str:
    """A format's text from its first quote up to a column, with a closing quote if it is missing."""
    text = line[start:column]
    begin = open_literal(text)
    if begin is None:
        return text
    # A backslash at the column would escape the quote.
    backslashes = len(text) - len(text.rstrip("\\"))
    return text + ('\\"' if backslashes % 2 else '"')
