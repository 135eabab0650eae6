"""Reading a whole tree for `tesc gen`: its settings, its files, and the groups that they are."""

from __future__ import annotations

import os

from tesc.cli.terminal import Failure
from tesc.codegen.tree.plan import Group
from tesc.files import find_files, read_source, relative
from tesc.syntax.parser import parse
from tesc.units.groups import group_of
from tesc.units.loading import Loader
from tesc.units.resolve import resolve
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.tree.manifest import Manifest
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit
    from tesc.workspace import Overrides

_FILE = "trace-events"
# What decides, in a folder, which settings hold for the files below it.
_SETTLING = ("tesc.toml", "pyproject.toml", os.path.join("scripts", "tracetool.py"))


class SourceTree:
    """The tree below a folder. All that is looked at goes into the manifest first."""

    def __init__(self, root: str, overrides: Overrides, manifest: Manifest) -> None:
        self.root = relative(root)
        self.manifest = manifest
        self._workspace = Workspace(overrides)
        self._noted: set[str] = set()
        self._trees: dict[str, Tree] = {}
        if overrides.config is not None:
            manifest.before_reading(os.path.abspath(overrides.config))
        self.settings = self._settings(os.path.join(self.root, _FILE))

    def _settings(self, file: str) -> Settings:
        folder = os.path.dirname(os.path.abspath(file))
        while folder not in self._noted:
            self._noted.add(folder)
            for name in _SETTLING:
                self.manifest.before_reading(os.path.join(folder, name))
            folder = os.path.dirname(folder)
        return self._workspace.settings_for(file)

    def groups(self) -> list[Group]:
        """The tree's groups, as its configuration orders them, else sorted by folder and name.

        A file that another one of the run includes is none, unless the configuration lists it.
        Raises Failure, OSError, and BadDirective for directives from the configuration.
        """
        listed = self.settings.generate.groups
        files = self._found() if listed is None else self._listed(listed)
        roots = [self._read(file) for file in files]
        units = [self._unit(tree) for tree in roots]
        if listed is None:
            included = {id(tree) for unit in units for tree in unit.trees[1:]}
            units = [u for u in units if id(u.roots[0]) not in included or self._is_root(u.roots[0].source)]
        return [
            Group(self._name(unit.roots[0].source.file), unit, self._workspace.outside_of(unit.roots[0]))
            for unit in units
        ]

    @property
    def inputs(self) -> list[str]:
        """What was read: the files of all units, and the configurations that hold for them."""
        files = [tree.source.file for tree in self._trees.values()]
        return [relative(path) for path in (*files, *self._workspace.configurations)]

    def _found(self) -> list[str]:
        self.manifest.root = self.root
        self.manifest.found = find_files(self.root)
        for file in self.manifest.found:
            self._settings(file)
        found = [os.path.normpath(file) for file in self.manifest.found if not self._workspace.excludes(file)]
        if not found:
            raise Failure(f"{self.root}: no trace-events files here")
        return sorted(found, key=os.path.split)

    def _listed(self, entries: Sequence[str]) -> list[str]:
        """The files that the configuration names: by path, by their folder, or by the group."""
        made = []
        for entry in entries:
            path = relative(os.path.join(self.settings.root, entry))
            if os.path.isdir(path):
                path = os.path.normpath(os.path.join(path, _FILE))
            if not os.path.isfile(path):
                named = [file for file in self._found() if self._name(file) == entry]
                if not named:
                    raise Failure(
                        f"[generate] groups: there is no '{entry}', neither as a file nor as a group"
                    )
                path = named[0]
            if path not in made:
                made.append(path)
        return made

    def _name(self, file: str) -> str:
        try:
            return group_of(os.path.relpath(file, self.root))
        except ValueError:  # another drive of Windows
            return group_of(file)

    def _read(self, file: str) -> Tree:
        self.manifest.before_reading(file)
        real = os.path.realpath(file)
        if real not in self._trees:
            self._trees[real] = parse(read_source(file, relative(file)))
        return self._trees[real]

    def _unit(self, tree: Tree) -> Unit:
        settings = self._settings(tree.source.file)
        include_path = (*self._workspace.overrides.include_path, *settings.include_path)
        project = self._workspace.project_of(tree.source)
        loader = _NotingLoader(include_path, self._trees, self.manifest, (self.root, *project))
        return resolve((tree,), loader, self._workspace.outside_of(tree))

    def _is_root(self, source: Source) -> bool:
        return self._workspace.settings_of(source).lists(source.file)


class _NotingLoader(Loader):
    """A loader that notes each file, and where there was none, before it looks."""

    def __init__(
        self,
        include_path: Sequence[str],
        trees: dict[str, Tree],
        manifest: Manifest,
        project: Sequence[str],
    ) -> None:
        super().__init__(include_path, relative, trees, None, project)
        self._manifest = manifest

    def find(self, path: str, includer: Source) -> tuple[str | None, list[str]]:
        found, looked = super().find(path, includer)
        # The places that it looked at, as paths that can be opened.
        for folder in (os.path.dirname(includer.file), *self.include_path):
            candidate = os.path.join(folder, path)
            self._manifest.before_reading(candidate)
            if candidate == found:
                break
        return found, looked
