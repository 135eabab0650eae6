"""The files of a run: found, read, parsed and resolved once, for both the command line and editors."""

from __future__ import annotations

import errno
import os

from tesc.file_settings import NO_OVERRIDES, FileSettings
from tesc.files import MAX_SOURCE_BYTES, read_source, relative, too_large
from tesc.paths import outermost, project_of
from tesc.paths import shown as shown_path
from tesc.records import record, replace
from tesc.syntax.parser import parse
from tesc.syntax.reparsing import parse_again
from tesc.syntax.source import Source
from tesc.units.loading import Loader
from tesc.units.outside import outside
from tesc.units.plain_events import is_simple, plain_again
from tesc.units.releases import NEWEST, release_of
from tesc.units.resolve import has_directives, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tesc.config.loading import Configuration
    from tesc.config.settings import Settings
    from tesc.file_settings import Overrides
    from tesc.syntax.nodes import Tree
    from tesc.units.resolve import Outside
    from tesc.units.unit import Unit


@record
class Unreadable:
    """A file that cannot be read, and the reason."""

    path: str
    reason: str


class Workspace:
    """Files, their trees and units, and the settings of each.

    `shown` turns a path into the one that messages show. `versions` has contents of files that replace
    those on disk, by real path; None means that the file does not exist. `looked_at` is called with each
    path before it is accessed. Files may be added, changed and removed at any time; `resolve` then
    resolves the affected units again.
    """

    def __init__(
        self,
        overrides: Overrides = NO_OVERRIDES,
        shown: Callable[[str], str] | None = None,
        versions: Mapping[str, bytes | None] | None = None,
        looked_at: Callable[[str], None] | None = None,
        file_settings: FileSettings | None = None,
    ) -> None:
        self._file_settings = file_settings or FileSettings(overrides, looked_at)
        self._looked_at = looked_at
        self.versions = versions
        # Whether files that others include are units nevertheless.
        self.keeps_roots = False
        # Whether to interpret invalid lines that QEMU's tracetool accepts as tracetool does.
        self.lenient = False
        self.units: list[Unit] = []
        self.settings: dict[Source, Settings] = {}
        self.unreadable: list[Unreadable] = []
        # Paths at which included files were not found.
        self.absent: set[str] = set()
        self._shown = shown or shown_path
        self._trees: dict[str, Tree] = {}
        self._roots: dict[str, Tree] = {}
        self._resolved: dict[str, Unit] = {}

    @property
    def overrides(self) -> Overrides:
        """The overrides of the command line or the client."""
        return self._file_settings.overrides

    @overrides.setter
    def overrides(self, overrides: Overrides) -> None:
        self._file_settings.overrides = overrides

    def add_file(self, path: str) -> None:
        """Read a file as the root of a unit."""
        source = self.read(path)
        if source is not None:
            self.add_source(source)

    def read(self, path: str) -> Source | None:
        """The source of a file; None if it cannot be read, which is recorded in `unreadable`."""
        if self._looked_at is not None:
            self._looked_at(path)
        try:
            source = self._read(path)
        except OSError as error:
            self.unreadable.append(Unreadable(self._shown(path), error.strerror or str(error)))
            return None
        if _is_binary(source):
            self.unreadable.append(Unreadable(self._shown(path), "not a text file in UTF-8"))
            return None
        return source

    def add_source(self, source: Source) -> None:
        """Add a source as the root of a unit; the file `source.file` may have another text or not exist."""
        real = os.path.realpath(source.file)
        self._roots[real] = self._put(real, source)

    def add_tree(self, tree: Tree) -> None:
        """Add a parsed file as the root of a unit."""
        real = os.path.realpath(tree.source.file)
        self._trees[real] = self._roots[real] = tree
        self.look_again()

    def put_source(self, source: Source) -> None:
        """Replace a file's text; whether it is a root stays the same."""
        real = os.path.realpath(source.file)
        tree = self._put(real, source)
        if real in self._roots:
            self._roots[real] = tree

    def remove(self, path: str) -> None:
        """Remove a file: it is no longer a root, and is read again if another one includes it."""
        real = os.path.realpath(path)
        self._roots.pop(real, None)
        if self._trees.pop(real, None) is not None:
            self.look_again()

    def look_again(self) -> None:
        """Look for included files again: some were added or removed."""
        self._resolved = {real: unit for real, unit in self._resolved.items() if not _includes(unit)}

    def configure_again(self) -> None:
        """Read configurations again: some have changed."""
        self._file_settings.forget()
        self.settings = {}
        self._resolved.clear()

    def tree_of(self, path: str) -> Tree | None:
        """The tree of a file; None if it is not part of the workspace."""
        return self._trees.get(os.path.realpath(path))

    def is_root(self, path: str) -> bool:
        """Whether a file was added as the root of a unit."""
        return os.path.realpath(path) in self._roots

    def holds(self, path: str) -> bool:
        """Whether a file was read, or has contents in `versions`."""
        real = os.path.realpath(path)
        return real in self._trees or (self.versions or {}).get(real) is not None

    def fork(self) -> Workspace:
        """A copy of the workspace, which can change independently."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        for name, value in self.__dict__.items():
            if isinstance(value, (dict, list)):
                other.__dict__[name] = value.copy()
        other._file_settings = self._file_settings.fork()
        return other

    def _put(self, real: str, source: Source) -> Tree:
        before = self._trees.get(real)
        if before is None:
            self.look_again()
        tree = self._trees[real] = parse(source) if before is None else parse_again(before, source)
        return tree

    @property
    def inputs(self) -> list[str]:
        """The files that were read: those of all units, and their configurations."""
        return [*(tree.source.file for tree in self._trees.values()), *self.configurations]

    def resolve(self) -> None:
        """Resolve the units of all roots.

        A root that another unit includes does not become a unit, unless its configuration lists it as one
        or `keeps_roots` is set. Raises BadDirective for invalid directives from outside.
        """
        current = set(map(id, self._trees.values()))
        kept = self._resolved
        self._resolved = {}
        for real, root in self._roots.items():
            unit = kept.get(real)
            # A unit keeps its trees alive, so no other tree can have their IDs.
            if unit is None or unit.roots[0] is not root or not current.issuperset(map(id, unit.trees)):
                unit = self._unit(root) if unit is None else self._unit_again(unit, root)
            self._resolved[real] = unit
        units = list(self._resolved.values())
        known = self.settings
        settings = {
            tree.source: known.get(tree.source) or self.settings_of(tree.source)
            for tree in (*self._roots.values(), *(tree for unit in units for tree in unit.trees))
        }
        listed = {
            id(tree)
            for tree in self._roots.values()
            if settings[tree.source].lists_any and settings[tree.source].lists(tree.source.file)
        }
        included = _included(units)
        self.units = [
            u for u in units if self.keeps_roots or id(u.roots[0]) not in included or id(u.roots[0]) in listed
        ]
        self.settings = {tree.source: settings[tree.source] for unit in self.units for tree in unit.trees}

    def source_folders(self) -> list[str]:
        """The folders whose C and Rust sources belong to these files, as messages show them.

        They are those of the command line, or else of the configurations. The whole project is the
        folder of the configuration, or else the checkout.
        """
        given = self.overrides.sources
        if given:
            return outermost(map(shown_path, given))
        if given is None:
            found = [folder for one in self.settings.values() for folder in one.sources]
        else:
            found = [one.root or project_of(source.file) for source, one in self.settings.items()]
        return outermost(map(relative, found))

    @property
    def trees(self) -> list[Tree]:
        """All files that were read."""
        return list(self._trees.values())

    @property
    def files(self) -> int:
        """The number of files in all units."""
        return len(self.settings)

    @property
    def configurations(self) -> dict[str, Configuration]:
        """The configurations used so far, by path."""
        return self._file_settings.configurations

    def settings_of(self, source: Source) -> Settings:
        """The settings of a file: those of its folder, with the command line's overrides."""
        return self.settings_for(source.file)

    def settings_for(self, path: str) -> Settings:
        """The settings of the file at a path, which may not have been read. Raises BadConfiguration."""
        return self._file_settings.of(path)

    def configuration_for(self, path: str) -> Configuration | None:
        """The configuration that applies to a file; None without one. Raises BadConfiguration."""
        return self._file_settings.configuration_for(path)

    def excludes(self, path: str) -> bool:
        """Whether the configuration excludes a file that is found by searching a folder."""
        return self._file_settings.excludes(path)

    def outside_of(self, tree: Tree) -> Outside:
        """The directives for a root file that come from the configuration and the command line."""
        settings = self.settings_of(tree.source)
        given = self.overrides
        mine = settings.unit_of(tree.source.file)
        more: tuple[Tree, ...] = ()
        if mine.include or mine.disable or settings.disable:
            from tesc.units.configured import configured  # few configurations have any

            configuration = self.configuration_for(tree.source.file)
            assert configuration is not None
            shown = relative(self._shown(configuration.path))
            more = configured(configuration, settings, tree.source.file, shown)
        return outside(
            given.include,
            given.disable,
            given.event_prefix or mine.event_prefix,
            settings.crosses(tree.source.file),
            settings.wire,
            file=tree.source.file,
            more=more,
        )

    def _read(self, path: str) -> Source:
        """The source in a file. Raises OSError."""
        if self.versions is not None:
            try:
                data = self.versions[os.path.realpath(path)]
            except KeyError:
                pass
            else:
                if data is None:
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
                if len(data) > MAX_SOURCE_BYTES:
                    raise too_large(path)
                return Source.from_bytes(self._shown(path), data, path)
        return read_source(path, self._shown(path))

    def included(self, source: Source, path: str) -> str | None:
        """The file that an include of `path` in a source finds; None if there is none."""
        return self._loader(source).find(path, source)[0]

    def include_path_of(self, source: Source) -> tuple[str, ...]:
        """The folders that are searched for a file's includes, after its own."""
        return (*self.overrides.include_path, *self.settings_of(source).include_path)

    def _loader(self, source: Source) -> Loader:
        loader = Loader(
            self.include_path_of(source),
            self._shown,
            self._trees,
            self.versions,
            self.project_of(source),
            self._looked_at,
        )
        loader.absent = self.absent
        return loader

    def project_of(self, source: Source) -> tuple[str, ...]:
        """The folders that a file's includes may lead to: its own, those searched, its configuration's."""
        root = self.settings_of(source).root
        own = os.path.dirname(os.path.abspath(source.file))
        return (own, *self.overrides.folders, *((root,) if root else ()))

    def _unit_again(self, before: Unit, tree: Tree) -> Unit:
        """The unit of a root whose text has changed; `before` is the unit before that."""
        plain = self.versions is None and not self.lenient and before.release is NEWEST
        if plain and is_simple(before) and not has_directives(tree) and not self.outside_of(tree).says:
            return plain_again(before, tree)
        return self._unit(tree)

    def _unit(self, tree: Tree) -> Unit:
        release = release_of(self.settings_of(tree.source).qemu_release)
        outside = self.outside_of(tree)
        loader = self._loader(tree.source) if outside.says or has_directives(tree) else None
        unit = resolve((tree,), loader, outside, release, self.lenient)
        return unit if self.versions is None else replace(unit, versions=self.versions)


def _includes(unit: Unit) -> bool:
    """Whether a unit may depend on includes: a file has any, or errors, or there are outside directives."""
    return len(unit.trees) > 1 or bool(unit.errors) or bool(unit.directives)


def declaring(units: Iterable[Unit]) -> set[str]:
    """The real paths of all files that declare the events of units, whatever their names."""
    return {os.path.realpath(tree.source.file) for unit in units for tree in unit.trees}


def _included(units: list[Unit]) -> set[int]:
    """The IDs of the roots that another root includes; of roots in a cycle all but the first one."""
    order = {id(unit.roots[0]): number for number, unit in enumerate(units)}
    reached: dict[int, set[int]] = {}
    for unit in units:
        reached[id(unit.roots[0])] = {id(tree) for tree in unit.trees[1:]} & order.keys()
    return {
        other
        for root, others in reached.items()
        for other in others
        if root not in reached[other] or order[root] < order[other]
    }


def _is_binary(source: Source) -> bool:
    """Whether a file is binary, or text in UTF-16, in which nearly every byte would be a finding.

    Text in another 8-bit encoding is invalid UTF-8, but has hardly any control characters.
    """
    begin = source.text[:4096]
    if begin.replace("\n", "").replace("\t", "").isprintable():
        return False
    return sum(1 for char in begin if char < " " and char not in "\t\n\v\f\r") * 10 > len(begin) > 16
