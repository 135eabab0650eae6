"""A source tree for `tesc gen`: its settings, files, and groups."""

from __future__ import annotations

import os
from functools import partial

from tesc.codegen.qemu import load_formats
from tesc.codegen.tree.plan import (
    EVENTS_ALL,
    Group,
    Planned,
    cost_of_group,
    names_by_group,
    plan_of,
)
from tesc.codegen.tree.run import WORTH_A_PROCESS
from tesc.files import relative, search
from tesc.paths import distinct
from tesc.processes import dealt
from tesc.records import record, replace
from tesc.syntax.nodes import Tree
from tesc.units.groups import group_of
from tesc.units.outside import BadDirective
from tesc.units.rejections import rejections
from tesc.units.resolve import NOTHING, has_directives
from tesc.units.unit import Range, Unit
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tesc.codegen.tree.manifest import Manifest
    from tesc.codegen.tree.plan import TreeOptions
    from tesc.codegen.tree.run import Part
    from tesc.config.loading import Configuration
    from tesc.file_settings import Overrides
    from tesc.syntax.source import Source

_FILE = "trace-events"


@record
class Shares:
    """A tree split among processes: the plans of each, the names of all outputs, and their estimated cost."""

    parts: Sequence[Part]
    names: Sequence[str]
    cost: int


class BadTree(Exception):
    """A tree from which nothing can be generated; the message says why."""


class SourceTree:
    """The tree below a folder. Every path is recorded in the manifest before it is read.

    `find` returns the tree's files and the links that lead out of it, if a search has already been started.
    `say` is called with these links, unless the configuration excludes them or lists all files.
    """

    def __init__(
        self,
        root: str,
        overrides: Overrides,
        manifest: Manifest,
        find: Callable[[], tuple[list[str], list[str]]] | None = None,
        say: Callable[[list[str]], object] = lambda links: None,
    ) -> None:
        self.root = relative(root)
        self.manifest = manifest
        self._find = find or partial(search, self.root)
        self._say = say
        self._overrides = overrides
        overrides = replace(overrides, folders=(self.root, *overrides.folders))
        self._workspace = Workspace(overrides, relative, looked_at=manifest.before_reading)
        self.settings = self._workspace.settings_for(os.path.join(self.root, _FILE))
        # The files of the tree, once it was searched.
        self._in_tree: list[str] = []
        # The files that `shares` has read.
        self._read: list[str] = []

    def again(self) -> SourceTree:
        """A new instance for the same tree, which has not read anything."""
        other = SourceTree(self.root, self._overrides, self.manifest)
        other._workspace.lenient = self._workspace.lenient
        return other

    def read_as_qemu(self) -> None:
        """Interpret invalid lines that QEMU's tracetool accepts as tracetool does."""
        self._workspace.lenient = True

    def groups(self) -> list[Group]:
        """The tree's groups, in the configured order, else sorted by folder and name.

        A file that another one includes is not a group, unless the configuration lists it.
        Raises BadTree, and BadDirective for directives from the configuration.
        """
        listed = self.settings.generate.groups
        workspace = self._workspace
        for file in distinct(self._found() if listed is None else self._listed(listed)):
            workspace.add_file(file)
        for unreadable in workspace.unreadable:
            raise BadTree(f"{unreadable.path}: {unreadable.reason}")
        workspace.keeps_roots = listed is not None
        workspace.resolve()
        roots = [unit.roots[0] for unit in workspace.units]
        return [
            Group(self._name(root.source.file), unit, workspace.outside_of(root))
            for root, unit in zip(roots, workspace.units)
        ]

    def shares(self, processes: int, options: TreeOptions) -> Shares | None:
        """The tree split among processes, each of which reads and plans its own files.

        None if one process is as fast, or if files depend on others: because of includes, groups that
        the configuration names, or outputs for all groups together. Raises BadTree.
        """
        if processes < 2 or self.settings.generate.groups is not None or not hasattr(os, "fork"):
            return None
        files = distinct(self._found())
        names = names_by_group([self._name(file) for file in files], options)
        if names is None or len(set(names)) < len(names):
            return None
        sources = [source for source in map(self._workspace.read, files) if source is not None]
        if len(sources) < len(files) or any("\ninclude" in source.text for source in sources):
            return None
        costs = [cost_of_group(source.text.count("\n"), options) for source in sources]
        count = min(processes, sum(costs) // WORTH_A_PROCESS, len(files))
        if count < 2:
            return None
        self._read = files
        # Load modules once that every process would load otherwise.
        load_formats(options.formats)
        parts: list[Part] = [
            partial(self._part, [sources[at] for at in sorted(mine)], options)
            for mine in dealt(costs, [1.0] * count)
        ]
        everything = tuple(Group(self._name(source.file), _unread(source)) for source in sources)

        def with_all() -> Iterator[Planned | None]:
            yield Planned(EVENTS_ALL, everything, None)
            yield from parts[0]()

        return Shares([with_all, *parts[1:]], [EVENTS_ALL, *names], sum(costs))

    def _part(self, sources: Sequence[Source], options: TreeOptions) -> Iterator[Planned | None]:
        """The planned outputs of some groups; None if one needs the files of all groups."""
        workspace = self._workspace
        for source in sources:
            workspace.add_source(source)
        try:
            workspace.resolve()
        except BadDirective:
            yield None  # it is reported when all files are read
            return
        if len(workspace.units) < len(sources):
            yield None
            return
        for unit in workspace.units:
            (root, *more), outside = unit.trees, workspace.outside_of(unit.roots[0])
            # With directives, trace-events-all cannot contain the file's text unchanged.
            if more or outside is not NOTHING or unit.errors or has_directives(root):
                yield None
                return
            if rejections(unit, options.compat, self.settings.types):
                yield None
                return
            yield from plan_of(Group(self._name(root.source.file), unit), options)

    @property
    def configurations(self) -> list[Configuration]:
        """The configurations that apply to the files found so far."""
        return list(self._workspace.configurations.values())

    @property
    def inputs(self) -> list[str]:
        """The files read: those of all units, and their configurations."""
        workspace = self._workspace
        read = [*self._read, *workspace.configurations] if self._read else workspace.inputs
        return list(map(relative, read))

    def _found(self) -> list[str]:
        if self._in_tree:
            return self._in_tree
        self.manifest.root = self.root
        self.manifest.found, self.manifest.left_out = self._find()
        if self.settings.generate.groups is None:
            self._say([link for link in self.manifest.left_out if not self._workspace.excludes(link)])
        found = [os.path.normpath(file) for file in self.manifest.found if not self._workspace.excludes(file)]
        if not found:
            raise BadTree(f"{self.root}: no trace-events files here")
        self._in_tree = sorted(found, key=os.path.split)
        return self._in_tree

    def _listed(self, entries: Sequence[str]) -> list[str]:
        """The files that the configuration names: by path, folder, or group."""
        made = []
        for entry in entries:
            path = relative(os.path.join(self.settings.root, entry))
            if os.path.isdir(path):
                path = os.path.normpath(os.path.join(path, _FILE))
            if not os.path.isfile(path):
                named = [file for file in self._found() if self._name(file) == entry]
                if not named:
                    raise BadTree(
                        f"[generate] groups: there is no '{entry}', neither as a file nor as a group"
                    )
                path = named[0]
            if path not in made:
                made.append(path)
        return made

    def _name(self, file: str) -> str:
        try:
            return group_of(os.path.relpath(file, self.root))
        except ValueError:  # on another Windows drive
            return group_of(file)


def _unread(source: Source) -> Unit:
    """A file as a unit without events, of which only the text is used."""
    tree = Tree(source, (), ())
    return Unit(
        roots=(tree,),
        trees=(tree,),
        chains=((),),
        events=(),
        ranges=(Range(0, 0, None, ""),),
        patterns=(),
        errors=(),
    )
