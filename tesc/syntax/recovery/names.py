"""Reports names with invalid characters and misspelt keywords."""

from __future__ import annotations

import re

from tesc import codes
from tesc.syntax.nodes import Word
from tesc.syntax.recovery.lookalikes import character, plain
from tesc.syntax.recovery.repair import NAME, LineRepair, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.recovery.tokens import Token

_BAD = re.compile("[^A-Za-z0-9_]")


def possible(name: str) -> str:
    """The most similar valid name, or '' if there is none."""
    found = re.sub("[^A-Za-z0-9_]+", "_", "".join(plain(char) for char in name))
    if not NAME.match(name):
        found = found.lstrip("_")
    return found if NAME.match(name[-1:]) else found.rstrip("_")


def report_bad_name(repair: LineRepair, begin: int, end: int, what: str) -> str:
    """Report a name with invalid characters; returns the most similar valid name."""
    name = repair.seen[begin:end]
    bad = _BAD.search(name)
    assert bad is not None
    better = possible(name)
    at = begin + bad.start()
    last = at + (2 if name.startswith("::", bad.start()) else 1)
    shown = quoted("::") if last - at == 2 else character(bad[0])
    help = f"write {quoted(better)}" if better else "a name consists of English letters, digits and '_'"
    patches = ((begin, end, better or "_"),)
    message = f"{shown} cannot be in {what}"
    repair.report(codes.SYNTAX_ERROR, at, last, message, help, patches, patches if better else ())
    repair.lossy |= not better
    return better


def unquoted(repair: LineRepair, token: Token, what: str) -> tuple[int, str]:
    """The column and text of a word; reports quotes around it."""
    begin, end = token.start, token.end
    text = token.text.strip("\"'")
    if text == token.text:
        return begin, text
    # Typographic quotes are reported elsewhere; here any quotes are wrong.
    repair.errors = [error for error in repair.errors if error.span.start != repair.start + begin]
    message = f"{what} has no quotes"
    repair.report(
        codes.SYNTAX_ERROR, begin, end, message, f"write {quoted(text)}", edits=((begin, end, text),)
    )
    return begin + token.text.index(text), text


def read_name(repair: LineRepair, token: Token, what: str) -> Word | None:
    """The name that a word was meant to be; None, after an error, if it differs in length."""
    begin, text = unquoted(repair, token, what)
    if NAME.fullmatch(text):
        return Word(repair.start + begin, text)
    if not text:
        repair.report(codes.SYNTAX_ERROR, begin, token.end, f"{what} cannot be empty")
        return None
    better = report_bad_name(repair, begin, begin + len(text), what)
    return Word(repair.start + begin, better) if len(better) == len(text) else None


def closest(word: str, keywords: tuple[str, ...]) -> str:
    """The keyword that a word resembles, or ''."""
    lower = word.lower()
    if lower in keywords:
        return lower
    from difflib import get_close_matches

    return "".join(get_close_matches(lower[:20], keywords, 1, 0.8))
