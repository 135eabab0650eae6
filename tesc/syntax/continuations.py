"""Finds lines that only continue an item that was broken off in the line above.

The parser takes each line by itself. If an event is broken over lines, or not yet complete, its parts should
be reported as one mistake.
"""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.nodes import Comment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import ParseError, Tree

JOIN_HELP = "an item must be on one line: join the next line to this one"
_DECLARATIONS = re.compile(r"(?!(?:include|prefix|disable)\b)[A-Za-z_][A-Za-z0-9_ \t*,]*\\?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')


def continuation_lines(tree: Tree) -> frozenset[int]:
    """The lines, counted from 1, that continue an invalid item in the line above."""
    if len(tree.errors) < 2:
        return frozenset()
    items = {item.line: item for item in tree.items if not isinstance(item, Comment)}
    wrong = [error for error in tree.errors if error.code == codes.SYNTAX_ERROR and ends_line(error, tree)]
    unfinished = {tree.source.place(error.span.start)[0] for error in wrong}
    found: set[int] = set()
    before = ""
    for line in sorted({tree.source.place(error.span.start)[0] for error in tree.errors}):
        if line - 1 not in found:
            before = _text_of(tree, line - 1) if line - 1 in unfinished else ""
        if before and line in items and _continues(before, tree.source.line_text(line).strip()):
            found.add(line)
            before = f"{before} {_text_of(tree, line)}"
    return frozenset(found)


def ends_line(error: ParseError, tree: Tree) -> bool:
    """Whether an error is at the end of its line's text, ignoring comments."""
    line, column = tree.source.place(error.span.end)
    rest = tree.source.line_text(line)[column - 1 :].strip()
    return not rest or rest.startswith(("#", "//", "/*"))


def _text_of(tree: Tree, line: int) -> str:
    """A line's text without a comment, a final backslash, and the spaces around it."""
    text = _STRING.sub('"', tree.source.line_text(line))
    return re.split("#|//|/[*]", text, maxsplit=1)[0].strip().rstrip("\\").rstrip()


def _continues(before: str, text: str) -> bool:
    """Whether a line's text can continue the part of an item that is written above it."""
    if "(" not in before:
        return text.startswith("(")
    if before.count("(") <= before.count(")"):
        return text.startswith('"') and '"' not in before
    if text.startswith((",", ")", '"')):
        return True
    head = text.partition('"')[0]
    if ")" in head:
        return "(" not in head.partition(")")[0]
    return before.endswith((",", "(")) and _DECLARATIONS.fullmatch(text) is not None
