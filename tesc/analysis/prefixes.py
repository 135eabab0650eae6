"""Where the prefixes of a unit's names are given: in files, by includes, or from outside."""

from __future__ import annotations

from tesc.analysis.rule import Report
from tesc.records import record
from tesc.syntax.nodes import Prefix
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.units.unit import Unit, UnitEvent


@record
class Given:
    """A prefix and where it was given; for one from outside, that is the start of the root file."""

    source: Source
    span: Span
    text: str

    def report(self, why: str) -> Report:
        """The report on a prefix that makes every name wrong, instead of a report for each event."""
        message = f"the prefix '{self.text}' makes invalid probe names: {why}"
        return Report(self.span, message, "choose another prefix", source=self.source)


def prefixes(unit: Unit) -> Iterator[Given]:
    """All prefixes of a unit."""
    yield from _own(unit).values()
    for chain, _ in unit.expansions:
        if chain[-1].include.prefix:
            yield Given(chain[-1].source, chain[-1].include.prefix.span, chain[-1].include.prefix.text)
    yield from _from_outside(unit)


def first_prefix(unit: Unit, event: UnitEvent) -> Given:
    """The outermost prefix of an event's effective name, which is the name's beginning."""
    for one in _from_outside(unit):
        return one
    for inclusion in event.chain:
        if inclusion.include.prefix:
            return Given(inclusion.source, inclusion.include.prefix.span, inclusion.include.prefix.text)
    return _own(unit)[event.source]


def _own(unit: Unit) -> dict[Source, Given]:
    """The prefix of each file that has one."""
    found: dict[Source, Given] = {}
    for tree in unit.trees:
        for item in tree.items if "prefix" in tree.source.text else ():
            if isinstance(item, Prefix):
                found.setdefault(tree.source, Given(tree.source, item.name.span, item.name.text))
    return found


def _from_outside(unit: Unit) -> Iterator[Given]:
    if unit.ranges[0].prefix:
        yield Given(unit.roots[0].source, Span(0, 0), unit.ranges[0].prefix)
