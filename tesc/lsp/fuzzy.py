"""Fuzzy search: finds names by some of their letters, in order."""

from __future__ import annotations

import heapq
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    T = TypeVar("T")


def best(query: str, named: Iterable[tuple[str, T]], most: int) -> list[T]:
    """The values in `named` whose names contain the letters of a query in order, best matches first.

    A name equal to the query is best, then names that begin with it, have it at the start of a word, contain
    it, or contain its letters separately; shorter before longer. Case does not matter. An empty query finds
    everything, sorted by name.
    """
    letters = query.lower().replace(" ", "")
    apart = re.compile(".*?".join(map(re.escape, letters)), re.S).search
    ranked = []
    for number, (name, thing) in enumerate(named):
        lower = name.lower()
        found = apart(lower)
        if found is not None:
            ranked.append((_rank(letters, lower, found.end() - found.start()), number, thing))
    chosen = heapq.nsmallest(most, ranked, key=lambda one: one[:2])
    return [thing for _, _, thing in chosen]


def _rank(letters: str, name: str, width: int) -> tuple[int, int, str]:
    at = name.find(letters)
    if not letters:
        return 0, 0, name
    if at < 0:
        return 4, width, name
    if not at:
        return (0 if name == letters else 1), len(name), name
    return (2 if f"_{letters}" in name else 3), len(name), name
