"""Suggesting a known word for an unknown one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'select'?` if a known word is similar; otherwise ''.

    Ignores case and the difference between - and _.
    """
    from difflib import get_close_matches

    names = {_folded(name): name for name in known}
    near = get_close_matches(_folded(word), names, 1, 0.6)
    return f"; did you mean '{names[near[0]]}'?" if near else ""


def _folded(word: str) -> str:
    return word.casefold().replace("_", "-")
