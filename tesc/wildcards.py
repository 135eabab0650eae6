"""Matching of `*` and `?`, in event names and in paths, without backtracking.

Between two stars, the first match of a part is as good as any other, so no other is tried. Regular
expressions would backtrack, and patterns come from untrusted files.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Wildcards:
    """A pattern as the parts between its stars, each of which matches a fixed number of characters."""

    def __init__(self, parts: Sequence[str]) -> None:
        """`parts` are regular expressions made of literal characters, dots and sets, without repetition."""
        self._first = re.compile(parts[0], re.S)
        self._middle = [re.compile(part, re.S).search for part in parts[1:-1] if part]
        self._last = re.compile(parts[-1] + r"\Z", re.S) if len(parts) > 1 else None
        self._last_size = _size(parts[-1])

    def fullmatch(self, text: str) -> bool:
        """Whether the whole text matches."""
        if self._last is None:
            return self._first.fullmatch(text) is not None
        begin = self._first.match(text)
        if begin is None:
            return False
        at = begin.end()
        for search in self._middle:
            found = search(text, at)
            if found is None:
                return False
            at = found.end()
        last = len(text) - self._last_size
        return last >= at and self._last.match(text, last) is not None


def _size(part: str) -> int:
    """How many characters such a regular expression matches."""
    return len(re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|.", part, re.S))


@lru_cache(maxsize=4096)
def wildcards(text: str) -> Wildcards:
    """The compiled pattern of a text in which only `*` and `?` are special."""
    return Wildcards([re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", text)])


def longest_literal(text: str) -> str:
    """The longest literal part of a pattern."""
    return max(re.split(r"[*?]+", text), key=len)


def match_parts(pattern: Sequence[Callable[[str], bool] | None], parts: Sequence[str]) -> bool:
    """Whether a sequence of parts matches a pattern: predicates of one part, or None for any number."""
    at = place = 0
    star = resumed = -1
    while place < len(parts):
        if at < len(pattern) and pattern[at] is None:
            star, resumed = at, place
            at += 1
            continue
        if at < len(pattern):
            matches = pattern[at]
            if matches is not None and matches(parts[place]):
                at += 1
                place += 1
                continue
        if star < 0:
            return False
        resumed += 1
        at, place = star + 1, resumed
    return all(one is None for one in pattern[at:])
