"""Which names can share an identifier in generated code: only those of one family.

An identifier is a name with a prefix and a suffix by its kind, some with the name in capitals. Of
two kinds in one space, the prefixes are equal or differ in their first letter; so one of
two clashing names is the other one with an end like `_enabled`, apart from case and underscores.
"""

from __future__ import annotations

import re
from array import array

from tesc.units import name_spaces
from tesc.units.plain_events import names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.units.unit import Unit

_RUN = re.compile("__+")
# A character that no name contains.
_PROBE = "\0"


def _ends() -> tuple[str, ...]:
    """The ends that one of two clashing names may have: a kind's, or the difference between two kinds'."""
    ends = {kind.spelled(_PROBE).partition(_PROBE)[2].upper() for kind in name_spaces.OF_EVENT} - {""}
    more = {one[: -len(other)] for one in ends for other in ends if one != other and one.endswith(other)}
    return ("_", *sorted(ends | more))


_ENDS = _ends()
# What precedes the name, by the kind's space.
_BEFORE = {
    space: tuple(
        {kind.spelled(_PROBE).partition(_PROBE)[0] for kind in name_spaces.OF_EVENT if space in kind.spaces}
    )
    for space in name_spaces.SPACES
}


def family(name: str) -> str:
    """A key that is the same for all names that can clash, and maybe for others."""
    text = name.upper()
    if "__" in text:
        text = _RUN.sub("_", text)
    while text.endswith(_ENDS):
        text = text[: -max(len(end) for end in _ENDS if text.endswith(end))]
    return text


def that_may_meet(units: Sequence[Unit], texts: Iterable[tuple[str, str]]) -> list[set[str]]:
    """For each unit, the names that may clash with another event's, or with given texts in their spaces."""
    # The hashes of families: for a million names, a tenth of the names' size.
    several = {
        hash(family(text[len(before) :]))
        for space, text in texts
        for before in _BEFORE[space]
        if text.startswith(before)
    }
    seen: set[int] = set()
    families = []
    for unit in units:
        mine = array("q", [hash(family(name)) for name in names_in(unit)])
        families.append(mine)
        for one in mine:
            if one in seen:
                several.add(one)
            seen.add(one)
    return [
        {name for name, one in zip(names_in(unit), mine) if one in several}
        for unit, mine in zip(units, families)
    ]
