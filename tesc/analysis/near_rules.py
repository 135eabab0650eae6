"""The rules that a misspelt code or name probably means."""

from __future__ import annotations

import re
from difflib import get_close_matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.rule import Rule

# Letters that are read, or typed, in place of a digit.
_DIGITS = str.maketrans("OILSB", "01158")
_A_CODE = re.compile(r"T?E?\d{2,}")
_MOST_BY_WORDS = 3


def near_rules(selector: str, rules: Sequence[Rule]) -> list[str]:
    """The codes, families or names most similar to an unknown selector, best first."""
    code = re.sub(r"[\s_-]", "", selector.upper()).translate(_DIGITS)
    if _A_CODE.fullmatch(code):
        return _near_codes(code, rules)
    name = re.sub(r"[\s_]+", "-", selector.strip().lower())
    # Old names are recognized too, but the rule's current name is suggested.
    known = {old: rule.name for rule in rules for old in rule.formerly if not old.startswith("TE")}
    known.update((rule.name, rule.name) for rule in rules)
    close = get_close_matches(name, known, 2, 0.75)
    return list(dict.fromkeys(known[one] for one in close)) or _with_words(name, known)


def _near_codes(code: str, rules: Sequence[Rule]) -> list[str]:
    """The code or family itself if it exists once letters are read as digits; else similar codes."""
    known = [rule.code for rule in rules]
    if any(one.startswith(code) for one in known):
        return [code]
    successors = [rule.code for rule in rules if code in rule.formerly]
    return successors or get_close_matches(code, known, 2, 0.75)


def _with_words(name: str, known: dict[str, str]) -> list[str]:
    """The names that contain all words of this one, or longer forms, in any order; none if too many do."""
    words = [word for word in name.split("-") if len(word) > 2]
    if not words:
        return []
    found = [
        known[one]
        for one in known
        if all(any(part.startswith(word) for part in one.split("-")) for word in words)
    ]
    found = list(dict.fromkeys(found))
    return found if len(found) <= _MOST_BY_WORDS else []
