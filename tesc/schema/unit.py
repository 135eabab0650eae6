"""A unit: a root file and all it includes, as the list of its events.

Terms are those of the language's reference: index, wire ID, stream ID, range, crossing.
"""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.nodes import Event, Include, Tree
from tesc.syntax.source import Source


@record
class Inclusion:
    """One include that led to an event: the directive and the source that holds it."""

    source: Source
    include: Include


@record
class UnitEvent:
    """An event as the unit sees it.

    `name` is the effective name, prefixes applied; `disabled` counts the unit's patterns. `index`
    is the position in the unit, `wire_id` that in its range, `stream_id` the range's base plus
    the wire ID. `crosses` tells that it crosses the guest tunnel, so that its pointers are
    numbers to the host; `chain` are the includes that led to it, outermost first.
    """

    source: Source
    node: Event
    name: str
    disabled: bool
    index: int
    wire_id: int
    stream_id: int
    crosses: bool
    chain: tuple[Inclusion, ...]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Type and name of each parameter, as generated code declares them."""
        if self.crosses:
            return [("uint64_t" if p.type.is_pointer else p.type.text, p.name) for p in self.node.parameters]
        return [(p.type.text, p.name) for p in self.node.parameters]

    @property
    def format(self) -> str:
        """The format's text as generated code repeats it; empty where the event has none."""
        return self.node.format.text if self.node.format else ""


@record
class Unit:
    """Root files resolved: their trees and those of all files they include, and the events in order."""

    trees: tuple[Tree, ...]
    events: tuple[UnitEvent, ...]
