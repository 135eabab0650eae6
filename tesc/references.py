"""Where an event is named: its declarations, literal patterns, C and Rust sources."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.nodes import Disable
from tesc.units.disabling import disabled_by
from tesc.units.patterns import is_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal, Union

    from tesc.syntax.source import Source, Span
    from tesc.units.unit import Unit
    from tesc.uses.index import Index
    from tesc.uses.use import UseKind

    ReferenceKind = Union[UseKind, Literal["pattern"]]


@record
class Reference:
    """A place that names an event: a declaration or use of some `kind`, or a pattern.

    `function` is the one that contains a use, or None; `dead` is true for a use within `#if 0`.
    """

    kind: ReferenceKind
    source: Source
    span: Span
    function: str | None = None
    dead: bool = False

    @property
    def label(self) -> str:
        """The kind in words."""
        return f"{self.kind} in #if 0" if self.dead else self.kind


def references(units: Sequence[Unit], uses: Index | None, name: str) -> list[Reference]:
    """The places that name the event with this effective name, trace-events files first; empty if unknown."""
    nodes = {id(event.node): event for unit in units for event in unit.events if event.name == name}
    found = [Reference("declaration", one.source, one.node.name_span) for one in nodes.values()]
    found += _patterns(units, set(nodes))
    if nodes and uses is not None:
        sources: dict[str, Source | None] = {}
        for path, use in uses.uses_of(name):
            if path not in sources:
                sources[path] = uses.source(path)
            source = sources[path]
            if source is not None:
                found.append(
                    Reference(
                        kind=use.kind, source=source, span=use.span, function=use.function, dead=use.dead
                    )
                )
    return found


def _patterns(units: Sequence[Unit], nodes: set[int]) -> Iterator[Reference]:
    seen = set()
    for unit in units:
        if not any(id(event.node) in nodes for event in unit.events):
            continue
        for tree in unit.trees:
            for word in (w for item in tree.items if isinstance(item, Disable) for w in item.patterns):
                place = (tree.source, word.start)
                if place in seen or not is_literal(word.text):
                    continue
                if any(id(event.node) in nodes for event in disabled_by(unit, tree.source, word)):
                    seen.add(place)
                    yield Reference("pattern", tree.source, word.span)
