"""The files of a run: found, read, parsed and resolved once, for the command line and editors alike."""

from __future__ import annotations

import os
import subprocess

from tesc.config.settings import settings_at
from tesc.files import read_source
from tesc.records import record, replace
from tesc.schema.loading import Loader
from tesc.schema.outside import outside
from tesc.schema.resolve import resolve
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.config.settings import Settings
    from tesc.schema.resolve import Outside
    from tesc.schema.unit import Unit
    from tesc.syntax.nodes import Tree


@record
class Unreadable:
    """A file that can't be read, and why."""

    path: str
    reason: str


@record
class Overrides:
    """What the command line says in place of a file's own settings; None and () say nothing."""

    profile: str | None = None
    max_args: int | None = None
    include_path: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    event_prefix: str = ""
    disable: tuple[str, ...] = ()


_NO_OVERRIDES = Overrides()


class Workspace:
    """Files, their trees and units, and the settings of each."""

    def __init__(self, overrides: Overrides = _NO_OVERRIDES) -> None:
        self.overrides = overrides
        self.units: list[Unit] = []
        self.settings: dict[Source, Settings] = {}
        self.unreadable: list[Unreadable] = []
        self._trees: dict[str, Tree] = {}
        self._roots: dict[str, Tree] = {}
        self._folders: dict[str, Settings] = {}

    def add_file(self, path: str) -> None:
        """Read a file that is to be the root of a unit."""
        try:
            self.add_source(read_source(path, shown(path)))
        except OSError as error:
            self.unreadable.append(Unreadable(shown(path), error.strerror or str(error)))

    def add_source(self, source: Source) -> None:
        """Take a text that is, or would be, in the file `source.file`, as the root of a unit."""
        real = os.path.realpath(source.file)
        self._trees[real] = self._roots[real] = parse(source)

    def resolve(self) -> None:
        """Resolve the units of all roots.

        A root that another unit includes is no root, unless its configuration lists it as a unit of
        its own. Raises BadDirective for directives from outside that can't be ones.
        """
        units = [self._unit(tree) for tree in self._roots.values()]
        included = {id(tree) for unit in units for tree, chain in zip(unit.trees, unit.chains) if chain}
        listed = {id(tree) for tree in self._roots.values() if self.settings_of(tree.source).lists(tree.source.file)}
        self.units = [u for u in units if id(u.roots[0]) not in included or id(u.roots[0]) in listed]
        for unit in self.units:
            for tree in unit.trees:
                self.settings[tree.source] = self.settings_of(tree.source)

    @property
    def files(self) -> int:
        """How many files the units are made of."""
        return len(self.settings)

    def settings_of(self, source: Source) -> Settings:
        """The settings that hold for a file: those of its folder, and what the command line says."""
        folder = os.path.dirname(os.path.abspath(source.file))
        if folder not in self._folders:
            settings = settings_at(source.file, self.overrides.profile)
            if self.overrides.max_args is not None:
                settings = replace(settings, max_args=self.overrides.max_args)
            self._folders[folder] = settings
        return self._folders[folder]

    def outside_of(self, tree: Tree) -> Outside:
        """The directives from outside for a root file: the configuration's and the command line's."""
        settings = self.settings_of(tree.source)
        given = self.overrides
        mine = settings.unit_of(tree.source.file)
        return outside(
            (*mine.include, *given.include),
            (*settings.disable, *mine.disable, *given.disable),
            given.event_prefix or mine.event_prefix,
            settings.crosses(tree.source.file),
            file=tree.source.file,
        )

    def _unit(self, tree: Tree) -> Unit:
        include_path = (*self.overrides.include_path, *self.settings_of(tree.source).include_path)
        return resolve((tree,), Loader(include_path, shown, self._trees), self.outside_of(tree))


def shown(path: str) -> str:
    """A path as diagnostics show it: as it was given, with slashes, without `./`."""
    return os.path.normpath(path).replace(os.sep, "/")


def is_trace_events(name: str) -> bool:
    """Whether a file's name says that it declares trace events."""
    return name == "trace-events" or name.endswith(".trace-events")


def find_files(folder: str) -> list[str]:
    """The trace-events files below a folder, sorted; in a git checkout, those that git does not ignore."""
    found = _listed_by_git(folder)
    if found is None:
        found = list(_walk(folder))
    return sorted(found)


def _listed_by_git(folder: str) -> list[str] | None:
    """What git knows below a folder, or None where git has no say."""
    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    if done.returncode:
        return None
    names = (os.fsdecode(name) for name in set(done.stdout.split(b"\0")) if name.endswith(b"trace-events"))
    paths = (os.path.join(folder, name) for name in names if is_trace_events(os.path.basename(name)))
    # git lists files that were deleted, and submodules' folders.
    return [path for path in paths if os.path.isfile(path)]


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        paths = (os.path.join(parent, name) for name in names if is_trace_events(name))
        # Of what is found, not named, a FIFO or a device would only be waited for.
        yield from (path for path in paths if os.path.isfile(path))


def distinct(paths: Iterable[str]) -> list[str]:
    """Paths without those that name a file for a second time."""
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())
