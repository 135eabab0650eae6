"""Declarations and the places that use them, for rules that need both."""

from __future__ import annotations

from itertools import islice
from operator import is_

from tesc.analysis.diagnostic import Related
from tesc.records import record
from tesc.uses.use import STATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from typing import TypeVar

    from tesc.syntax.nodes import Event
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit, UnitEvent
    from tesc.uses.index import Index
    from tesc.uses.use import Use

    Place = tuple[str, Use]
    T = TypeVar("T")

# How many uses most messages show: `tesc refs` shows all.
_MOST_RELATED = 3


@record
class Declared:
    """A declaration, and the names of its event in all units; messages show the first one.

    `crosses` is true if it is a guest's event in any unit.
    """

    source: Source
    node: Event
    names: tuple[str, ...]
    crosses: bool

    @property
    def name(self) -> str:
        return self.names[0]


def declared(units: Sequence[Unit], nodes: Container[int] | None = None) -> list[Declared]:
    """The declarations of all units, each once; with `nodes`, only those whose `id()` is in it."""
    first: dict[int, UnitEvent] = {}
    names: dict[int, tuple[str, ...]] = {}
    crossing: set[int] = set()
    for unit in units:
        for event in unit.events:
            key = id(event.node)
            if nodes is not None and key not in nodes:
                continue
            first.setdefault(key, event)
            mine = names.get(key, ())
            if event.name not in mine:
                mine = (*mine, event.name)
            if event.crosses:
                crossing.add(key)
                # The guest does not know the prefix that the host puts before its names.
                own = event.name[len(unit.ranges[event.range].prefix) :]
                if own not in mine:
                    mine = (*mine, own)
            names[key] = mine
    return [Declared(event.source, event.node, names[key], key in crossing) for key, event in first.items()]


def declared_in(units: Sequence[Unit], uses: Index) -> list[Declared]:
    """The declarations of all units, computed once for all rules on sources."""
    return for_units(units, uses, _declared_of_all)


def _declared_of_all(units: Sequence[Unit], _: Index) -> list[Declared]:
    return declared(units)


def for_units(units: Sequence[Unit], uses: Index, derive: Callable[[Sequence[Unit], Index], T]) -> T:
    """The result of `derive(units, uses)`, computed again only when one of the two changes."""
    known = uses.derived().get(derive)
    if not (isinstance(known, tuple) and len(known[0]) == len(units) and all(map(is_, known[0], units))):
        known = uses.derived()[derive] = (list(units), derive(units, uses))
    found: T = known[1]
    return found


def related(
    uses: Index, shown: Iterable[tuple[Place, str]], most: int | None = _MOST_RELATED
) -> Iterator[Related]:
    """The first few of some uses as related places, each with its text; all if `most` is None."""
    for (path, use), said in islice(shown, most):
        source = uses.source(path)
        if source is not None:
            yield Related(source, use.span, said)


class Names:
    """The effective names of events, to look up the names that sources use."""

    def __init__(self, events: Sequence[Declared]) -> None:
        self._names = {name: one for one in events for name in one.names}
        self._capitals = {name.upper() for name in self._names}

    def has(self, use: Use) -> bool:
        """Whether a known event has the name of a use."""
        if use.capitals:
            return use.name in self._capitals
        # Rust's trace_NAME_enabled() may call an event named NAME_enabled.
        both = use.kind == STATE and use.name_if_called in self._names
        return use.name in self._names or both

    def nearest(self, use: Use) -> str | None:
        """The event name most similar to that of a use; None if no name is similar."""
        from difflib import get_close_matches

        wanted = use.name.lower() if use.capitals else use.name
        near = get_close_matches(wanted, self._names, 1, 0.8)
        return near[0] if near else None
