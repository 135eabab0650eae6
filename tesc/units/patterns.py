"""Patterns of event names: `*` matches any characters, `?` any single one; case matters.

They are like those of QEMU's `-trace enable=` (GLib's GPatternSpec): no other characters are special.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from tesc.wildcards import Wildcards, longest_literal, wildcards

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def is_literal(text: str) -> bool:
    """Whether a pattern matches only one name."""
    return "*" not in text and "?" not in text


def pattern(text: str) -> Wildcards:
    """An object whose `fullmatch` accepts the names that the pattern matches."""
    return wildcards(text)


class Names:
    """Names that are matched against many patterns.

    They are joined to one text, which is searched for a pattern's literal part, and only names with that part
    are matched: otherwise each of a thousand patterns would try a thousand names.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._text = "\n".join(["", *names, ""])
        self._starts = list(accumulate((len(name) + 1 for name in names), initial=1))
        self._known: dict[str, list[int]] = {}

    def matching(self, text: str) -> list[int]:
        """The indices of the names that a pattern matches, in order."""
        if text not in self._known:
            self._known[text] = self._matching(text)
        return self._known[text]

    def _matching(self, text: str) -> list[int]:
        literal = longest_literal(text)
        wanted = literal
        if is_literal(text):
            wanted = f"\n{text}\n"
        elif text.startswith(literal) and literal:
            wanted = f"\n{literal}"
        elif text.endswith(literal) and literal:
            wanted = f"{literal}\n"
        matches = wildcards(text).fullmatch
        return [at for at in self._holding(wanted) if matches(self._names[at])]

    def _holding(self, wanted: str) -> Iterator[int]:
        if not wanted:
            yield from range(len(self._names))
            return
        place = self._text.find(wanted)
        while place >= 0:
            at = bisect_right(self._starts, place + wanted.startswith("\n")) - 1
            yield at
            place = self._text.find(wanted, self._starts[at + 1] - 1)
