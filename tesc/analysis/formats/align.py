"""Which conversion is meant for which parameter, if there are more of one than of the other."""

from __future__ import annotations

from tesc.analysis.formats import conversions as conv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.formats.pairing import Slot
    from tesc.syntax.c_type import Declaration
    from tesc.syntax.printf import Conversion

_WRONG_SOMEWHERE = 2
_WRONG_EVERYWHERE = 4
# A label that names the parameter (`"len %d"` and `int len`) outweighs a type that fits nowhere.
_LABELLED = -5
# "100% done" contains the conversion `% d`, which is rarely intended after a digit.
_PERCENT = 6


def align(
    slots: Sequence[Slot],
    types: Sequence[str],
    parameters: Sequence[Declaration],
    conversions: Sequence[Conversion],
    format_text: str,
    models: tuple[str, ...],
) -> list[tuple[int, int]]:
    """The best-fitting pairs of slots and parameters, both in order; all of the shorter list are paired.

    Of equally good pairings, the one that leaves the last ones over.
    """
    labels = _labels(slots, conversions, format_text)

    def cost(slot: int, parameter: int) -> int:
        s = slots[slot]
        rejecting = conv.rejecting(s.length, s.letter, s.macro, types[parameter], models)
        wrong = _WRONG_EVERYWHERE if len(rejecting) == len(models) else _WRONG_SOMEWHERE if rejecting else 0
        named = labels[slot] and labels[slot] == parameters[parameter].name.lower()
        percent = looks_like_percent(conversions[s.conversion], format_text)
        return wrong + (_LABELLED if named else 0) + (_PERCENT if percent else 0)

    if len(slots) >= len(types):
        return [(many, few) for few, many in enumerate(_fit(len(types), len(slots), lambda f, m: cost(m, f)))]
    return list(enumerate(_fit(len(slots), len(types), cost)))


def looks_like_percent(conversion: Conversion, format_text: str) -> bool:
    """Whether a conversion is probably meant as a percent sign: `10% done`."""
    return " " in conversion.flags and format_text[conversion.start - 1].isdigit()


def _labels(slots: Sequence[Slot], conversions: Sequence[Conversion], format_text: str) -> list[str]:
    """The word before each slot's conversion, in lower case."""
    labels = []
    for slot in slots:
        label = ""
        if slot.role == "value":
            previous = conversions[slot.conversion - 1].end if slot.conversion else 0
            label = _last_word(format_text[previous : conversions[slot.conversion].start])
        labels.append(label)
    return labels


def _last_word(text: str) -> str:
    text = text.rstrip(' "')
    if text.endswith(("0x", "0X")):
        text = text[:-2]
    text = text.rstrip(" \"'=:([{<@#")
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:].lower()


if TYPE_CHECKING:
    from typing import Callable


def _fit(few: int, many: int, cost: Callable[[int, int], int]) -> list[int]:
    """For each of `few` things, the index of its partner among `many`, in order, at the lowest total cost."""
    # best[f][m]: the lowest cost of pairing the things from f on with things from m on.
    best = [[0] * (many + 1) for _ in range(few + 1)]
    for f in range(few - 1, -1, -1):
        best[f][many - (few - f) + 1 :] = [1 << 30] * (few - f)
        for m in range(many - (few - f), -1, -1):
            best[f][m] = min(cost(f, m) + best[f + 1][m + 1], best[f][m + 1])
    chosen = []
    m = 0
    for f in range(few):
        while best[f][m] != cost(f, m) + best[f + 1][m + 1]:
            m += 1
        chosen.append(m)
        m += 1
    return chosen
