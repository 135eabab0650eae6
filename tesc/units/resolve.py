"""Resolves trees to a unit; `directives` handles files with includes, prefixes or disable patterns."""

from __future__ import annotations

from tesc.records import record, replace
from tesc.syntax.nodes import Disable, Include, Prefix
from tesc.syntax.source import is_visible
from tesc.units.releases import NEWEST, Release
from tesc.units.unit import MAX_EVENTS, Range, Unit, UnitEvent, too_many_events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Wire
    from tesc.syntax.nodes import Tree
    from tesc.units.loading import Loader
    from tesc.units.unit import UnitError


@record
class Outside:
    """Directives from the command line or the configuration.

    `directives` act as if they were at the end of the root file; `event_prefix` is added to all names, as if
    the root file were included with this prefix. `crosses` is true if the root's own events cross the guest
    tunnel; `wire` is how guests send theirs.
    """

    directives: tuple[Tree, ...] = ()
    event_prefix: str = ""
    crosses: bool = False
    wire: Wire = "frames"

    @property
    def says(self) -> bool:
        """Whether it adds anything to a file."""
        return bool(self.directives or self.event_prefix or self.crosses)


NOTHING = Outside()


def resolve(
    roots: Sequence[Tree],
    loader: Loader | None = None,
    outside: Outside = NOTHING,
    release: Release = NEWEST,
    lenient: bool = False,
) -> Unit:
    """The unit of root files, in order. Never fails: the unit has `errors`.

    Properties of older releases of QEMU mean what they meant in `release`. With `lenient`, invalid lines are
    read as that release's tracetool reads them, if it accepts them.
    """
    if lenient and any(tree.errors or not is_visible(tree.source.text) for tree in roots):
        from tesc.units.reference import as_reference_reads

        roots = [as_reference_reads(tree, release) for tree in roots]
    if not release.has("no-vcpu"):
        from tesc.units.properties import as_read_by, with_cpu

        unit = _resolve([as_read_by(tree, release) for tree in roots], loader, outside)
        return replace(unit, events=with_cpu(unit.events, release), release=release)
    unit = _resolve(roots, loader, outside)
    return unit if release is NEWEST else replace(unit, release=release)


def _resolve(roots: Sequence[Tree], loader: Loader | None, outside: Outside) -> Unit:
    if loader is None or (not outside.says and not any(has_directives(tree) for tree in roots)):
        return _plain(roots)
    from tesc.units.directives import Resolver  # most files have no directives

    resolver = Resolver(loader, outside)
    for tree in roots:
        resolver.root(tree)
    return resolver.unit(roots)


def has_directives(tree: Tree) -> bool:
    """Whether a file contains anything except events and comments."""
    return not {item.__class__ for item in tree.items}.isdisjoint((Include, Prefix, Disable))


def _plain(roots: Sequence[Tree]) -> Unit:
    """The unit of files that contain only events: each event's position is also its IDs."""
    events: list[UnitEvent] = []
    errors: tuple[UnitError, ...] = ()
    for tree in roots:
        for node in tree.events:
            at = len(events)
            if at == MAX_EVENTS:
                errors = errors or (too_many_events(tree.source, node, ()),)
                break
            events.append(
                UnitEvent(
                    source=tree.source,
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
            )
    chains = ((),) * len(roots)
    only = (Range(0, len(events), None, ""),)
    return Unit(
        roots=tuple(roots),
        trees=tuple(roots),
        chains=chains,
        events=tuple(events),
        ranges=only,
        patterns=(),
        errors=errors,
    )
