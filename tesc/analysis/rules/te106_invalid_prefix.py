from __future__ import annotations

from tesc.analysis.rule import Report, RunRule
from tesc.records import record
from tesc.syntax.nodes import Prefix
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit, UnitEvent


@record
class _Given:
    """A prefix and where it was given; one from outside has the start of the root file."""

    source: Source
    span: Span
    text: str


class InvalidPrefix(RunRule):
    """A prefix makes names that not every tracer can take.

    A name must not begin with a digit for SystemTap, and dtrace(1) reads `__` as `-`. Where a prefix is
    at fault, each name with it is; so the prefix is reported, once, and not the events. It may be that
    of the file, of an include, or one given from outside.

    Wrong:

        prefix 9p__
        open(int fid) "fid %d"

    Right:

        prefix v9fs_
        open(int fid) "fid %d"
    """

    code = "TE106"
    name = "invalid-prefix"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            own = _own_prefixes(unit)
            given = [*own.values(), *_of_includes(unit), *_from_outside(unit)]
            faults = [(one, "dtrace(1) takes its '__' for '-'") for one in given if "__" in one.text]
            for event in unit.events:
                if event.name[0].isdigit() and not event.node.name[0].isdigit():
                    faults.append(
                        (_first(unit, event, own), "SystemTap takes no name that begins with a digit")
                    )
            for one, why in faults:
                if (one, why) not in seen:
                    seen.add((one, why))
                    yield Report(
                        one.span,
                        f"the prefix '{one.text}' makes names that probes can't have: {why}",
                        "choose another prefix",
                        source=one.source,
                    )


def _own_prefixes(unit: Unit) -> dict[Source, _Given]:
    """The prefix of each file that has one."""
    found: dict[Source, _Given] = {}
    for tree in unit.trees:
        for item in tree.items:
            if isinstance(item, Prefix):
                found.setdefault(tree.source, _Given(tree.source, item.name.span, item.name.text))
    return found


def _of_includes(unit: Unit) -> Iterator[_Given]:
    for chain, _ in unit.expansions:
        if chain[-1].include.prefix:
            yield _Given(chain[-1].source, chain[-1].include.prefix.span, chain[-1].include.prefix.text)


def _from_outside(unit: Unit) -> Iterator[_Given]:
    if unit.ranges[0].prefix:
        yield _Given(unit.roots[0].source, Span(0, 0), unit.ranges[0].prefix)


def _first(unit: Unit, event: UnitEvent, own: dict[Source, _Given]) -> _Given:
    """The prefix that an event's effective name begins with."""
    for one in _from_outside(unit):
        return one
    for inclusion in event.chain:
        if inclusion.include.prefix:
            return _Given(inclusion.source, inclusion.include.prefix.span, inclusion.include.prefix.text)
    return own[event.source]


RULE = InvalidPrefix()
