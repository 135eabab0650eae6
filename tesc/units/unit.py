"""A unit: a root file and everything it includes, as a list of events.

The terms index, wire ID, stream ID, range and crossing are those of the language's reference.
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
# The two highest stream IDs mark headers and dropped records in simpletrace files.
MAX_ID = (1 << 64) - 1


@record
class Inclusion:
    """An include that was followed: the directive and its source."""

    source: Source
    include: Include


@record
class Range:
    """The root's events, or those of an include with a base: their stream IDs count from `base`.

    `size` is the number of its events, including disabled ones but not those of nested ranges; `inclusion` is
    its include, None for the root; `prefix` is the prefix of all its events' names.
    """

    base: int
    size: int
    inclusion: Inclusion | None
    prefix: str

    @property
    def last(self) -> int:
        """The stream ID of the last event; `base` - 1 if there are no events."""
        return self.base + self.size - 1


@record
class UnitEvent:
    """An event as the unit sees it.

    `name` is the effective name, with all prefixes; `disabled` takes the unit's patterns into account.
    `index` is the position in the unit, `wire_id` the position in its range, `stream_id` the range's base
    plus the wire ID; `range` is an index in the unit's `ranges`. `crosses` is true if it crosses the guest
    tunnel, by `wire`: then its pointers are numbers on the host, except text that is sent as text. `chain`
    are the includes that led to it, outermost first.
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
        """(type, name) of each parameter, as generated code declares them."""
        if self.crosses:
            from tesc.units.crossing import crossed

            return crossed(self.node, self.wire)[0]
        declarations = [parameter.declaration for parameter in self.node.parameters]
        return [(one.type.text, one.name) for one in declarations]

    @property
    def format(self) -> str:
        """The format's text in generated code; empty if the event has none."""
        form = self.node.format
        if form is None:
            return ""
        if self.crosses:
            from tesc.units.crossing import crossed

            return crossed(self.node, self.wire)[1]
        return form.text


@record
class Pattern:
    """A pattern of a `disable` directive, and the number of the unit's events that it matches."""

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

    @property
    def line(self) -> str:
        """The message in one line, which also says what to do unless it ends with a suggestion."""
        return self.message if not self.help or self.message.endswith("?") else f"{self.message}; {self.help}"


@record
class Unit:
    """Resolved root files.

    `trees` are those of all files, roots and included ones, in the order in which they were first read;
    `chains` has for each included file the includes that first led to it. `expansions` are the includes that
    added a file, each with the chain that ends in it; `directives` are those from outside, which act as if
    they were at the end of each root. `versions`, if not None, has contents of files that replace those on
    disk, by real path: the unit belongs to another version of its tree. `release` is the QEMU that determines
    the meaning of older properties.
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
    """The error at `node`, the first event that is left out."""
    message = f"the unit has more than {MAX_EVENTS:,} events"
    return UnitError(
        code=codes.INCLUDE_TOO_DEEP,
        source=source,
        span=node.name_span,
        message=message,
        help="split it: the rest is left out",
        chain=chain,
    )
