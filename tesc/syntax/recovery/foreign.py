"""Reports lines that are neither events nor directives: C comments, conflict markers, parts of items."""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.recovery.declarations import is_type_word
from tesc.syntax.recovery.quotes import MACRO
from tesc.syntax.recovery.repair import NAME, LineRepair

_CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?:[ \t]|$)")
_JOIN_BEFORE = "an item must be on one line: join this one to the line before"


def report_foreign(repair: LineRepair) -> bool:
    """Report a line that is clearly not an item; False if it may be one."""
    begin, end = len(repair.seen) - len(repair.seen.lstrip(" \t")), repair.end
    text = repair.seen[begin:end]
    marker = _CONFLICT.match(text)
    if marker:
        repair.report(
            codes.SYNTAX_ERROR,
            begin,
            begin + 7,
            "a merge conflict is left here",
            "keep what is right, and remove its markers",
        )
    elif text == "*" or text.startswith(("//", "/*", "*/", "* ")):
        _comment(repair, begin, end, text)
    elif (text[0] in "\"'`" and not re.match(r'"[A-Za-z0-9_]+"[ \t]*\(', text)) or MACRO.match(text):
        repair.report(codes.SYNTAX_ERROR, begin, end, "a format without an event", _JOIN_BEFORE)
    elif _is_rest_of_list(text):
        repair.report(codes.SYNTAX_ERROR, begin, end, "parameters without an event's name", _JOIN_BEFORE)
    else:
        return False
    return True


def _comment(repair: LineRepair, begin: int, end: int, text: str) -> None:
    sign = re.match(r"/\*+|//+|\*/?", text)
    assert sign is not None
    edits = [(begin, begin + len(sign[0]), "#")]
    closed = text.find("*/", 2) if text.startswith("/*") else -1
    if closed == len(text) - 2 > 1:
        last = len(text[:-2].rstrip("* \t"))
        edits.append((begin + max(last, len(sign[0])), end, ""))
    elif closed >= 0:
        edits = []  # the rest of the line would become part of the comment
    repair.report(
        codes.SYNTAX_ERROR,
        begin,
        begin + len(sign[0]),
        "a comment begins with '#'",
        "write '#'",
        edits=tuple(edits),
    )


def _is_rest_of_list(text: str) -> bool:
    """Whether text continues a parameter list, to its end or not: `int b) "x %d"`."""
    if text[0] in "),":
        return True
    opening = text.find("(")
    quote = text.find('"')
    if opening >= 0 and (quote < 0 or opening < quote):
        return False
    words = NAME.findall(text if quote < 0 else text[:quote])
    return bool(words) and is_type_word(words[0]) and (len(words) > 1 or "*" in text)


def report_prose(repair: LineRepair) -> bool:
    """Report a line that consists of words, but not those of an event."""
    begin, end = len(repair.seen) - len(repair.seen.lstrip(" \t")), repair.end
    if not _is_prose(repair.seen[begin:end]):
        return False
    repair.errors.clear()
    help = "an event is NAME(PARAMETERS) \"FORMAT\"; a comment begins with '#'"
    repair.report(codes.SYNTAX_ERROR, begin, end, "neither an event nor a directive", help)
    return True


def _is_prose(text: str) -> bool:
    """Whether text has several words, but no parenthesis, string or parameter's type."""
    if re.search("[()\"]|[ \t]'", text) or text.endswith("\\"):
        return False
    if not NAME.search(text):
        return True
    words = text.split()
    return len(words) != 1 + (words[0] == "disable") and not any(map(is_type_word, words[1:]))
