"""Which names can have an identifier of generated code in common: those of one family, and no others.

An identifier is a name between what its kind puts before and after it, some with the name in capitals. Of
two kinds that meet in a space, what is before the name is the same or begins with another letter; so one of
two names that meet is the other with an end like `_enabled`, but for capitals and underscores.
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
# Something that no name holds.
_PROBE = "\0"


def _ends() -> tuple[str, ...]:
    """What may be at the end of one of two names that meet: of a kind, or of one more than of another."""
    ends = {kind.spelled(_PROBE).partition(_PROBE)[2].upper() for kind in name_spaces.OF_EVENT} - {""}
    more = {one[: -len(other)] for one in ends for other in ends if one != other and one.endswith(other)}
    return ("_", *sorted(ends | more))


_ENDS = _ends()
# What is before the name, by the space of the kind.
_BEFORE = {
    space: tuple(
        {kind.spelled(_PROBE).partition(_PROBE)[0] for kind in name_spaces.OF_EVENT if space in kind.spaces}
    )
    for space in name_spaces.SPACES
}


def family(name: str) -> str:
    """The same for all names that can meet; others may have it too."""
    text = name.upper()
    if "__" in text:
        text = _RUN.sub("_", text)
    while text.endswith(_ENDS):
        text = text[: -max(len(end) for end in _ENDS if text.endswith(end))]
    return text


def that_may_meet(units: Sequence[Unit], texts: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Of each unit the names that may meet one of another event, or one of some texts in their spaces."""
    # The hashes of families: of a million names these are a tenth of the names' own size.
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
