"""Plain events: lines without mistakes, as most are, matched by one regular expression.

It is assembled from the terminals of grammar.lark.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_declaration
from tesc.syntax.grammar import terminals
from tesc.syntax.nodes import Event, Format, Parameter, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.c_type import Declaration

_NO_PROPERTIES: tuple[Word, ...] = ()


@lru_cache(maxsize=None)
def expression() -> re.Pattern[str]:
    """Matches an event without mistakes: property, name, parameters, format."""
    terms = terminals()
    blanks = terms["BLANK"][:-1] + "*"
    name = terms["NAME"]
    # Every word except the first follows a space or a star, so that no text matches in two ways.
    parameter = f"{name}(?:[ \\t*]+{name})*{blanks}"
    pieces = f"{terms['STRING']}(?:{blanks}(?:{terms['STRING']}|{name}(?![A-Za-z0-9_])))*"
    return re.compile(
        f"{blanks}(?:(disable){terms['BLANK']})?({name}){blanks}(\\(){blanks}"
        f"({parameter}(?:,{blanks}{parameter})*)\\){blanks}({pieces}{blanks})?"
    )


def plain_event(text: str, start: int, line: int) -> Event | None:
    """The event of a line without mistakes, or None."""
    match = expression().fullmatch(text)
    return event_of(match, start, line) if match else None


@lru_cache(maxsize=16384)
def _declared(text: str) -> tuple[tuple[int, Declaration], ...] | None:
    """The declarations of a parameter list and their offsets in it; None if one has a flaw."""
    found = []
    at = 0
    for part in text.split(","):
        stripped = part.strip(" \t")
        declaration = parse_declaration(stripped)
        if declaration.flaw is not None:
            return None
        found.append((at + part.index(stripped), declaration))
        at += len(part) + 1
    return tuple(found)


def event_of(match: re.Match[str], start: int, line: int) -> Event | None:
    """The event of a line that matched; None if its parameters have to be examined further."""
    disable, name, _, text, shape = match.groups()
    begin = match.start(4)
    parameters: tuple[Parameter, ...] = ()
    void = text == "void" or text.rstrip(" \t") == "void"
    if not void:
        declared = _declared(text)
        if declared is None:
            return None
        begin += start
        parameters = tuple([Parameter(begin + at, declaration) for at, declaration in declared])
    return Event(
        start=start + match.start(1 if disable else 2),
        end=start + len(match[0].rstrip(" \t")),
        line=line,
        properties=(Word(start + match.start(1), "disable"),) if disable else _NO_PROPERTIES,
        name_start=start + match.start(2),
        name=name,
        open=start + match.start(3),
        close=start + match.end(4),
        void=void,
        parameters=parameters,
        format=Format(start + match.start(5), shape) if shape else None,
    )
