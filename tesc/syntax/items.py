"""Builds the item of a line from lark's tree."""

from __future__ import annotations

from lark import Token
from lark import Tree as LarkTree

from tesc.syntax import grammar
from tesc.syntax.c_type import parse_declaration
from tesc.syntax.nodes import Disable, Event, Format, Include, Parameter, Prefix, Word
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tesc.syntax.nodes import Item


def build(seen: str, text: str, start: int, line: int) -> Item:
    """The item that lark finds in `seen`; its nodes take their text from `text`, which is as long.

    Raises lark's UnexpectedInput if the line is not an item.
    """
    tree = grammar.parser().parse(seen)
    end = start + len(seen.rstrip(" \t"))
    begin = start + len(seen) - len(seen.lstrip(" \t"))
    if tree.data == "event":
        return _event(tree, seen, text, start, line, begin, end)
    parts: list[Any] = tree.children  # depends on grammar.lark's rules
    if tree.data == "include":
        path, _, prefix, _, base = parts[1:]
        at = start + path.start_pos
        return Include(
            start=begin,
            end=end,
            line=line,
            path=text[path.start_pos + 1 : path.end_pos - 1],
            path_span=Span(at, at + len(path)),
            prefix=_word(prefix, start) if prefix else None,
            base=Word(start + base.start_pos, str(base)) if base else None,
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
        start=begin,
        end=end,
        line=line,
        properties=tuple(_word(token, start) for token in properties.children) if properties else (),
        name_start=start + name.start_pos,
        name=str(name),
        open=start + opening,
        close=start + closing,
        void=void,
        parameters=()
        if void
        else tuple(Parameter(start + a, parse_declaration(seen[a:b])) for a, b in declared),
        format=Format(start + shape.children[0].start_pos, text[shape.children[0].start_pos :])
        if shape
        else None,
    )
