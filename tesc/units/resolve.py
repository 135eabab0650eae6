"""From trees to a unit: includes, prefixes, disable patterns, ranges and IDs."""

from __future__ import annotations

from tesc import codes
from tesc.records import record, replace
from tesc.syntax.nodes import Disable, Event, Include, Prefix
from tesc.syntax.source import is_visible
from tesc.units.releases import NEWEST, Release
from tesc.units.unit import Inclusion, Pattern, Range, Unit, UnitError, UnitEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Wire
    from tesc.syntax.nodes import Tree, Word
    from tesc.syntax.source import Source, Span
    from tesc.units.loading import Loader

MAX_DEPTH = 64
MAX_INCLUDES = 65_536
MAX_EVENTS = 1_048_576
# The highest stream ID and the one below it mark headers and dropped records in simpletrace files.
MAX_ID = (1 << 64) - 1


@record
class Outside:
    """Directives from the command line or the configuration.

    `directives` act as if written at the end of the root file; `event_prefix` goes before all
    names, as an includer of the root file would write it. `crosses` is true if the root's own
    events cross the guest tunnel; `wire` is how guests send theirs.
    """

    directives: tuple[Tree, ...] = ()
    event_prefix: str = ""
    crosses: bool = False
    wire: Wire = "frames"

    @property
    def says(self) -> bool:
        """Whether it adds anything to a file without directives."""
        return bool(self.directives or self.event_prefix or self.crosses)


NOTHING = Outside()


def resolve(
    roots: Sequence[Tree],
    loader: Loader | None = None,
    outside: Outside = NOTHING,
    release: Release = NEWEST,
    lenient: bool = False,
) -> Unit:
    """The unit of root files that are read one after the other. Never fails: see its `errors`.

    Properties of older releases of QEMU mean what they meant in `release`. `lenient` is to read invalid
    lines as that release's tracetool does, if it does.
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
    resolver = _Resolver(loader, outside)
    for tree in roots:
        resolver.root(tree)
    return resolver.unit(roots)


def has_directives(tree: Tree) -> bool:
    """Whether a file holds anything but events and comments."""
    return not {item.__class__ for item in tree.items}.isdisjoint((Include, Prefix, Disable))


def _plain(roots: Sequence[Tree]) -> Unit:
    """The unit of files that hold events only; their IDs are assigned in the order of the lines."""
    events: list[UnitEvent] = []
    errors: tuple[UnitError, ...] = ()
    for tree in roots:
        for node in tree.events:
            at = len(events)
            if at == MAX_EVENTS:
                errors = errors or (_too_many_events(tree.source, node, ()),)
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


def _too_many_events(source: Source, node: Event, chain: tuple[Inclusion, ...]) -> UnitError:
    message = f"the unit has more than {MAX_EVENTS:,} events"
    return UnitError(
        code=codes.INCLUDE_TOO_DEEP,
        source=source,
        span=node.name_span,
        message=message,
        help="split it: the rest is left out",
        chain=chain,
    )


class _Draft:
    """An event in the making."""

    __slots__ = ("chain", "disabled", "name", "node", "range", "source")

    def __init__(
        self, source: Source, node: Event, name: str, range_: int, chain: tuple[Inclusion, ...]
    ) -> None:
        self.source = source
        self.node = node
        self.name = name
        self.disabled = node.disabled
        self.range = range_
        self.chain = chain


class _Open:
    """A range in the making; `seen` are the real paths and prefixes that were included in it."""

    def __init__(self, base: int, inclusion: Inclusion | None, prefix: str) -> None:
        self.base = base
        self.inclusion = inclusion
        self.prefix = prefix
        self.seen: set[tuple[str, str, int | None]] = set()


@record
class _Place:
    """Where a file's events go.

    `chain` are the includes that led to the file and `opened` the real paths of its includers and
    itself; `range` is the position of its range, `outer` what the includes put before its names.
    """

    chain: tuple[Inclusion, ...]
    opened: tuple[str, ...]
    range: int
    outer: str


class _Resolver:
    def __init__(self, loader: Loader, outside: Outside) -> None:
        self._loader = loader
        self._outside = outside
        # Who gives an include on the command line names its file.
        self._given = [tree.source for tree in outside.directives]
        self._ranges = [_Open(0, None, outside.event_prefix)]
        self._drafts: list[_Draft] = []
        self._trees: dict[int, tuple[Tree, tuple[Inclusion, ...]]] = {}
        self._patterns: dict[tuple[Source, Span], Pattern] = {}
        self._problems: dict[tuple[str, Source, Span], UnitError] = {}
        self._expansions: list[tuple[tuple[Inclusion, ...], Tree]] = []
        self._includes = 0
        self._full = False

    def root(self, tree: Tree) -> None:
        """Resolve one root file."""
        path = self._loader.real(tree.source.file)
        prefix = self._outside.event_prefix
        self._ranges[0].seen.add((path, prefix, None))
        self._file(tree, _Place((), (path,), 0, prefix), self._outside.directives)

    def unit(self, roots: Sequence[Tree]) -> Unit:
        """What was resolved; here IDs are assigned: index, wire ID and stream ID."""
        sizes = [0] * len(self._ranges)
        events = []
        for index, draft in enumerate(self._drafts):
            at = draft.range
            wire = sizes[at]
            sizes[at] += 1
            crosses = at > 0 or self._outside.crosses
            stream = self._ranges[at].base + wire
            events.append(
                UnitEvent(
                    source=draft.source,
                    node=draft.node,
                    name=draft.name,
                    disabled=draft.disabled,
                    index=index,
                    range=at,
                    wire_id=wire,
                    stream_id=stream,
                    crosses=crosses,
                    chain=draft.chain,
                    wire=self._outside.wire,
                )
            )
        ranges = tuple(Range(o.base, size, o.inclusion, o.prefix) for o, size in zip(self._ranges, sizes))
        trees = tuple(tree for tree, _ in self._trees.values())
        chains = tuple(chain for _, chain in self._trees.values())
        return Unit(
            roots=tuple(roots),
            trees=trees,
            chains=chains,
            events=tuple(events),
            ranges=ranges,
            patterns=tuple(self._patterns.values()),
            errors=tuple(self._problems.values()),
            expansions=tuple(self._expansions),
            directives=self._outside.directives,
        )

    def _file(self, tree: Tree, place: _Place, more: Sequence[Tree] = ()) -> None:
        """Resolve a file and what it includes; `more` are directives from outside."""
        chain, at = place.chain, place.range
        self._trees.setdefault(id(tree), (tree, chain))
        prefix = place.outer + self._own_prefix(tree, chain)
        first = len(self._drafts)
        patterns: list[tuple[Source, Word]] = []
        for part in (tree, *more):
            source = part.source
            for item in part.items:
                if isinstance(item, Event):
                    if len(self._drafts) < MAX_EVENTS:
                        self._drafts.append(_Draft(source, item, prefix + item.name, at, chain))
                    else:
                        self._add(_too_many_events(source, item, chain))
                        self._full = True
                elif isinstance(item, Include):
                    if not self._full:
                        self._include(Inclusion(source, item), place)
                elif isinstance(item, Disable):
                    patterns.extend((source, word) for word in item.patterns)
                if self._full:
                    break
        if patterns:
            # The file's own view of the names: without what its includers put before them.
            shown = len(place.outer)
            self._disable(patterns, [(draft.name[shown:], draft) for draft in self._drafts[first:]])

    def _include(self, inclusion: Inclusion, outer: _Place) -> None:
        """Resolve what one include of the file at `outer` brings."""
        include = inclusion.include
        path = self._found(inclusion, outer)
        if path is None:
            return
        real = self._loader.real(path)
        prefix = outer.outer + (include.prefix.text if include.prefix else "")
        base = _base_of(include)
        key = (real, prefix, base)
        seen = self._ranges[outer.range].seen
        if key in seen:
            return
        tree = self._loaded(path, inclusion, outer.chain)
        if tree is None:
            return
        seen.add(key)
        at = outer.range
        if base is not None:
            at = len(self._ranges)
            self._ranges.append(_Open(base, inclusion, prefix))
            self._ranges[at].seen.add((real, prefix, None))
        chain = (*outer.chain, inclusion)
        self._expansions.append((chain, tree))
        self._file(tree, _Place(chain, (*outer.opened, real), at, prefix))

    def _found(self, inclusion: Inclusion, outer: _Place) -> str | None:
        """The path that an include means, if it may be included here."""
        include = inclusion.include
        where = (inclusion.source, include.path_span)
        self._includes += 1
        if self._includes > MAX_INCLUDES:
            message = f"the unit has more than {MAX_INCLUDES:,} includes"
            self._problem(
                codes.INCLUDE_TOO_DEEP, *where, message, "split it: the rest is left out", outer.chain
            )
            self._full = True
            return None
        path, looked = self._loader.find(include.path, inclusion.source)
        if path is None:
            places = " nor ".join(f"'{place}'" for place in looked)
            help_ = f"there is no {places}" if len(looked) == 1 else f"there is neither {places}"
            self._problem(
                codes.INCLUDE_NOT_FOUND,
                *where,
                f"included file '{include.path}' not found",
                help_,
                outer.chain,
            )
            return None
        if not self._loader.may_include(path) and inclusion.source not in self._given:
            message = f"'{include.path}' is outside of the project"
            help_ = "give its folder with -I, or in include-path of tesc.toml"
            self._problem(codes.INCLUDE_NOT_FOUND, *where, message, help_, outer.chain)
            return None
        if self._loader.real(path) in outer.opened:
            cycle = " -> ".join(self._shown_cycle((*outer.chain, inclusion), self._loader.real(path)))
            self._problem(
                codes.INCLUDE_CYCLE, *where, f"the file includes itself: {cycle}", None, outer.chain
            )
            return None
        if len(outer.chain) >= MAX_DEPTH:
            self._problem(
                codes.INCLUDE_TOO_DEEP,
                *where,
                f"includes are nested deeper than {MAX_DEPTH}",
                None,
                outer.chain,
            )
            return None
        return path

    def _shown_cycle(self, chain: tuple[Inclusion, ...], path: str) -> list[str]:
        """The files of a cycle that closes at `path`, from there to there."""
        files = [link.source.path for link in chain]
        begin = next((i for i, link in enumerate(chain) if self._loader.real(link.source.file) == path), 0)
        return [*files[begin:], files[begin]]

    def _loaded(self, path: str, inclusion: Inclusion, chain: tuple[Inclusion, ...]) -> Tree | None:
        from tesc.units.loading import Unreadable

        try:
            return self._loader.load(path)
        except Unreadable as error:
            include = inclusion.include
            message = f"can't include '{include.path}': {error}"
            self._problem(codes.INCLUDE_NOT_FOUND, inclusion.source, include.path_span, message, None, chain)
            return None

    def _own_prefix(self, tree: Tree, chain: tuple[Inclusion, ...]) -> str:
        """The file's own prefix; errors where it is too late or twice."""
        own = None
        began = False
        for item in tree.items:
            if isinstance(item, Prefix):
                if own is not None:
                    message = f"the file has a prefix already: '{own}'"
                    self._problem(
                        codes.MISPLACED_PREFIX,
                        tree.source,
                        item.span,
                        message,
                        "give each file one prefix",
                        chain,
                    )
                    continue
                if began:
                    message = "the prefix comes after the file's first event or include"
                    help_ = "move it to the top: it holds for the whole file"
                    self._problem(codes.MISPLACED_PREFIX, tree.source, item.span, message, help_, chain)
                own = item.name.text
            elif isinstance(item, (Event, Include)):
                began = True
        return own or ""

    def _disable(self, patterns: Sequence[tuple[Source, Word]], named: Sequence[tuple[str, _Draft]]) -> None:
        """Apply a file's patterns to its events, by the names that it sees."""
        from tesc.units.patterns import Names

        names = Names([name for name, _ in named])
        for source, word in patterns:
            found = names.matching(word.text)
            for at in found:
                named[at][1].disabled = True
            # A file that is included several times has its patterns once.
            key = (source, word.span)
            before = self._patterns[key].matches if key in self._patterns else 0
            self._patterns[key] = Pattern(source, word.span, word.text, before + len(found))

    def _problem(
        self,
        code: str,
        source: Source,
        span: Span,
        message: str,
        help_: str | None,
        chain: tuple[Inclusion, ...],
    ) -> None:
        self._add(UnitError(code=code, source=source, span=span, message=message, help=help_, chain=chain))

    def _add(self, error: UnitError) -> None:
        # A file that is included several times has its errors once.
        self._problems.setdefault((error.code, error.source, error.span), error)


def _base_of(include: Include) -> int | None:
    """The base of an include, if it has one; numbers that Python won't read are out of any range."""
    try:
        return include.base_value
    except ValueError:
        return MAX_ID + 1
