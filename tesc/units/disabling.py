"""Finds the patterns that disable an event, and the events that a pattern disables."""

from __future__ import annotations

from tesc.syntax.nodes import Disable
from tesc.units.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.nodes import Tree, Word
    from tesc.syntax.source import Source
    from tesc.units.unit import Inclusion, Unit, UnitEvent


def disabling(unit: Unit, event: UnitEvent) -> list[tuple[Source, Word]]:
    """The patterns that disable an event, each with its file; those of the event's own file come first."""
    found: list[tuple[Source, Word]] = []
    for depth in range(len(event.chain), -1, -1):
        chain = event.chain[:depth]
        name = event.name[len(_outer(unit, chain)) :]
        for part in _parts(unit, chain):
            words = (word for item in part.items if isinstance(item, Disable) for word in item.patterns)
            found.extend((part.source, word) for word in words if pattern(word.text).fullmatch(name))
    return found


def disabled_by(unit: Unit, source: Source, word: Word) -> list[UnitEvent]:
    """The events that a pattern in a file of the unit matches, in the unit's order."""
    matches = pattern(word.text).fullmatch
    found: dict[int, UnitEvent] = {}
    chains = [chain for chain, tree in unit.expansions if tree.source is source]
    if any(tree.source is source for tree in (*unit.roots, *unit.directives)):
        chains.append(())
    for chain in chains:
        shown = len(_outer(unit, chain))
        for event in below(unit, chain):
            if matches(event.name[shown:]):
                found[event.index] = event
    return [found[index] for index in sorted(found)]


def below(unit: Unit, chain: tuple[Inclusion, ...]) -> Iterator[UnitEvent]:
    """The events that a chain of includes adds, including nested ones."""
    depth = len(chain)
    return (event for event in unit.events if event.chain[:depth] == chain)


def _outer(unit: Unit, chain: tuple[Inclusion, ...]) -> str:
    """The prefix that effective names have before the names that the file at the end of a chain sees."""
    return unit.ranges[0].prefix + "".join(one.include.prefix.text for one in chain if one.include.prefix)


def _parts(unit: Unit, chain: tuple[Inclusion, ...]) -> list[Tree]:
    """The file at the end of a chain, and the directives from outside that act as if they were in it."""
    if chain:
        return [tree for one, tree in unit.expansions if one == chain]
    return [*unit.roots, *unit.directives]
