"""Parses single lines by lark: directives, and events that the parser's fast path does not match.

Control characters and bytes that are not UTF-8 count as spaces here, so that they hide no other error; rules
report them.
"""

from __future__ import annotations

from lark.exceptions import UnexpectedInput

from tesc.syntax.items import build
from tesc.syntax.nodes import Comment, Event, ParseError
from tesc.syntax.recovery import explain, explain_declarations, meant
from tesc.syntax.unseen import UNSEEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item


def parse_line(text: str, start: int, line: int) -> tuple[Item | None, list[ParseError]]:
    """The item of a line that starts at offset `start`, and what is wrong with it.

    The item is None if the line is blank.
    """
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
