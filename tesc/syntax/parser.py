"""From a source's text to its tree, line by line.

Most lines are plain events; one expression, assembled from the terminals of grammar.lark, reads
those whole. Everything else, directives and every mistake, goes through lark's parser, and what
lark refuses is explained by `mistakes`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_declaration
from tesc.syntax.grammar import terminals
from tesc.syntax.nodes import Comment, Event, Format, Parameter, ParseError, Tree, Word
from tesc.syntax.source import Source, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.c_type import Declaration
    from tesc.syntax.nodes import Item

_NO_PROPERTIES: tuple[Word, ...] = ()


@lru_cache(maxsize=None)
def _plain_event() -> re.Pattern[str]:
    """Matches an event without mistakes: property, name, parameters, format."""
    terms = terminals()
    blanks = terms["BLANK"][:-1] + "*"
    name = terms["NAME"]
    # Each word but the first needs a space or star before it, so that no text matches in two ways.
    parameter = f"{name}(?:[ \\t*]+{name})*{blanks}"
    pieces = f"{terms['STRING']}(?:{blanks}(?:{terms['STRING']}|{name}(?![A-Za-z0-9_])))*"
    return re.compile(
        f"{blanks}(?:(disable){terms['BLANK']})?({name}){blanks}(\\(){blanks}"
        f"({parameter}(?:,{blanks}{parameter})*)\\){blanks}({pieces}{blanks})?"
    )


def parse(source: Source) -> Tree:
    """The tree of a source. Never fails: each line that is wrong becomes a Malformed item."""
    items: list[Item] = []
    errors: list[ParseError] = []
    match = _plain_event().fullmatch
    for line, (start, text) in enumerate(split_lines(source.text), 1):
        found = match(text)
        if found is not None:
            event = _event(found, start, line)
            if event is not None:
                items.append(event)
                continue
        stripped = text.strip(" \t")
        if not stripped:
            continue
        if stripped[0] == "#":
            begin = start + text.index("#")
            items.append(Comment(begin, begin + len(stripped), line, stripped))
            continue
        from tesc.syntax.lines import parse_line  # most files have no such line

        item, wrong = parse_line(text, start, line)
        if item is not None:
            items.append(item)
            errors.extend(wrong)
    return Tree(source, tuple(items), tuple(errors))


def plain_event(text: str, start: int, line: int) -> Event | None:
    """The event of a line without mistakes, or None."""
    match = _plain_event().fullmatch(text)
    return _event(match, start, line) if match else None


@lru_cache(maxsize=16384)
def _declared(text: str) -> tuple[tuple[int, Declaration], ...] | None:
    """The declarations of a parameter list and where in it they begin; None where one has a flaw."""
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


def _event(match: re.Match[str], start: int, line: int) -> Event | None:
    """The event of a line that matched whole, or None where its parameters need a closer look."""
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
        start + match.start(1 if disable else 2),
        start + len(match[0].rstrip(" \t")),
        line,
        (Word(start + match.start(1), "disable"),) if disable else _NO_PROPERTIES,
        start + match.start(2),
        name,
        start + match.start(3),
        start + match.end(4),
        void,
        parameters,
        Format(start + match.start(5), shape) if shape else None,
    )
