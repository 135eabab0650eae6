"""Reports quotes of a format that are missing, escaped, or the wrong character."""

from __future__ import annotations

import re
from itertools import islice

from tesc import codes
from tesc.syntax.recovery.repair import LineRepair, quoted
from tesc.syntax.recovery.tokens import scan

MACRO = re.compile(r"\bPRI[diouxX][A-Z0-9]+\b")
_MACRO_LIKE = re.compile(r"[A-Z][A-Z0-9_]+|PRI[diouxX][A-Z0-9]+")
# The maximum number of macros at which a missing quote is tried.
_MOST_MACROS = 8


def repair_other_quotes(repair: LineRepair, at: int) -> None:
    """Report escaped and single quotes from column `at` on, and replace them by plain ones."""
    _unescape(repair, at)
    body = repair.seen[at : repair.end].lstrip(" \t")
    if body[:1] not in ("'", "`") and _is_format('"' + body):
        return  # they are text in a string whose first quote is missing
    tokens = scan(repair.seen, at)
    marks = [(token.start, token.end - 1) for token in tokens if token.kind == "other"]
    if not marks and tokens and tokens[0].text in ("'", "`") and repair.seen[: repair.end].endswith('"'):
        marks = [(tokens[0].start, tokens[0].start)]
    if not marks:
        return
    begin, end = marks[0][0], marks[0][1] + 1
    edits = tuple((mark, mark + 1, '"') for pair in marks for mark in dict.fromkeys(pair))
    text = repair.seen[begin + 1 : end - 1]
    help = f"""write '"{text}"'""" if text else "write '\"'"
    repair.report(codes.SYNTAX_ERROR, begin, end, "a format must be in double quotes", help, edits=edits)
    for mark, _, _ in edits:
        repair.overwrite(mark, '"')


def _unescape(repair: LineRepair, at: int) -> None:
    """Replace escaped quotes outside of strings: `\\"a %d\\"`."""
    first = repair.seen.find('"', at)
    if first <= at or repair.seen[first - 1] != "\\":
        return
    marks = [at + match.start() for match in re.finditer(r'\\"', repair.seen[at:])]
    edits = tuple((mark, mark + 1, "") for mark in marks)
    repair.report(
        codes.SYNTAX_ERROR,
        first - 1,
        first + 1,
        "an escaped quote outside of a string",
        "write '\"'",
        edits=edits,
    )
    for index, mark in enumerate(marks):
        # The space that replaces the backslash goes outside of the string.
        repair.overwrite(mark, '" ' if index % 2 else ' "')


def repair_missing_quote(repair: LineRepair, at: int) -> bool:
    """Report a single missing quote that would make everything from column `at` on a format."""
    begin, end = at + len(repair.seen[at:]) - len(repair.seen[at:].lstrip(" \t")), repair.end
    body = repair.seen[begin:end]
    if body.endswith('\\"') and _is_format(body[:-2] + '"'):
        message = "this quote is escaped, so the string is not closed"
        repair.report(
            codes.INVALID_STRING, end - 2, end, message, "write '\"'", edits=((end - 2, end - 1, ""),)
        )
        repair.overwrite(end - 2, '" ')
        return True
    return _beside_macro(repair, begin, body) or _at_either_end(repair, begin, end, body)


def _beside_macro(repair: LineRepair, begin: int, body: str) -> bool:
    for macro in islice(MACRO.finditer(body), _MOST_MACROS):
        after = len(body) - len(body[macro.end() :].lstrip(" \t"))
        if body[after:] == '"':
            return False  # a superfluous quote: a second one would only give an empty string
        if after < len(body) and _is_format(body[:after] + '"' + body[after:], macro[0], macro.start()):
            at = begin + after
            message = f"expected '\"' after {quoted(macro[0])}"
            help = f"write {quoted(macro[0] + ' ' + chr(34) + body[after:])}"
            _insert_quote(repair, codes.SYNTAX_ERROR, at, begin + macro.end(), message, help)
            return True
        if _is_format(body[: macro.start()] + '"' + body[macro.start() :], macro[0], macro.start() + 1):
            at = begin + macro.start()
            before = len(body[: macro.start()].rstrip(" \t"))
            message = f"expected '\"' before {quoted(macro[0])}"
            help = f"write {quoted(body[:before] + chr(34) + ' ' + macro[0])}"
            _insert_quote(repair, codes.INVALID_STRING, at, begin + before, message, help)
            return True
    return False


def _at_either_end(repair: LineRepair, begin: int, end: int, body: str) -> bool:
    if body[0] != '"' and _is_format('"' + body):
        help = f"""write '"{body}'"""
        edits = ((begin, begin, '"'),)
        _insert_quote(
            repair, codes.SYNTAX_ERROR, begin, begin, "expected '\"' at the start of the format", help, edits
        )
        return True
    if not _is_format(body + '"'):
        return False
    at = next(token.start for token in scan(body, 0) if token.kind == "open")
    if at == len(body) - 1:
        repair.remove(
            codes.INVALID_STRING, end - 1, end, "this string has no closing quote", "remove the '\"'"
        )
        return True
    help = f"""write '{body[at:]}"'"""
    patches = ((end, end + 1 if end < len(repair.seen) else end, '"'),)
    repair.report(
        codes.INVALID_STRING,
        begin + at,
        end,
        "this string has no closing quote",
        help,
        patches,
        ((end, end, '"'),),
    )
    return True


def _insert_quote(
    repair: LineRepair,
    code: str,
    at: int,
    place: int,
    message: str,
    help: str,
    edits: tuple[tuple[int, int, str], ...] = (),
) -> None:
    """Report a missing quote at `place`; in the repaired line it replaces a space before `at`."""
    room = at - 1 if repair.seen[at - 1] in " \t" else at
    repair.report(code, place, place, message, help, ((room, at, '"'),), edits)


def _is_format(text: str, macro: str = "", at: int = 0) -> bool:
    """Whether text consists of strings and macros, with `macro`, if given, as a word at column `at`."""
    tokens = scan(text, 0)
    if not tokens or tokens[0].kind != "string":
        return False
    if macro and not any(token.kind == "word" and token.start == at for token in tokens):
        return False
    return all(token.kind == "string" or _MACRO_LIKE.fullmatch(token.text) for token in tokens)
