"""codespell's dictionary: words as they are misspelt, and as they are spelt.

It is data of the package codespell (codespell_lib/data/dictionary.txt): `word->right` a line, or
`word->one, other,` where several words may be meant. After the last comma may be why a word is not to be
replaced by itself.
"""

from __future__ import annotations

import os
from functools import lru_cache

PACKAGE = "codespell_lib"
# Letters; shorter ones are abbreviations in names of devices, such as emac and hace.
_SHORTEST = 5


def folder() -> str | None:
    """Where codespell's dictionaries are; None where it is not installed."""
    from importlib.util import find_spec

    spec = find_spec(PACKAGE)
    found = spec.submodule_search_locations if spec else None
    path = os.path.join(next(iter(found)), "data") if found else ""
    return path if os.path.isfile(os.path.join(path, "dictionary.txt")) else None


@lru_cache(maxsize=1)
def misspellings() -> dict[str, tuple[str, ...]]:
    """What may be meant by each misspelt word, all in small letters; empty without codespell."""
    where = folder()
    if where is None:
        return {}
    with open(os.path.join(where, "dictionary.txt"), encoding="utf-8") as stream:
        lines = [line.strip().partition("->") for line in stream]
    return {
        wrong: tuple(word.strip() for word in _meant(right))
        for wrong, arrow, right in lines
        if arrow and len(wrong) >= _SHORTEST and wrong.isalpha()
    }


def _meant(right: str) -> list[str]:
    """The words before the last comma, or the one that is all there is."""
    words = right.split(",")
    return words[:-1] if len(words) > 1 else words
