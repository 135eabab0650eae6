"""A source tree as `tesc gen` sees it: its settings, its files, and the groups that they are."""

from __future__ import annotations

import os

from tesc.codegen.tree.plan import Group
from tesc.files import find_files, relative
from tesc.paths import distinct
from tesc.records import replace
from tesc.units.groups import group_of
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.tree.manifest import Manifest
    from tesc.file_settings import Overrides

_FILE = "trace-events"


class BadTree(Exception):
    """A tree that nothing can be made of; the message says why."""


class SourceTree:
    """The tree below a folder. All that is looked at goes into the manifest first."""

    def __init__(self, root: str, overrides: Overrides, manifest: Manifest) -> None:
        self.root = relative(root)
        self.manifest = manifest
        overrides = replace(overrides, folders=(self.root, *overrides.folders))
        self._workspace = Workspace(overrides, relative, looked_at=manifest.before_reading)
        self.settings = self._workspace.settings_for(os.path.join(self.root, _FILE))

    def read_as_qemu(self) -> None:
        """Take lines that are invalid, but that QEMU's tracetool reads, as it reads them."""
        self._workspace.lenient = True

    def groups(self) -> list[Group]:
        """The tree's groups, as its configuration orders them, else sorted by folder and name.

        A file that another one of the run includes is none, unless the configuration lists it.
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

    @property
    def inputs(self) -> list[str]:
        """What was read: the files of all units, and the configurations that hold for them."""
        return list(map(relative, self._workspace.inputs))

    def _found(self) -> list[str]:
        self.manifest.root = self.root
        self.manifest.found = find_files(self.root)
        found = [os.path.normpath(file) for file in self.manifest.found if not self._workspace.excludes(file)]
        if not found:
            raise BadTree(f"{self.root}: no trace-events files here")
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
        except ValueError:  # another drive of Windows
            return group_of(file)
