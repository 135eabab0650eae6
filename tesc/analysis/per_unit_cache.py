"""Results derived from units, kept for the next run with the same units.

A language server needs them after every edit, which changes only one unit.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Generic, TypeVar

    from tesc.units.unit import Unit

    T = TypeVar("T")
else:
    T = None

    class Generic:
        """Replaces typing.Generic, which takes longer to import than many rules together."""

        def __class_getitem__(cls, _):
            return cls


class PerUnitCache(Generic[T]):
    """Calls `derive` once for each unit, as long as the unit is part of each run."""

    def __init__(self, derive: Callable[[Unit], T]) -> None:
        self._derive = derive
        self._known: dict[int, tuple[Unit, T]] = {}

    def __call__(self, units: Sequence[Unit]) -> list[T]:
        """The results for the units, in their order."""
        before = self._known
        # An entry keeps its unit alive, so no other one can have its ID.
        self._known = {id(u): before.get(id(u)) or (u, self._derive(u)) for u in units}
        return [self._known[id(unit)][1] for unit in units]
