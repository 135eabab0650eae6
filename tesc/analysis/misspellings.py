"""codespell's dictionary: misspelt words and their corrections.

The package codespell contains it (codespell_lib/data/dictionary.txt): one `word->right` per line, or
`word->one, other,` for several corrections. After the last comma may be a reason why the word must not be
replaced automatically.
"""

from __future__ import annotations

import os
from functools import lru_cache

PACKAGE = "codespell_lib"
# Shorter words are often abbreviations in names of devices, such as emac and hace.
_SHORTEST = 5


def folder() -> str | None:
    """The folder of codespell's dictionaries; None if it is not installed."""
    from importlib.util import find_spec

    spec = find_spec(PACKAGE)
    found = spec.submodule_search_locations if spec else None
    path = os.path.join(next(iter(found)), "data") if found else ""
    return path if os.path.isfile(os.path.join(path, "dictionary.txt")) else None


@lru_cache(maxsize=1)
def misspellings() -> dict[str, tuple[str, ...]]:
    """The possible corrections of each misspelt word, all in lower case; empty without codespell."""
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
    """The corrections in an entry: the words before the last comma, or the only word."""
    words = right.split(",")
    return words[:-1] if len(words) > 1 else words
