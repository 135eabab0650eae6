"""The last resort: reports what the parser expected where it stopped."""

from __future__ import annotations

from tesc import codes
from tesc.syntax.nodes import ParseError
from tesc.syntax.recovery.lookalikes import character
from tesc.syntax.recovery.repair import NAME, quoted
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_READABLE = {
    "COMMA": "','",
    "RPAR": "')'",
    "LPAR": "'('",
    "EVENT_NAME": "an event's name",
    "NAME": "a name",
    "GLOB": "a pattern",
    "STRING": "a string",
    "INTEGER": "an integer",
    "PREFIX": "'prefix'",
    "BASE": "'base'",
    "$END": "the end of the line",
}
# How much of the text before an error is examined.
_NEAR = 200


def unexpected(seen: str, start: int, error: UnexpectedInput) -> ParseError:
    """The error for one of the parser's, whose columns are those of `seen`."""
    end = len(seen.rstrip(" \t"))
    token = getattr(error, "token", None)
    at = end if token is not None and token.type == "$END" else min(max(error.pos_in_stream or 0, 0), end)
    word = NAME.match(seen, at)
    last = min(word.end() if word else at + 1, end)
    before = seen[max(at - _NEAR, 0) : at].rstrip(" \t")
    expected = _names(error)
    found = character(seen[at]) if last - at == 1 else quoted(seen[at:last])
    if expected and before:
        message = f"expected {expected} after {quoted(before.split()[-1])}"
    elif at < end:
        message = f"unexpected {found}"
    else:
        message = "unexpected end of the line"
    return ParseError(codes.SYNTAX_ERROR, Span(start + at, start + last), message)


def _names(error: UnexpectedInput) -> str:
    """What the parser expected, in words; empty if that would not help."""
    names = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    if {"COMMA", "RPAR"} <= names:
        names &= {"COMMA", "RPAR"}
    elif "NAME" in names:
        names -= {"GLOB", "PREFIX", "BASE", "EVENT_NAME"}
    texts = [text for name, text in _READABLE.items() if name in names]
    return " or ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
