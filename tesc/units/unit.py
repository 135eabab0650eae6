"""A unit: a root file and all it includes, as the list of its events.

Terms are those of the language's reference: index, wire ID, stream ID, range, crossing.
"""

from __future__ import annotations

from tesc import codes
from tesc.records import record
from tesc.syntax.nodes import Event, Include, Tree
from tesc.syntax.source import Source, Span
from tesc.units.releases import NEWEST, Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tesc.config.settings import Wire

MAX_EVENTS = 1_048_576
# The highest stream ID and the one below it mark headers and dropped records in simpletrace files.
MAX_ID = (1 << 64) - 1


@record
class Inclusion:
    """One include that led somewhere: the directive and the source that holds it."""

    source: Source
    include: Include


@record
class Range:
    """The root's events, or those of an include with a base: IDs count from `base`.

    `size` is the number of its events, with disabled ones and without those of nested ranges;
    `inclusion` is the include that made it, None for the root; `prefix` is the prefix of
    all its events' names.
    """

    base: int
    size: int
    inclusion: Inclusion | None
    prefix: str

    @property
    def last(self) -> int:
        """The stream ID of its last event; below `base` where it has none."""
        return self.base + self.size - 1


@record
class UnitEvent:
    """An event as the unit sees it.

    `name` is the effective name, prefixes applied; `disabled` takes the unit's patterns into account. `index`
    is the position in the unit, `wire_id` that in its range (a position in the unit's `ranges`),
    `stream_id` the range's base plus the wire ID. `crosses` is true if it crosses the guest
    tunnel, by the `wire`: then its pointers are numbers on the host, except for texts that are sent as text.
    `chain` are the includes that led to it, outermost first.
    """

    source: Source
    node: Event
    name: str
    disabled: bool
    index: int
    range: int
    wire_id: int
    stream_id: int
    crosses: bool
    chain: tuple[Inclusion, ...]
    wire: Wire = "frames"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Type and name of each parameter, as generated code declares them."""
        if self.crosses:
            from tesc.units.crossing import crossed

            return crossed(self.node, self.wire)[0]
        declarations = [parameter.declaration for parameter in self.node.parameters]
        return [(one.type.text, one.name) for one in declarations]

    @property
    def format(self) -> str:
        """The format's text as generated code has it; empty where the event has none."""
        form = self.node.format
        if form is None:
            return ""
        if self.crosses:
            from tesc.units.crossing import crossed

            return crossed(self.node, self.wire)[1]
        return form.text


@record
class Pattern:
    """A pattern of a disable directive, and how many events of the unit it matches."""

    source: Source
    span: Span
    text: str
    matches: int


@record
class UnitError:
    """What is wrong with a unit's directives: `code` is the rule that reports it."""

    code: str
    source: Source
    span: Span
    message: str
    help: str | None
    chain: tuple[Inclusion, ...]


@record
class Unit:
    """Root files resolved.

    `trees` are those of all files, the roots and what they include, in the order in which they
    were first read; `chains` has for each included one how it was first reached. `expansions`
    are the includes that added a file, each with the chain that ends in it; `directives` are
    those from outside, which act as if written at the end of each root. `versions`, if any, has the
    contents of files in place of those on disk, by real path: the unit is of another version of its
    tree. `release` is the QEMU whose reading of older properties made the events.
    """

    roots: tuple[Tree, ...]
    trees: tuple[Tree, ...]
    chains: tuple[tuple[Inclusion, ...], ...]
    events: tuple[UnitEvent, ...]
    ranges: tuple[Range, ...]
    patterns: tuple[Pattern, ...]
    errors: tuple[UnitError, ...]
    expansions: tuple[tuple[tuple[Inclusion, ...], Tree], ...] = ()
    directives: tuple[Tree, ...] = ()
    versions: Mapping[str, bytes | None] | None = None
    release: Release = NEWEST


def too_many_events(source: Source, node: Event, chain: tuple[Inclusion, ...]) -> UnitError:
    """The error at the first event that is left out."""
    message = f"the unit has more than {MAX_EVENTS:,} events"
    return UnitError(
        code=codes.INCLUDE_TOO_DEEP,
        source=source,
        span=node.name_span,
        message=message,
        help="split it: the rest is left out",
        chain=chain,
    )
