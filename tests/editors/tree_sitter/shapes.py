"""What two parsers see in a text, in the same form: tesc's tree, and that of the tree-sitter grammar.

A shape is a tuple that begins with an item's kind, followed by spans in bytes and their meanings. The end of
an item is left out, because only tesc handles invisible characters there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from tesc.syntax.nodes import Comment, Disable, Event, Include, Prefix
from tesc.syntax.parser import parse
from tesc.syntax.printf import StringLiteral
from tesc.syntax.source import Source, split_lines

Shape = tuple
_LENGTH = "(?:hh|h|ll|l|q|L|j|z|Z|t)?"
_UNFINISHED = re.compile(rf"%(\d+\$)?[-+ #0'I]*(\*|\d+)?(\*?\d+\$)?(\.(\*(\d+\$)?|-?\d*))?{_LENGTH}")
# A conversion that begins in one literal and may continue in the next: only tesc handles it.
_SPLIT = re.compile(rf'%[^"a-zA-Z%]*{_LENGTH}"\s*"')


class Seen:
    """A parser's view of a text: the shape of each line, by its number from 0, and the wrong lines."""

    def __init__(self) -> None:
        self.shapes: dict[int, Shape] = {}
        self.wrong: set[int] = set()


class Lines:
    """The line of a byte in a text; a line includes its end."""

    def __init__(self, text: str) -> None:
        self.byte_of = [0, *accumulate(len(char.encode()) for char in text)]
        self._starts = [self.byte_of[start] for start, _ in split_lines(text)] or [0]

    def line(self, byte: int) -> int:
        return bisect_right(self._starts, byte) - 1


def of_tesc(text: str) -> Seen:
    """What tesc's parser sees. A broken line has no shape."""
    lines = Lines(text)
    tree = parse(Source("trace-events", text))
    seen = Seen()
    seen.wrong = {tree.source.place(one.span.start)[0] - 1 for one in tree.errors}
    for item in tree.items:
        if item.line - 1 not in seen.wrong:
            seen.shapes[item.line - 1] = _shape(item, lines.byte_of)
    return seen


def _shape(item, byte_of) -> Shape:
    def at(span) -> tuple[int, int]:
        return byte_of[span.start], byte_of[span.end]

    if isinstance(item, Comment):
        return ("comment", byte_of[item.start])
    if isinstance(item, Prefix):
        return ("prefix", at(item.name.span))
    if isinstance(item, Disable):
        return ("disable", *(at(word.span) for word in item.patterns))
    if isinstance(item, Include):
        parts = (item.prefix, item.base)
        return ("include", at(item.path_span), *(at(part.span) if part else None for part in parts))
    assert isinstance(item, Event)
    return (
        "event",
        tuple(at(word.span) for word in item.properties),
        at(item.name_span),
        item.void,
        tuple((at(one.type_span), at(one.name_span)) for one in item.parameters),
        _format(item, byte_of),
    )


def _format(event: Event, byte_of) -> Shape | None:
    """The pieces of a format, and the conversions that are completely within one literal."""
    if event.format is None:
        return None
    start = event.format.start
    parsed = event.format.parsed
    pieces = tuple(
        (
            "literal" if isinstance(one, StringLiteral) else "macro",
            byte_of[start + one.start],
            byte_of[start + one.end],
        )
        for one in parsed.pieces
    )
    if "\\" in event.format.text or _SPLIT.search(event.format.text):
        return pieces, None
    whole = [
        (byte_of[start + one.start], byte_of[start + one.end])
        for one in parsed.conversions
        if one.letter and any(a.start < one.start and one.end < a.end for a in parsed.literals)
    ]
    return pieces, tuple(whole)


def of_tree_sitter(text: str, root) -> Seen:
    """What the tree-sitter grammar sees: `root` is the root of its tree of that text, in UTF-8.

    Every line that contains part of an error is wrong, except if that is only its line end.
    """
    lines = Lines(text)
    seen = Seen()
    for node in _errors(root):
        first = lines.line(node.start_byte)
        last = lines.line(max(node.start_byte, node.end_byte - 1))
        seen.wrong.update(range(first, last + 1))
    for node in root.children:
        line = lines.line(node.start_byte)
        if node.is_named and not node.is_error and line not in seen.wrong:
            seen.shapes[line] = _node_shape(node)
    return seen


def _errors(root) -> list:
    """The error nodes."""
    found, rest = [], [root]
    while rest:
        node = rest.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            rest.extend(node.children)
    return found


def _span(node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _node_shape(node) -> Shape:
    def field(name: str):
        found = node.child_by_field_name(name)
        return _span(found) if found else None

    if node.type == "comment":
        return ("comment", node.start_byte)
    if node.type == "prefix":
        return ("prefix", field("name"))
    if node.type == "disable":
        return ("disable", *map(_span, node.named_children))
    if node.type == "include":
        return ("include", field("path"), field("prefix"), field("base"))
    parameters = node.child_by_field_name("parameters").named_children
    declared = [one for one in parameters if one.type == "parameter"]
    return (
        node.type,
        tuple(map(_span, node.children_by_field_name("property"))),
        field("name"),
        len(parameters) > len(declared),
        tuple(map(_declaration, declared)),
        _node_format(node.child_by_field_name("format")),
    )


def _declaration(node) -> Shape:
    types = node.children_by_field_name("type")
    return (types[0].start_byte, types[-1].end_byte), _span(node.child_by_field_name("name"))


def _node_format(node) -> Shape | None:
    if node is None:
        return None
    kinds = {"string": "literal", "macro": "macro"}
    pieces = tuple((kinds[one.type], *_span(one)) for one in node.named_children)
    inner = [one for piece in node.named_children for one in piece.named_children]
    if any(one.type == "escape_sequence" for one in inner) or _SPLIT.search(node.text.decode()):
        return pieces, None
    conversions = (one for one in inner if one.type == "conversion")
    # A conversion at the end of a literal may lack its letter, which is in a macro or the next literal.
    return pieces, tuple(_span(one) for one in conversions if not _UNFINISHED.fullmatch(one.text.decode()))
