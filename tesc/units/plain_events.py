"""The events of a unit of one file without directives, made on demand.

The language server makes such a unit after every edit, but uses few of its events.
"""

from __future__ import annotations

from collections.abc import Sequence

from tesc.records import replace
from tesc.syntax.reparsing import first_item
from tesc.units.unit import UnitEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tesc.syntax.nodes import Event, Tree
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit


class PlainEvents(Sequence):  # type: ignore[type-arg]
    """A lazy sequence in place of a tuple of events."""

    def __init__(self, source: Source, nodes: list[Event]) -> None:
        self.nodes = nodes
        self._source = source
        self._made: list[UnitEvent | None] = [None] * len(nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple([self._event(number) for number in range(*at.indices(len(self.nodes)))])
        return self._event(range(len(self.nodes))[at])

    def __iter__(self) -> Iterator[UnitEvent]:
        return map(self._event, range(len(self.nodes)))

    def _event(self, at: int) -> UnitEvent:
        event = self._made[at]
        if event is None:
            node = self.nodes[at]
            event = self._made[at] = UnitEvent(
                source=self._source,
                node=node,
                name=node.name,
                disabled=node.disabled,
                index=at,
                range=0,
                wire_id=at,
                stream_id=at,
                crosses=False,
                chain=(),
            )
        return event


def is_simple(unit: Unit) -> bool:
    """Whether a unit is one file of events and comments, without directives from outside."""
    return (
        len(unit.trees) == 1
        and len(unit.ranges) == 1
        and not (unit.errors or unit.patterns or unit.directives or unit.expansions)
        and not unit.ranges[0].prefix
        and not (unit.events and (unit.events[0].crosses or unit.events[0].name != unit.events[0].node.name))
    )


def plain_again(before: Unit, tree: Tree) -> Unit:
    """The unit of an edited file, if it is simple before and after."""
    nodes = tree.events
    events: Any = PlainEvents(tree.source, nodes)
    return replace(
        before,
        roots=(tree,),
        trees=(tree,),
        events=events,
        ranges=(replace(before.ranges[0], size=len(nodes)),),
    )


def names_in(unit: Unit) -> list[str]:
    """The effective names of a unit's events."""
    if isinstance(unit.events, PlainEvents):
        return [node.name for node in unit.events.nodes]
    return [event.name for event in unit.events]


def nodes_in(unit: Unit) -> list[Event]:
    """The declarations of a unit's events."""
    if isinstance(unit.events, PlainEvents):
        return unit.events.nodes
    return [event.node for event in unit.events]


def events_of(unit: Unit, node: Event) -> list[UnitEvent] | None:
    """A declaration's events in a simple unit; None if all events would have to be searched."""
    if not isinstance(unit.events, PlainEvents):
        return None
    at = first_item(unit.events.nodes, node.line)
    found = at < len(unit.events) and unit.events.nodes[at] is node
    return [unit.events[at]] if found else []
