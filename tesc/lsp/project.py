"""A folder's trace-events files, kept up to date: their units, and what the rules find in them."""

from __future__ import annotations

import os

from tesc.analysis.check import check
from tesc.analysis.fixing import edited
from tesc.analysis.per_unit_cache import PerUnitCache
from tesc.analysis.rechecking import Given, check_again, is_near, settled
from tesc.analysis.rule import RunRule
from tesc.analysis.selection import chosen
from tesc.analysis.stepwise import at_once
from tesc.config.errors import ConfigError
from tesc.config.named_paths import missing_root_files
from tesc.file_settings import Overrides
from tesc.lsp.tolerant_settings import TolerantSettings
from tesc.lsp.uses import CachingIndex
from tesc.records import replace
from tesc.syntax.source import Source
from tesc.units.outside import BadDirective
from tesc.units.plain_events import PlainEvents, events_of, names_in
from tesc.units.resolve import NOTHING
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from tesc.analysis.diagnostic import Diagnostic, SourceEdit
    from tesc.analysis.rechecking import State
    from tesc.lsp.settings import ClientSettings
    from tesc.syntax.nodes import Event, Include, Tree
    from tesc.units.resolve import Outside
    from tesc.units.unit import Unit, UnitEvent
    from tesc.uses.index import Index


# Files of this total size are checked almost instantly.
_SMALL = 20_000


class Project:
    """The files of a folder, or a single file outside of all folders.

    `loaded` is true once all files of the folder are read; until then only findings in single files are
    known.
    """

    def __init__(self, folder: str | None, settings: ClientSettings) -> None:
        self.folder = folder
        self.loaded = folder is None
        self._client = settings
        overrides = Overrides(
            profile=settings.profile,
            select=settings.select,
            ignore=settings.ignore,
            folders=(folder,) if folder else (),
        )
        self.workspace = _Workspace(overrides, self._shown)
        self._resolved = False
        # The last findings, and the numbers of the states of files and sources that they are for.
        self._state: State | None = None
        self._checked = self._now = 0
        # Once this number changes, earlier findings are useless.
        self._generation = 0
        # The names of events whose uses have changed, and since which state.
        self._other_uses: list[tuple[int, frozenset[str]]] = []
        self._events = PerUnitCache(_by_node)
        self._named = PerUnitCache(_by_name)
        # The folder's C and Rust sources, and where they use events; `indexed` is true if all are read.
        self.sources: set[str] = set()
        self.uses: Index = CachingIndex()
        self.indexed = False
        # Whether the sources will be read soon, so rules wait for them.
        self.awaits_uses = False
        # The uses for rules; None until all sources are read.
        self.all_uses: Index | None = None

    def _shown(self, path: str) -> str:
        """A path for messages: relative to the folder, if inside it."""
        path = os.path.normpath(path)
        if self.folder is not None and path.startswith(os.path.join(self.folder, "")):
            path = os.path.relpath(path, self.folder)
        return path.replace(os.sep, "/")

    def shown(self, path: str) -> str:
        return self._shown(path)

    def touch(self) -> None:
        """Note that a file or its settings changed."""
        self._resolved = False
        self._now += 1

    def touch_uses(self, names: Iterable[str] | None = None) -> None:
        """Note that uses of events in sources changed: those of the events `names`, or of any."""
        self._now += 1
        if names is None:
            self._forget()
        else:
            self._other_uses.append((self._now, frozenset(names)))

    def _forget(self) -> None:
        self._state = None
        self._generation += 1
        self._now += 1
        self._other_uses = []

    def forget_uses(self) -> None:
        """Forget where the sources use events."""
        self.sources = set()
        self.uses = CachingIndex()
        self.indexed = False
        self.all_uses = None
        self.touch_uses()

    def configure_again(self, settings: ClientSettings | None = None) -> None:
        """Read configurations again, with new client settings if given."""
        if settings is not None:
            given = self.workspace.overrides
            self.workspace.overrides = replace(
                given, profile=settings.profile, select=settings.select, ignore=settings.ignore
            )
        self.workspace.configure_again()
        self._forget()
        self.touch()

    @property
    def units(self) -> list[Unit]:
        """The units of the files that are read."""
        if not self._resolved:
            self.workspace.resolve()
            self._resolved = True
        return self.workspace.units

    def events_of(self, node: Event) -> list[UnitEvent]:
        """The unit events of a declaration: one for each way in which it is included."""
        return [event for _, event in self.with_units(node)]

    def with_units(self, node: Event) -> list[tuple[Unit, UnitEvent]]:
        """The unit events of a declaration, each with its unit."""
        found: list[tuple[Unit, UnitEvent]] = []
        for unit, by_node in zip(self.units, self._events(self.units)):
            quick = events_of(unit, node)
            mine = by_node.get(id(node), ()) if quick is None else quick
            found += [(unit, event) for event in mine]
        return found

    def events_named(self, name: str) -> list[UnitEvent]:
        """The events with an effective name; one declaration may have several."""
        return [
            unit.events[at]
            for unit, by_name in zip(self.units, self._named(self.units))
            for at in by_name.get(name, ())
        ]

    def events_in_capitals(self, name: str) -> list[UnitEvent]:
        """The events whose effective name in capitals is this one."""
        return self.events_named(f"={name}")

    def unit_of(self, tree: Tree) -> Unit | None:
        """The unit of which a file is the root, else the first one that includes it."""
        units = self.units
        own = next((unit for unit in units if unit.roots[0] is tree), None)
        return own or next((unit for unit in units if any(tree is one for one in unit.trees)), None)

    def included(self, source: Source, include: Include) -> Tree | None:
        """The tree of the file that an include leads to."""
        path = self.workspace.included(source, include.path)
        return None if path is None else self.workspace.tree_of(path)

    def found_in(self, tree: Tree, opened: Iterable[Tree]) -> list[Diagnostic]:
        """What the rules find in a file; until all are read, only the files `opened` are checked.

        If checking all files would be slow, only findings in single files.
        """
        if self.is_ready and (self.is_checked or self._is_small() or is_near(self._state, self._given())):
            return self.found_soon.get(tree.source, [])
        wanted = {id(one) for one in opened}
        units = [unit for unit in self.units if any(id(one) in wanted for one in unit.trees)]
        return _by_source(_checked(self.workspace, units)).get(tree.source, [])

    def _is_small(self) -> bool:
        """Whether the files are few enough that checking all of them is fast."""
        return sum(len(tree.source.text) for unit in self.units for tree in unit.trees) <= _SMALL

    @property
    def is_ready(self) -> bool:
        """Whether everything that findings depend on has been read."""
        return self.loaded and not self.awaits_uses

    @property
    def found(self) -> dict[Source, list[Diagnostic]]:
        """What the rules find, by file; files without findings have no entry."""
        for _ in self.steps():
            pass
        for _ in self.settling():
            pass
        return self.found_soon

    @property
    def found_soon(self) -> dict[Source, list[Diagnostic]]:
        """What the rules except the late ones find, by file."""
        for _ in self.steps():
            pass
        assert self._state is not None
        return self._state.found

    @property
    def is_checked(self) -> bool:
        """Whether all changes have been checked."""
        return self._state is not None and self._checked == self._now

    @property
    def is_settled(self) -> bool:
        """Whether all rules have run since the last change."""
        return self.is_checked and self._state is not None and self._state.is_settled

    def steps(self) -> Iterator[None]:
        """Check what changed, in steps, between which more may change."""
        while not self.is_checked:
            at, generation = self._now, self._generation
            state = yield from check_again(self._state, self._given(), self._names())
            self._take(state, at, generation)

    def _names(self) -> set[str]:
        """The names of events whose uses changed since the last check."""
        return {name for since, names in self._other_uses for name in names if since > self._checked}

    def settling(self) -> Iterator[None]:
        """Run the late rules, in steps; the result is dropped if anything changes in between."""
        at, generation = self._checked, self._generation
        working = settled(self._state) if self._state is not None and not self._state.is_settled else None
        while working is not None and at == self._now:
            try:
                next(working)
            except StopIteration as done:
                self._take(done.value, at, generation)
                return
            yield

    def _take(self, state: State, at: int, generation: int) -> None:
        if generation == self._generation and at >= self._checked:
            self._state, self._checked = state, at
            self._other_uses = [(since, names) for since, names in self._other_uses if since > at]

    def _given(self) -> Given:
        return Given(self.units, self.workspace.settings, self.all_uses)

    def with_texts(self, texts: Mapping[str, str]) -> Forked:
        """The project as if files had different texts; `texts` has them by the sources' `file`."""
        workspace = self.workspace.fork()
        for file, text in texts.items():
            before = workspace.tree_of(file)
            if before is not None:
                workspace.put_source(Source(before.source.path, text, file))
        workspace.resolve()
        return Forked(workspace, self._state, self.all_uses, self._names())

    def found_with(self, texts: Mapping[str, str], tree: Tree) -> list[Diagnostic]:
        """What the rules would find in a file if files had the texts `texts`, by the sources' `file`."""
        forked = self.with_texts(texts)
        now = forked.workspace.tree_of(tree.source.file)
        if now is None:
            return []
        if self.is_ready and (self.is_checked or forked.is_near):
            return forked.found.get(now.source, [])
        units = [unit for unit in forked.units if any(now is one for one in unit.trees)]
        return _by_source(_checked(forked.workspace, units)).get(now.source, [])

    def forked(self, edits: Iterable[SourceEdit]) -> Forked:
        """The project as if `edits` were applied to its files."""
        by_source: dict[Source, list[SourceEdit]] = {}
        for edit in edits:
            by_source.setdefault(edit.source, []).append(edit)
        return self.with_texts({source.file: edited(source.text, mine) for source, mine in by_source.items()})

    @property
    def errors(self) -> list[ConfigError]:
        """The errors of the configurations that apply to the files."""
        self.units  # noqa: B018  # resolving reads all of them
        found = [error for _, errors in sorted(self.workspace.errors.items()) for error in errors]
        for configuration in self.workspace.configurations.values():
            found += missing_root_files(configuration, self.workspace.holds)
        return found


class Forked:
    """A project with different texts of some files."""

    def __init__(
        self, workspace: Workspace, before: State | None, uses: Index | None, names: Collection[str]
    ) -> None:
        self.workspace = workspace
        self._before = before
        self._uses = uses
        self._names = names

    @property
    def units(self) -> list[Unit]:
        return self.workspace.units

    @property
    def is_near(self) -> bool:
        """Whether checking these texts is fast."""
        return is_near(self._before, self._given)

    @property
    def found(self) -> dict[Source, list[Diagnostic]]:
        """What the rules find, by file."""
        return at_once(settled(self._state)).found

    @property
    def found_soon(self) -> dict[Source, list[Diagnostic]]:
        """What the rules except the late ones find, by file."""
        return self._state.found

    @property
    def _state(self) -> State:
        return at_once(check_again(self._before, self._given, self._names))

    @property
    def _given(self) -> Given:
        return Given(self.units, self.workspace.settings, self._uses)


class _Workspace(Workspace):
    """A workspace that uses the last valid configuration instead of an invalid one."""

    def __init__(self, overrides: Overrides, shown: Callable[[str], str]) -> None:
        super().__init__(overrides, shown, file_settings=TolerantSettings(overrides))

    @property
    def _tolerant(self) -> TolerantSettings:
        assert isinstance(self._file_settings, TolerantSettings)
        return self._file_settings

    @property
    def errors(self) -> dict[str, list[ConfigError]]:
        """The errors of configurations, by path."""
        return self._tolerant.errors

    def resolve(self) -> None:
        # In the order in which a command reads files, not in the order of opening.
        self._roots = dict(sorted(self._roots.items()))
        super().resolve()

    def outside_of(self, tree: Tree) -> Outside:
        try:
            return super().outside_of(tree)
        except BadDirective as error:
            configuration = self.configuration_for(tree.source.file)
            if configuration is not None:
                self._tolerant.note([ConfigError(configuration.path, 1, 1, str(error))])
            return NOTHING


def _checked(workspace: Workspace, units: list[Unit]) -> list[Diagnostic]:
    """What the rules find in units."""
    rules, levels = chosen(workspace.settings)
    rules = [rule for rule in rules if not isinstance(rule, RunRule)]
    return check(units, rules, workspace.settings, {}, levels)


def _by_node(unit: Unit) -> dict[int, list[UnitEvent]]:
    """The events of a unit by the `id` of their declaration; empty if there is a faster way to find them."""
    found: dict[int, list[UnitEvent]] = {}
    if not isinstance(unit.events, PlainEvents):
        for event in unit.events:
            found.setdefault(id(event.node), []).append(event)
    return found


def _by_name(unit: Unit) -> dict[str, list[int]]:
    """The indices of a unit's events by name, and by `=` and the name in capitals; no name contains `=`."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names_in(unit)):
        found.setdefault(name, []).append(at)
        found.setdefault(f"={name.upper()}", []).append(at)
    return found


def _by_source(found: Iterable[Diagnostic]) -> dict[Source, list[Diagnostic]]:
    by_source: dict[Source, list[Diagnostic]] = {}
    for diagnostic in found:
        by_source.setdefault(diagnostic.source, []).append(diagnostic)
    return by_source
