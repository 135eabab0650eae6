"""One line through lark: directives, and whatever the parser's shortcut does not take.

`parse_line` returns a node for every line. Control characters and bytes that are not UTF-8 count
as spaces here, so that they hide nothing else; rules report them.
"""

from __future__ import annotations

import re

from lark import Token
from lark import Tree as LarkTree
from lark.exceptions import UnexpectedInput

from tesc.syntax import grammar
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.nodes import (
    Comment,
    Disable,
    Event,
    Format,
    Include,
    Parameter,
    ParseError,
    Prefix,
    Word,
)
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.syntax.nodes import Item

# Anything that cannot be seen: C0 and C1 controls, byte order marks, Unicode's own line ends and
# spaces, and the surrogates that stand for bytes that are not UTF-8.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff\ud800-\udfff]"
)


def parse_line(text: str, start: int, line: int) -> tuple[Item | None, list[ParseError]]:
    """The item of a line that starts at offset `start`, and what is wrong with it.

    None for a line on which nothing is to be seen.
    """
    from tesc.syntax.recovery import explain, explain_declarations, meant

    seen = UNSEEN.sub(" ", text)
    stripped = seen.strip(" \t")
    if not stripped:
        return None, []
    if stripped[0] == "#":
        begin = seen.index("#")
        return Comment(
            start + begin, start + begin + len(stripped), line, text[begin : begin + len(stripped)]
        ), []
    try:
        item = build(seen, text, start, line)
    except UnexpectedInput as error:
        return explain(seen, text, start, line, error)
    if isinstance(item, Event):
        return meant(item), explain_declarations(item)
    return item, []


def build(seen: str, text: str, start: int, line: int) -> Item:
    """The item that lark finds in `seen`; its nodes repeat `text`, which is as long.

    Raises lark's UnexpectedInput where the line is not an item.
    """
    tree = grammar.parser().parse(seen)
    end = start + len(seen.rstrip(" \t"))
    begin = start + len(seen) - len(seen.lstrip(" \t"))
    if tree.data == "event":
        return _event(tree, seen, text, start, line, begin, end)
    parts: list[Any] = tree.children  # what grammar.lark's rules put there
    if tree.data == "include":
        path, _, prefix, _, base = parts[1:]
        at = start + path.start_pos
        return Include(
            begin,
            end,
            line,
            text[path.start_pos + 1 : path.end_pos - 1],
            Span(at, at + len(path)),
            _word(prefix, start) if prefix else None,
            Word(start + base.start_pos, str(base)) if base else None,
        )
    if tree.data == "prefix":
        return Prefix(begin, end, line, _word(parts[1], start))
    return Disable(begin, end, line, tuple(_word(part, start) for part in parts[1:]))


def _word(part: LarkTree[Token] | Token, start: int) -> Word:
    token: Any = next(part.scan_values(lambda _: True)) if isinstance(part, LarkTree) else part
    return Word(start + token.start_pos, str(token))


def _event(tree: LarkTree[Token], seen: str, text: str, start: int, line: int, begin: int, end: int) -> Event:
    children: list[Any] = tree.children
    properties, name, parameters, shape = children
    declared = (
        [(part.children[0].start_pos, part.children[-1].end_pos) for part in parameters.children]
        if parameters
        else []
    )
    void = len(declared) == 1 and text[slice(*declared[0])] == "void"
    opening = text.index("(", name.end_pos)
    closing = text.index(")", declared[-1][1] if declared else opening)
    return Event(
        begin,
        end,
        line,
        tuple(_word(token, start) for token in properties.children) if properties else (),
        start + name.start_pos,
        str(name),
        start + opening,
        start + closing,
        void,
        () if void else tuple(Parameter(start + a, parse_declaration(seen[a:b])) for a, b in declared),
        Format(start + shape.children[0].start_pos, text[shape.children[0].start_pos :]) if shape else None,
    )
