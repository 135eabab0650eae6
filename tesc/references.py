"""Where an event is named: its declarations, patterns that mean just it, C and Rust sources."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.nodes import Disable
from tesc.units.disabling import disabled_by
from tesc.units.patterns import is_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.syntax.source import Source, Span
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


@record
class Reference:
    """A place that names an event: `kind` is declaration, pattern, or that of a use in a source.

    `function` is the one around a use, None where there is none.
    """

    kind: str
    source: Source
    span: Span
    function: str | None = None


def references(units: Sequence[Unit], uses: Index | None, name: str) -> list[Reference]:
    """The places that name an event by its effective name, trace-events files first; empty for no event."""
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
                kind = f"{use.kind} in #if 0" if use.dead else use.kind
                found.append(Reference(kind, source, use.span, use.function))
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
