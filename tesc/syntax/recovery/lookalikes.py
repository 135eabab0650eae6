"""Reports characters that look like ASCII: typographic quotes, full-width punctuation, foreign letters."""

from __future__ import annotations

import re
import unicodedata

from tesc import codes
from tesc.syntax.recovery.repair import STRING, LineRepair, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.recovery.repair import Patch

_DOUBLE = "“”„‟«»″〝〞＂"
_SINGLE = "‘’‚‛‹›′´＇"
_DOUBLE_OR_PLAIN = re.compile(f'[{_DOUBLE}"]')
_SINGLE_MARK = re.compile(f"[{_SINGLE}]")
# Look-alikes that are not Unicode compatibility forms.
_SIGNS = {**dict.fromkeys("‐‑‒–—−", "-"), "∗": "*", "、": ",", "،": ",", "؛": ";", "×": "*"}
_LIGATURES = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"}
_LETTERS = dict(zip("аеорсухіјѕԁһАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΧο", "aeopcyxijsdhABEKMHOPCTXABEZHIKMNOPTXo"))


def character(char: str) -> str:
    """A character for messages, with its number if it may look like another one."""
    return quoted(char) if char.isascii() else f"{quoted(char)} (U+{ord(char):04X})"


def plain(char: str) -> str:
    """The ASCII character that a character stands for or looks like, or ''."""
    if char.isascii():
        return char
    known = _SIGNS.get(char) or _LETTERS.get(char) or _LIGATURES.get(char)
    if known:
        return known
    decomposed = unicodedata.normalize("NFKD", char)
    return "".join(c for c in decomposed if c.isascii() and c.isprintable() and c != " ")


def straighten(repair: LineRepair) -> None:
    """Replace look-alikes of quotes and punctuation outside of strings and comments."""
    if repair.seen.isascii():
        return
    quotes, signs = _suspects(repair.seen)
    if quotes:
        patches = tuple((at, at + 1, '"') for at in quotes)
        message = f"{character(repair.seen[quotes[0]])} is not a quote of C"
        _replace(repair, patches, message, "write '\"'")
    if signs:
        patches = tuple((at, at + 1, plain(repair.seen[at])) for at in signs)
        wanted = ", ".join(dict.fromkeys(quoted(text) for _, _, text in patches))
        message = f"{character(repair.seen[signs[0]])} is not {quoted(plain(repair.seen[signs[0]]))}"
        _replace(repair, patches, message, f"write {wanted}")


def _replace(repair: LineRepair, patches: tuple[Patch, ...], message: str, help: str) -> None:
    begin, end, _ = patches[0]
    repair.report(codes.SYNTAX_ERROR, begin, end, message, help, edits=patches)
    for at, _, text in patches:
        repair.overwrite(at, text)


def _suspects(seen: str) -> tuple[list[int], list[int]]:
    """Columns of typographic quotes and of characters that have an ASCII look-alike."""
    quotes: list[int] = []
    signs: list[int] = []
    at = 0
    while at < len(seen):
        char = seen[at]
        if char == "#" or seen.startswith("//", at):
            break
        if char == '"':
            at = _string_end(seen, at, quotes)
        elif char in _DOUBLE or char in _SINGLE:
            at = _pair(seen, at, quotes)
        else:
            sign = "" if char.isascii() or char.isalnum() else plain(char)
            if len(sign) == 1 and not sign.isalnum():
                signs.append(at)
            at += 1
    return quotes, signs


def _string_end(seen: str, at: int, quotes: list[int]) -> int:
    """Where to continue after a plain quote; adds the typographic quote that ends its string to `quotes`."""
    match = STRING.match(seen, at)
    if match:
        return match.end()
    marks = [match.start() for match in re.finditer(f"[{_DOUBLE}]", seen[at:])]
    if len(marks) % 2 == 0:
        return len(seen)  # pairs are text of an unclosed string
    quotes.append(at + marks[0])
    return at + marks[0] + 1


def _pair(seen: str, at: int, quotes: list[int]) -> int:
    """Where to continue after a typographic quote; adds it and the quote that ends its string to `quotes`."""
    if seen[at] in _SINGLE and seen[at - 1 : at].isalpha():
        return at + 1  # an apostrophe
    quotes.append(at)
    pattern = _DOUBLE_OR_PLAIN if seen[at] in _DOUBLE else _SINGLE_MARK
    match = pattern.search(seen, at + 1)
    if match is None:
        return at + 1
    if match[0] != '"':
        quotes.append(match.start())
    return match.end()
