"""From trees to a unit: includes, prefixes, disable patterns, ranges and IDs."""

from __future__ import annotations

import os

from tesc.records import record
from tesc.schema.unit import Inclusion, Pattern, Range, Unit, UnitEvent, UnitProblem
from tesc.syntax.nodes import Disable, Event, Include, Prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.schema.loading import Loader
    from tesc.syntax.nodes import Tree, Word
    from tesc.syntax.source import Source, Span

MAX_DEPTH = 64
MAX_INCLUDES = 65_536
MAX_EVENTS = 1_048_576
# The highest stream ID and the one below it mark headers and dropped records in simpletrace files.
MAX_ID = (1 << 64) - 1


@record
class Outside:
    """Directives from the command line or the configuration.

    `directives` act as if written at the end of the root file; `event_prefix` goes before all
    names, as an includer of the root file would write it. `crosses` tells that the root's own
    events cross the guest tunnel.
    """

    directives: tuple[Tree, ...] = ()
    event_prefix: str = ""
    crosses: bool = False


NOTHING = Outside()


def resolve(roots: Sequence[Tree], loader: Loader | None = None, outside: Outside = NOTHING) -> Unit:
    """The unit of root files that are read one after the other. Never fails: see its `problems`."""
    if loader is None or (outside is NOTHING and not any(has_directives(tree) for tree in roots)):
        return _plain(roots)
    resolver = _Resolver(loader, outside)
    for tree in roots:
        resolver.root(tree)
    return resolver.unit(roots)


def has_directives(tree: Tree) -> bool:
    """Whether a file holds anything but events and comments."""
    return any(item.__class__ in (Include, Prefix, Disable) for item in tree.items)


def _plain(roots: Sequence[Tree]) -> Unit:
    """The unit of files that hold events only."""
    events: list[UnitEvent] = []
    for tree in roots:
        for node in tree.events:
            at = len(events)
            events.append(UnitEvent(tree.source, node, node.name, node.disabled, at, 0, at, at, False, ()))
    chains = ((),) * len(roots)
    return Unit(tuple(roots), tuple(roots), chains, tuple(events), (Range(0, len(events), None, ""),), (), ())


class _Draft:
    """An event in the making: its name grows by the prefixes of the includes that led to it."""

    __slots__ = ("chain", "disabled", "name", "node", "range", "source")

    def __init__(self, source: Source, node: Event, name: str, range_: int, chain: tuple[Inclusion, ...]) -> None:
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


class _Resolver:
    def __init__(self, loader: Loader, outside: Outside) -> None:
        self._loader = loader
        self._outside = outside
        self._ranges = [_Open(0, None, outside.event_prefix)]
        self._drafts: list[_Draft] = []
        self._trees: dict[int, tuple[Tree, tuple[Inclusion, ...]]] = {}
        self._matches: dict[tuple[Source, Span], list[int]] = {}
        self._patterns: dict[tuple[Source, Span], str] = {}
        self._problems: dict[tuple[str, Source, Span], UnitProblem] = {}
        self._expansions: list[tuple[tuple[Inclusion, ...], Tree]] = []
        self._includes = 0
        self._full = False

    def root(self, tree: Tree) -> None:
        """Resolve one root file."""
        path = os.path.realpath(tree.source.file)
        self._ranges[0].seen.add((path, self._outside.event_prefix, None))
        drafts = self._file(tree, (), 0, self._outside.event_prefix, (path,), self._outside.directives)
        for draft in drafts:
            draft.name = self._outside.event_prefix + draft.name
        self._drafts.extend(drafts)

    def unit(self, roots: Sequence[Tree]) -> Unit:
        """What was resolved."""
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
                    draft.source, draft.node, draft.name, draft.disabled, index, at, wire, stream, crosses, draft.chain
                )
            )
        ranges = tuple(Range(o.base, size, o.inclusion, o.prefix) for o, size in zip(self._ranges, sizes))
        patterns = tuple(
            Pattern(source, span, text, len(self._matches[source, span]))
            for (source, span), text in self._patterns.items()
        )
        trees = tuple(tree for tree, _ in self._trees.values())
        chains = tuple(chain for _, chain in self._trees.values())
        problems = tuple(self._problems.values())
        expansions = tuple(self._expansions)
        return Unit(tuple(roots), trees, chains, tuple(events), ranges, patterns, problems, expansions)

    def _file(
        self,
        tree: Tree,
        chain: tuple[Inclusion, ...],
        range_: int,
        outer: str,
        opened: tuple[str, ...],
        more: Sequence[Tree] = (),
    ) -> list[_Draft]:
        """The events of a file and its includes, named as the file sees them.

        `outer` is what the includes put before its names, `opened` are the real paths of the chain,
        `more` are directives from outside.
        """
        self._trees.setdefault(id(tree), (tree, chain))
        own = self._own_prefix(tree, chain)
        found: list[_Draft] = []
        patterns: list[tuple[Source, Word]] = []
        for part in (tree, *more):
            for item in part.items:
                if isinstance(item, Event):
                    if len(self._drafts) + len(found) >= MAX_EVENTS:
                        message = f"the unit has more than {MAX_EVENTS:,} events"
                        self._problem("TE507", tree.source, item.name_span, message, "split it", chain)
                        self._full = True
                        break
                    found.append(_Draft(tree.source, item, own + item.name, range_, chain))
                elif isinstance(item, Include) and not self._full:
                    inclusion = Inclusion(part.source, item)
                    found.extend(self._include(inclusion, (*chain, inclusion), range_, outer, opened))
                elif isinstance(item, Disable):
                    patterns.extend((part.source, word) for word in item.patterns)
        for source, word in patterns:
            self._disable(source, word.span, word.text, found)
        return found

    def _include(
        self, inclusion: Inclusion, chain: tuple[Inclusion, ...], range_: int, outer: str, opened: tuple[str, ...]
    ) -> list[_Draft]:
        """The events that one include brings, named as the including file sees them."""
        include = inclusion.include
        path = self._found(inclusion, chain, opened)
        if path is None:
            return []
        prefix = include.prefix.text if include.prefix else ""
        base = include.base_value
        key = (os.path.realpath(path), outer + prefix, base)
        if key in self._ranges[range_].seen:
            return []
        tree = self._loaded(path, inclusion, chain)
        if tree is None:
            return []
        self._ranges[range_].seen.add(key)
        if base is not None:
            range_ = len(self._ranges)
            self._ranges.append(_Open(base, inclusion, outer + prefix))
            self._ranges[range_].seen.add((key[0], key[1], None))
        self._expansions.append((chain, tree))
        drafts = self._file(tree, chain, range_, outer + prefix, (*opened, key[0]))
        for draft in drafts:
            draft.name = prefix + draft.name
        return drafts

    def _found(self, inclusion: Inclusion, chain: tuple[Inclusion, ...], opened: tuple[str, ...]) -> str | None:
        """The path that an include means, if it may be included here."""
        include = inclusion.include
        where = (inclusion.source, include.path_span)
        outer = chain[:-1]
        self._includes += 1
        if self._includes > MAX_INCLUDES:
            self._problem("TE507", *where, f"the unit has more than {MAX_INCLUDES:,} includes", "split it", outer)
            self._full = True
            return None
        path, looked = self._loader.find(include.path, inclusion.source)
        if path is None:
            places = " nor ".join(f"'{place}'" for place in looked)
            help_ = f"there is no {places}" if len(looked) == 1 else f"there is neither {places}"
            self._problem("TE501", *where, f"included file '{include.path}' not found", help_, outer)
            return None
        if os.path.realpath(path) in opened:
            cycle = " -> ".join(self._shown_chain(chain, os.path.realpath(path)))
            self._problem("TE502", *where, f"the file includes itself: {cycle}", None, outer)
            return None
        if len(chain) > MAX_DEPTH:
            self._problem("TE506", *where, f"includes are nested deeper than {MAX_DEPTH}", None, outer)
            return None
        return path

    def _shown_chain(self, chain: tuple[Inclusion, ...], path: str) -> list[str]:
        """The files of a cycle that closes at `path`, from there to there."""
        files = [link.source.path for link in chain]
        begin = next((i for i, link in enumerate(chain) if os.path.realpath(link.source.file) == path), 0)
        return [*files[begin:], files[begin]]

    def _loaded(self, path: str, inclusion: Inclusion, chain: tuple[Inclusion, ...]) -> Tree | None:
        from tesc.schema.loading import Unreadable

        try:
            return self._loader.load(path)
        except Unreadable as error:
            include = inclusion.include
            message = f"can't include '{include.path}': {error}"
            self._problem("TE503", inclusion.source, include.path_span, message, None, chain[:-1])
            return None

    def _own_prefix(self, tree: Tree, chain: tuple[Inclusion, ...]) -> str:
        """The file's own prefix; problems where it stands too late or twice."""
        own = None
        began = False
        for item in tree.items:
            if isinstance(item, Prefix):
                if own is not None:
                    message = f"the file has a prefix already: '{own}'"
                    self._problem("TE505", tree.source, item.span, message, "give one prefix a file", chain)
                    continue
                if began:
                    message = "the prefix stands after the file's first event or include"
                    help_ = "move it to the top: it holds for the whole file"
                    self._problem("TE505", tree.source, item.span, message, help_, chain)
                own = item.name.text
            elif isinstance(item, (Event, Include)):
                began = True
        return own or ""

    def _disable(self, source: Source, span: Span, text: str, drafts: list[_Draft]) -> None:
        from tesc.schema.patterns import pattern

        matches = pattern(text).fullmatch
        key = (source, span)
        self._patterns[key] = text
        hits = self._matches.setdefault(key, [])
        for draft in drafts:
            if matches(draft.name):
                draft.disabled = True
                hits.append(1)

    def _problem(
        self, code: str, source: Source, span: Span, message: str, help_: str | None, chain: tuple[Inclusion, ...]
    ) -> None:
        # A file that is included twice has its problems once.
        self._problems.setdefault((code, source, span), UnitProblem(code, source, span, message, help_, chain))
