"""Families of names: only names of one family can share an identifier in generated code.

An identifier is a name with the prefix and suffix of its kind, in some kinds in capitals. The prefixes of two
kinds in one space are equal or differ in their first letter. So if two names clash, one is the other plus an
ending such as `_enabled`, apart from case and underscores.
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
    """The endings that one of two clashing names may have: a kind's suffix, or the difference between two."""
    ends = {kind.spelled(_PROBE).partition(_PROBE)[2].upper() for kind in name_spaces.OF_EVENT} - {""}
    more = {one[: -len(other)] for one in ends for other in ends if one != other and one.endswith(other)}
    return ("_", *sorted(ends | more))


_ENDS = _ends()
# The prefixes of names, by space.
_BEFORE = {
    space: tuple(
        {kind.spelled(_PROBE).partition(_PROBE)[0] for kind in name_spaces.OF_EVENT if space in kind.spaces}
    )
    for space in name_spaces.SPACES
}


def family(name: str) -> str:
    """A name's family: a key that all names that can clash with it share, and maybe others."""
    text = name.upper()
    if "__" in text:
        text = _RUN.sub("_", text)
    while text.endswith(_ENDS):
        text = text[: -max(len(end) for end in _ENDS if text.endswith(end))]
    return text


def names_that_may_clash(units: Sequence[Unit], texts: Iterable[tuple[str, str]]) -> list[set[str]]:
    """For each unit, the names that may clash with another event's or with a (space, text) of `texts`."""
    # Hashes of families take a tenth of the memory that a million names take.
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
