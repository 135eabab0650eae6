"""Formats in which a quote is missing, escaped, or another character than it should be."""

from __future__ import annotations

import re
from itertools import islice

from tesc.syntax.mistakes.draft import Draft, quoted
from tesc.syntax.mistakes.tokens import scan

MACRO = re.compile(r"\bPRI[diouxX][A-Z0-9]+\b")
_MACRO_LIKE = re.compile(r"[A-Z][A-Z0-9_]+|PRI[diouxX][A-Z0-9]+")
# Of so many macros it's tried whether the quote before or after them is missing.
_MOST_MACROS = 8


def mend_other_quotes(draft: Draft, at: int) -> None:
    """Report escaped and single quotes from column `at` on, and put plain ones for them."""
    _unescape(draft, at)
    body = draft.seen[at : draft.end].lstrip(" \t")
    if body[:1] not in ("'", "`") and _is_format('"' + body):
        return  # they are text of a string whose first quote is missing
    tokens = scan(draft.seen, at)
    marks = [(token.start, token.end - 1) for token in tokens if token.kind == "other"]
    if not marks and tokens and tokens[0].text in ("'", "`") and draft.seen[: draft.end].endswith('"'):
        marks = [(tokens[0].start, tokens[0].start)]
    if not marks:
        return
    begin, end = marks[0][0], marks[0][1] + 1
    edits = tuple((mark, mark + 1, '"') for pair in marks for mark in dict.fromkeys(pair))
    text = draft.seen[begin + 1 : end - 1]
    help = f"""write '"{text}"'""" if text else "write '\"'"
    draft.report("TE001", begin, end, "a format stands in double quotes", help, edits=edits)
    for mark, _, _ in edits:
        draft.overwrite(mark, '"')


def _unescape(draft: Draft, at: int) -> None:
    """Put plain quotes for escaped ones outside of strings: `\\"a %d\\"`."""
    first = draft.seen.find('"', at)
    if first <= at or draft.seen[first - 1] != "\\":
        return
    marks = [at + match.start() for match in re.finditer(r'\\"', draft.seen[at:])]
    edits = tuple((mark, mark + 1, "") for mark in marks)
    draft.report(
        "TE001", first - 1, first + 1, "an escaped quote outside of a string", "write '\"'", edits=edits
    )
    for index, mark in enumerate(marks):
        # The blank that makes up for the backslash goes where it is in no string.
        draft.overwrite(mark, '" ' if index % 2 else ' "')


def mend_missing_quote(draft: Draft, at: int) -> bool:
    """Report the one missing quote that makes a format of all that stands from column `at` on."""
    begin, end = at + len(draft.seen[at:]) - len(draft.seen[at:].lstrip(" \t")), draft.end
    body = draft.seen[begin:end]
    if body.endswith('\\"') and _is_format(body[:-2] + '"'):
        message = "this quote is escaped, so the string has no end"
        draft.report("TE410", end - 2, end, message, "write '\"'", edits=((end - 2, end - 1, ""),))
        draft.overwrite(end - 2, '" ')
        return True
    return _beside_macro(draft, begin, body) or _at_either_end(draft, begin, end, body)


def _beside_macro(draft: Draft, begin: int, body: str) -> bool:
    for macro in islice(MACRO.finditer(body), _MOST_MACROS):
        after = len(body) - len(body[macro.end() :].lstrip(" \t"))
        if after < len(body) and _is_format(body[:after] + '"' + body[after:], macro[0], macro.start()):
            at = begin + after
            message = f"expected '\"' after {quoted(macro[0])}"
            help = f"write {quoted(macro[0] + ' ' + chr(34) + body[after:])}"
            _insert_quote(draft, "TE001", at, begin + macro.end(), message, help)
            return True
        if _is_format(body[: macro.start()] + '"' + body[macro.start() :], macro[0], macro.start() + 1):
            at = begin + macro.start()
            before = len(body[: macro.start()].rstrip(" \t"))
            message = f"expected '\"' before {quoted(macro[0])}"
            help = f"write {quoted(body[:before] + chr(34) + ' ' + macro[0])}"
            _insert_quote(draft, "TE410", at, begin + before, message, help)
            return True
    return False


def _at_either_end(draft: Draft, begin: int, end: int, body: str) -> bool:
    if body[0] != '"' and _is_format('"' + body):
        help = f"""write '"{body}'"""
        edits = ((begin, begin, '"'),)
        _insert_quote(draft, "TE001", begin, begin, "expected '\"' at the start of the format", help, edits)
        return True
    if not _is_format(body + '"'):
        return False
    at = next(token.start for token in scan(body, 0) if token.kind == "open")
    if at == len(body) - 1:
        draft.remove("TE410", end - 1, end, "this string has no closing quote", "leave the '\"' out")
        return True
    help = f"""write '{body[at:]}"'"""
    mend = ((end, end + 1 if end < len(draft.seen) else end, '"'),)
    draft.report("TE410", begin + at, end, "this string has no closing quote", help, mend, ((end, end, '"'),))
    return True


def _insert_quote(
    draft: Draft,
    code: str,
    at: int,
    place: int,
    message: str,
    help: str,
    edits: tuple[tuple[int, int, str], ...] = (),
) -> None:
    """Report a missing quote at `place`; in the mended line it takes a blank's room before `at`."""
    room = at - 1 if draft.seen[at - 1] in " \t" else at
    draft.report(code, place, place, message, help, ((room, at, '"'),), edits)


def _is_format(text: str, macro: str = "", at: int = 0) -> bool:
    """Is the text strings and macros only, with the given macro, if any, as a word at column `at`?"""
    tokens = scan(text, 0)
    if not tokens or tokens[0].kind != "string":
        return False
    if macro and not any(token.kind == "word" and token.start == at for token in tokens):
        return False
    return all(token.kind == "string" or _MACRO_LIKE.fullmatch(token.text) for token in tokens)
