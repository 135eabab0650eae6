"""The text of a C or Rust file with comments and literals masked, so that what is left is code.

Offsets hold. A comment is blanks, and so is a continued line's end, so that lines are the compiler's;
a string is as many `"`, a character as many `'`. A literal that is not ended ends with its line in C
and with the file in Rust, as it does for compilers that go on after the error.
"""

from __future__ import annotations

import re

# Each alternative starts with one of few characters, which re looks for quickly, and none of them
# tries a text twice. A line is continued by a backslash even before blanks (gcc, clang).
_C = r"""
    //(?:[^\\\n]+|\\(?:[ \t\f\v]*\r?\n|.))*
  | /\*(?:[^*]*\*+(?:[^/*][^*]*\*+)*/|.*)
  | "(?:(?:(?<=\bR")|(?<=\bLR")|(?<=\buR")|(?<=\bUR")|(?<=\bu8R"))([^ ()\\\s"]{0,16})\(.*?(?:\)\1"|\Z)
     | (?:[^"\\\n]+|\\(?:[ \t\f\v]*\r?\n|.))*"?)
  | '(?:[^'\\\n]+|\\(?:[ \t\f\v]*\r?\n|.))*'?
  | \\[ \t\f\v]*\r?\n
"""
# 1'000 is a number (C++14, C23). Looking for digits too takes longer.
_NUMBER = r"(?<![\w.])\.?[0-9][\w.]*(?:'\w[\w.]*)+ |"
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
_HAS_NUMBERS = re.compile(r"[0-9A-Fa-f]'\w")
_IN_RUST = re.compile(_RUST, _FLAGS)
_COMMENT_ENDS = re.compile(r"/\*|\*/")


def masked_c(text: str) -> str:
    """The text of a C, C++ or Objective-C file, masked."""
    expression = _IN_C_WITH_NUMBERS if _HAS_NUMBERS.search(text) else _IN_C
    return expression.sub(_mask, text)


def masked_rust(text: str) -> str:
    """The text of a Rust file, masked. Its comments nest."""
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


def _mask(match: re.Match[str]) -> str:
    found = match[0]
    first = found[0]
    if first in "/\\":
        return " " * len(found)
    if first in "\"'":
        return first * len(found)
    return '"' * len(found) if first == "#" else found


def _end_of_comment(text: str, start: int) -> int:
    """Where a comment ends whose begin has just been read."""
    depth = 1
    for end in _COMMENT_ENDS.finditer(text, start):
        depth += 1 if end[0] == "/*" else -1
        if not depth:
            return end.end()
    return len(text)
