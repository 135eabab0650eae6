"""Masks comments and literals in the text of a C or Rust file, so that only code is left.

Offsets stay the same. Comments and the ends of continued lines become spaces, as in a compiler; a string
becomes as many `"`, a character as many `'`. An unterminated literal ends with its line in C and with the
file in Rust, as in compilers that continue after the error. An unterminated C comment, such as one being
typed, also ends with its line, so that the calls below it are still seen.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Each alternative starts with one of few characters, which re finds quickly, and none tries a text twice. A
# backslash continues a line even before spaces (gcc, clang) and after another backslash: lines are joined
# before escapes are read (C11 5.1.1.2).
_SPLICE = r"\\[ \t\f\v]*\r?\n"
_COMMENT = r"/\*(?:[^*]*\*+(?:[^/*][^*]*\*+)*/|.*)"
_C = rf"""
    //(?:[^\\\n]+|{_SPLICE}|\\)*
  | {_COMMENT}
  | "(?:(?:(?<=\bR")|(?<=\bLR")|(?<=\buR")|(?<=\bUR")|(?<=\bu8R"))([^ ()\\\s"]{{0,16}})\(.*?(?:\)\1"|\Z)
     | (?:[^"\\\n]+|{_SPLICE}|\\(?:{_SPLICE})*[^\n])*"?)
  | '(?:[^'\\\n]+|{_SPLICE}|\\(?:{_SPLICE})*[^\n])*'?
  | {_SPLICE}
"""
# 1'000 is a number (C++14, C23), and so is the end of a.1'000. Searching for digits would take longer.
_NUMBER = r"(?:\.|(?<!\w))[0-9][\w.]*(?:'\w[\w.]*)+ |"
_RUST = r"""
    //[^\n]*
  | /\*
  | (?:(?<=\br)|(?<=\bbr)|(?<=\bcr))(\#*)".*?(?:"\1|\Z)
  | "(?:[^"\\]+|\\.)*"?
  | '(?:\\(?:u\{[^}'\n]*\}|x[0-9A-Fa-f]{2}|[^\n])|[^\\'\n])'
"""
_FLAGS = re.S | re.X
_IN_C = re.compile(_C, _FLAGS)
_IN_C_WITH_NUMBERS = re.compile(_NUMBER + _C, _FLAGS)
# After an unterminated comment, no later comment is terminated either.
_NOT_ENDED = re.compile(_NUMBER + _C.replace(_COMMENT, r"/\*[^\n]*"), _FLAGS)
# Not an apostrophe as in `device's`, which most files have in comments.
_HAS_NUMBERS = re.compile(r"[0-9][\w.]*'\w")
_IN_RUST = re.compile(_RUST, _FLAGS)
_COMMENT_ENDS = re.compile(r"/\*|\*/")


def masked_c(text: str) -> str:
    """The masked text of a C, C++ or Objective-C file."""
    expression = _IN_C_WITH_NUMBERS if _HAS_NUMBERS.search(text) else _IN_C
    return expression.sub(_mask_in_c, text)


def masked_around(text: str, places: Sequence[int]) -> str:
    """The text of a C file, masked around sorted offsets `places`, with spaces elsewhere.

    Masked parts begin and end at a `}` at the start of a line, like functions, and outside of comments. A
    text with raw strings is masked entirely.
    """
    if 'R"' in text:
        return masked_c(text)
    parts: list[str] = []
    done = 0
    for place in places:
        if place < done:
            continue
        start = _outside(text, _after_function(text, done, place), done)
        end = text.find("\n}", place)
        while end >= 0 and text.rfind("/*", start, end) > text.rfind("*/", start, end):
            end = text.find("\n}", end + 2)
        end = len(text) if end < 0 else end + 2
        parts += " " * (start - done), masked_c(text[start:end])
        done = end
    parts.append(" " * (len(text) - done))
    return "".join(parts)


def _after_function(text: str, least: int, place: int) -> int:
    """The end of the last `}` before `place` that begins a line; `least` if there is none."""
    found = text.rfind("\n}", least, place)
    return found + 2 if found >= 0 else least


def _outside(text: str, start: int, least: int) -> int:
    """The last offset from `least` to `start` that is not in a comment."""
    while start > least:
        ends = text.find("*/", start)
        begins = text.find("/*", start)
        if ends < 0 or 0 <= begins < ends:
            break
        start = _after_function(text, least, start - 2)
    return start


def masked_rust(text: str) -> str:
    """The masked text of a Rust file, in which comments nest."""
    if "/*" not in text:
        return _IN_RUST.sub(_mask, text)
    parts = []
    done = 0
    match = _IN_RUST.search(text)
    while match:
        start, end = match.span()
        parts.append(text[done:start])
        if match[0] == "/*":
            end = _end_of_comment(text, end)
            parts.append(" " * (end - start))
        else:
            parts.append(_mask(match))
        done = end
        match = _IN_RUST.search(text, end)
    return "".join([*parts, text[done:]])


def _mask_in_c(match: re.Match[str]) -> str:
    found = match[0]
    if found.startswith("/*") and (not found.endswith("*/") or len(found) < 4):
        return _NOT_ENDED.sub(_mask, found)
    return _mask(match)


def _mask(match: re.Match[str]) -> str:
    found = match[0]
    first = found[0]
    if first in "/\\":
        return " " * len(found)
    if first in "\"'":
        return first * len(found)
    return '"' * len(found) if first == "#" else found


def _end_of_comment(text: str, start: int) -> int:
    """The end of the comment that begins before `start`."""
    depth = 1
    for end in _COMMENT_ENDS.finditer(text, start):
        depth += 1 if end[0] == "/*" else -1
        if not depth:
            return end.end()
    return len(text)
