"""From trees to a unit."""

from __future__ import annotations

from tesc.schema.unit import Unit, UnitEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Tree


def resolve(trees: Sequence[Tree]) -> Unit:
    """The unit of root files that are read one after the other."""
    events: list[UnitEvent] = []
    for tree in trees:
        for node in tree.events:
            index = len(events)
            events.append(
                UnitEvent(tree.source, node, node.name, node.disabled, index, index, index, False, ())
            )
    return Unit(tuple(trees), tuple(events))
