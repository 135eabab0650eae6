"""Resolves directives: includes, prefixes and disable patterns, and the ranges and IDs that result."""

from __future__ import annotations

from tesc import codes
from tesc.records import record
from tesc.syntax.nodes import Disable, Event, Include, Prefix
from tesc.units.unit import (
    MAX_EVENTS,
    MAX_ID,
    Inclusion,
    Pattern,
    Range,
    Unit,
    UnitError,
    UnitEvent,
    too_many_events,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.syntax.nodes import Tree, Word
    from tesc.syntax.source import Source, Span
    from tesc.units.loading import Loader
    from tesc.units.resolve import Outside

MAX_DEPTH = 64
MAX_INCLUDES = 65_536


class _EventBuilder:
    """An event that has no IDs yet."""

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


class _RangeBuilder:
    """A range that may still grow; `seen` are the real paths, prefixes and bases included in it."""

    def __init__(self, base: int, inclusion: Inclusion | None, prefix: str) -> None:
        self.base = base
        self.inclusion = inclusion
        self.prefix = prefix
        self.seen: set[tuple[str, str, int | None]] = set()


@record
class _FileContext:
    """The includes around a file, and the range of its events.

    `chain` are the includes that led to the file, and `opened` the real paths of its includers and itself;
    `range` is the number of its range, `outer` the prefix that the includes add to its names.
    """

    chain: tuple[Inclusion, ...]
    opened: tuple[str, ...]
    range: int
    outer: str


class Resolver:
    """Resolves root files one by one: `root` for each, then `unit`."""

    def __init__(self, loader: Loader, outside: Outside) -> None:
        self._loader = loader
        self._outside = outside
        # Includes on the command line may name files outside of the project.
        self._given = [tree.source for tree in outside.directives]
        self._ranges = [_RangeBuilder(0, None, outside.event_prefix)]
        self._events: list[_EventBuilder] = []
        self._trees: dict[int, tuple[Tree, tuple[Inclusion, ...]]] = {}
        self._patterns: dict[tuple[Source, Span], Pattern] = {}
        self._errors: dict[tuple[str, Source, Span], UnitError] = {}
        self._expansions: list[tuple[tuple[Inclusion, ...], Tree]] = []
        self._includes = 0
        self._full = False

    def root(self, tree: Tree) -> None:
        """Resolve one root file."""
        path = self._loader.real(tree.source.file)
        prefix = self._outside.event_prefix
        self._ranges[0].seen.add((path, prefix, None))
        self._file(tree, _FileContext((), (path,), 0, prefix), self._outside.directives)

    def unit(self, roots: Sequence[Tree]) -> Unit:
        """The resolved unit. IDs are assigned here: index, wire ID and stream ID."""
        sizes = [0] * len(self._ranges)
        events = []
        for index, draft in enumerate(self._events):
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
            errors=tuple(self._errors.values()),
            expansions=tuple(self._expansions),
            directives=self._outside.directives,
        )

    def _file(self, tree: Tree, context: _FileContext, more: Sequence[Tree] = ()) -> None:
        """Resolve a file and what it includes; `more` are directives from outside."""
        chain, at = context.chain, context.range
        self._trees.setdefault(id(tree), (tree, chain))
        prefix = context.outer + self._own_prefix(tree, chain)
        first = len(self._events)
        patterns: list[tuple[Source, Word]] = []
        for part in (tree, *more):
            source = part.source
            for item in part.items:
                if isinstance(item, Event):
                    if len(self._events) < MAX_EVENTS:
                        self._events.append(_EventBuilder(source, item, prefix + item.name, at, chain))
                    else:
                        self._add(too_many_events(source, item, chain))
                        self._full = True
                elif isinstance(item, Include):
                    if not self._full:
                        self._include(Inclusion(source, item), context)
                elif isinstance(item, Disable):
                    patterns.extend((source, word) for word in item.patterns)
                if self._full:
                    break
        if patterns:
            # The names as the file sees them: without the prefixes of its includers.
            shown = len(context.outer)
            self._disable(patterns, [(draft.name[shown:], draft) for draft in self._events[first:]])

    def _include(self, inclusion: Inclusion, outer: _FileContext) -> None:
        """Resolve one include of a file whose context is `outer`."""
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
            self._ranges.append(_RangeBuilder(base, inclusion, prefix))
            self._ranges[at].seen.add((real, prefix, None))
        chain = (*outer.chain, inclusion)
        self._expansions.append((chain, tree))
        self._file(tree, _FileContext(chain, (*outer.opened, real), at, prefix))

    def _found(self, inclusion: Inclusion, outer: _FileContext) -> str | None:
        """The path of the file to include, or None, with an error, if it cannot be included here."""
        include = inclusion.include
        where = (inclusion.source, include.path_span)
        self._includes += 1
        if self._includes > MAX_INCLUDES:
            message = f"the unit has more than {MAX_INCLUDES:,} includes"
            self._error(
                codes.INCLUDE_TOO_DEEP, *where, message, "split it: the rest is left out", outer.chain
            )
            self._full = True
            return None
        path, looked = self._loader.find(include.path, inclusion.source)
        if path is None:
            self._error(codes.INCLUDE_NOT_FOUND, *where, *self._not_found(inclusion, looked), outer.chain)
            return None
        if not self._loader.may_include(path) and inclusion.source not in self._given:
            message = f"'{include.path}' is outside of the project"
            help_ = "give its folder with -I, or in include-path of tesc.toml"
            self._error(codes.INCLUDE_NOT_FOUND, *where, message, help_, outer.chain)
            return None
        if self._loader.real(path) in outer.opened:
            cycle = " -> ".join(self._shown_cycle((*outer.chain, inclusion), self._loader.real(path)))
            self._error(codes.INCLUDE_CYCLE, *where, f"the file includes itself: {cycle}", None, outer.chain)
            return None
        if len(outer.chain) >= MAX_DEPTH:
            self._error(
                codes.INCLUDE_TOO_DEEP,
                *where,
                f"includes are nested deeper than {MAX_DEPTH}",
                None,
                outer.chain,
            )
            return None
        return path

    def _not_found(self, inclusion: Inclusion, looked: Sequence[str]) -> tuple[str, str]:
        """The message and help for a file that was not found at any of the paths `looked`."""
        path = inclusion.include.path
        places = " nor ".join(f"'{place}'" for place in looked)
        help_ = f"there is no {places}" if len(looked) == 1 else f"there is neither {places}"
        message = f"included file '{path}' not found"
        if inclusion.source not in self._given or path.startswith("/"):
            return message, help_
        # On a command line, paths are usually relative to the working directory. Some commands print only
        # the message.
        message += f" in {' or '.join(self._loader.folders(inclusion.source))}"
        meant = self._loader.as_meant_here(path, inclusion.source)
        if meant is None:
            return message, help_
        return f"{message}; did you mean '{meant}'?", "the path is relative to the folder of the events file"

    def _shown_cycle(self, chain: tuple[Inclusion, ...], path: str) -> list[str]:
        """The files of a cycle, which begins and ends with `path`."""
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
            self._error(codes.INCLUDE_NOT_FOUND, inclusion.source, include.path_span, message, None, chain)
            return None

    def _own_prefix(self, tree: Tree, chain: tuple[Inclusion, ...]) -> str:
        """The file's own prefix; reports a prefix that is not at the top or is given twice."""
        own = None
        began = False
        for item in tree.items:
            if isinstance(item, Prefix):
                if own is not None:
                    message = f"the file has a prefix already: '{own}'"
                    self._error(
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
                    help_ = "move it to the top: it applies to the whole file"
                    self._error(codes.MISPLACED_PREFIX, tree.source, item.span, message, help_, chain)
                own = item.name.text
            elif isinstance(item, (Event, Include)):
                began = True
        return own or ""

    def _disable(
        self, patterns: Sequence[tuple[Source, Word]], named: Sequence[tuple[str, _EventBuilder]]
    ) -> None:
        """Apply a file's patterns to its events, by the names that it sees."""
        from tesc.units.patterns import Names

        names = Names([name for name, _ in named])
        for source, word in patterns:
            found = names.matching(word.text)
            for at in found:
                named[at][1].disabled = True
            # The patterns of a file that is included several times count once.
            key = (source, word.span)
            before = self._patterns[key].matches if key in self._patterns else 0
            self._patterns[key] = Pattern(source, word.span, word.text, before + len(found))

    def _error(
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
        # Errors in a file that is included several times are reported once.
        self._errors.setdefault((error.code, error.source, error.span), error)


def _base_of(include: Include) -> int | None:
    """The base of an include, or None; a number too long for Python to read is out of range anyway."""
    try:
        return include.base_value
    except ValueError:
        return MAX_ID + 1
