"""The similarity of two events' names, parameters and texts, each from 0 to 1."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from tesc.comparison.readings import printed, shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.units.unit import UnitEvent

    Parameter = tuple[str, str]

# Conversions without flags and widths, words, and single punctuation characters.
_TOKENS = re.compile(r"%[-+ #0-9.*]*[A-Za-z]+|\w+|[^\w\s]")
# Words less similar than this are different words.
_ALIKE = 0.6
_FLAGS = re.compile(r"(?<=%)[-+ #0-9.*]+")


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name: `net_rx_done` has three."""
    return tuple([word for word in name.lower().split("_") if word])


@lru_cache(maxsize=65536)
def of_names(a: str, b: str) -> float:
    """The share of words that two names have in common, in any order; similar words count in part."""
    one, other = words(a), words(b)
    if one == other:
        return 1.0
    left, right = Counter(one), Counter(other)
    common = left & right
    found = float(common.total())
    pairs = sorted(((_of_words(x, y), x, y) for x in left - common for y in right - common), reverse=True)
    for ratio, x, y in pairs:
        if ratio >= _ALIKE and x in left and y in right:
            del left[x], right[y]
            found += ratio
    in_order = [word for word in one if word in common] == [word for word in other if word in common]
    by_words = (1.0 if in_order else 0.9) * 2 * found / (len(one) + len(other))
    by_letters = SequenceMatcher(None, a.lower(), b.lower(), False).ratio()
    return 0.6 * by_words + 0.4 * by_letters


def exchanged(a: str, b: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of each name without the common first and last words."""
    one, other = words(a), words(b)
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


@lru_cache(maxsize=65536)
def _of_words(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, False).ratio()


def of_parameters(a: UnitEvent, b: UnitEvent) -> float | None:
    """How much two lists of parameters have in common, in order; None if one of them is empty."""
    before, after = a.parameters, b.parameters
    if not before or not after:
        return None
    if before == after:
        return 1.0
    # The best alignment, row by row.
    best = [0.0] * (len(after) + 1)
    for one in before:
        above = best
        best = [0.0]
        for column, other in enumerate(after):
            best.append(max(above[column] + _of_two(one, other), above[column + 1], best[column]))
    return 2 * best[-1] / (len(before) + len(after))


def of_texts(a: UnitEvent, b: UnitEvent) -> float | None:
    """How much two formats have in common, ignoring lengths of conversions; None if one is empty."""
    before, after = _tokens(a.format), _tokens(b.format)
    if not before or not after:
        return None
    return _of_sequences(before, after)


@lru_cache(maxsize=65536)
def _of_two(a: Parameter, b: Parameter) -> float:
    """How similar two parameters are; the same parameter may have a different type or name."""
    if a == b:
        return 1.0
    one, other = shape(a[0]), shape(b[0])
    numbers = {one[0], other[0]} <= {"signed", "unsigned"}
    types = 1.0 if one == other else 0.75 if numbers else 0.0
    return 0.4 * types + 0.6 * of_names(a[1], b[1])


@lru_cache(maxsize=16384)
def _tokens(format_text: str) -> tuple[str, ...]:
    return tuple(_TOKENS.findall(_FLAGS.sub("", printed(format_text)))) if format_text else ()


def _of_sequences(a: Sequence[str], b: Sequence[str]) -> float:
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, False).ratio()
