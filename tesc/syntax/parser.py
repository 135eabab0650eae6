"""Parses a source's text to its tree, line by line.

Most lines are plain events, which `plain_events` matches at once. Everything else, directives and every
mistake, goes through lark's parser, and `recovery` explains what lark rejects.
"""

from __future__ import annotations

from tesc.syntax.nodes import Comment, ParseError, Tree
from tesc.syntax.plain_events import event_of, expression
from tesc.syntax.source import Source, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item


def parse(source: Source) -> Tree:
    """The tree of a source. Never fails: an invalid line becomes a Malformed item and errors."""
    items: list[Item] = []
    errors: list[ParseError] = []
    match = expression().fullmatch
    for line, (start, text) in enumerate(split_lines(source.text), 1):
        found = match(text)
        if found is not None:
            event = event_of(found, start, line)
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
