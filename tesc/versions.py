"""Versions of a tree's events (a file, a folder, or a revision in git), and comparing two of them."""

from __future__ import annotations

import os

from tesc.analysis.headings import sections_of, written_in
from tesc.change import Since
from tesc.codes import TEXT_AFTER_ITEM
from tesc.comparison.approvals import ChangeSet, approvals_in
from tesc.comparison.changes import changes_of
from tesc.files import search
from tesc.git import GitError
from tesc.paths import distinct, shown
from tesc.records import record
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tesc.file_settings import Overrides
    from tesc.units.unit import UnitEvent


class VersionError(Exception):
    """A version that cannot be read, or has errors that make comparisons unreliable."""


class _NothingThere(VersionError):
    """A revision that is unknown, or has none of the files."""


@record
class Version:
    """The events of one version, in the order of its files; `name` is the user's name for it.

    `left_out` are skipped links that lead out of its folders.
    """

    name: str
    workspace: Workspace
    events: tuple[UnitEvent, ...]
    left_out: tuple[str, ...] = ()


def load(name: str, overrides: Overrides, paths: Sequence[str] = ()) -> Version:
    """The version that `name` refers to: a file, a folder, or else a git revision.

    Of a revision, only the files and folders in `paths` are read; by default those below the working
    folder. Raises VersionError, even for syntax errors in files.
    """
    if os.path.isdir(name):
        workspace = Workspace(overrides, _shown_below(name))
        found, links = search(name)
        files = _wanted(name, found, workspace)
        if not files:
            raise VersionError(f"{name}: no trace-events files here")
        return _read(name, workspace, files, _wanted(name, links, workspace))
    if os.path.lexists(name):
        return _read(name, Workspace(overrides), [name])
    return _of_revision(name, overrides, paths or ["."])


def load_two(old: str, new: str, overrides: Overrides) -> tuple[Version, Version]:
    """The two versions to compare. Raises VersionError.

    If one is a file or folder on disk that the other, a revision, also has, only that part of the
    revision is loaded.
    """
    on_disk = [name for name in (old, new) if os.path.lexists(name)]
    if len(on_disk) == 1:
        try:
            part = _of_revision(new if on_disk == [old] else old, overrides, on_disk)
        except _NothingThere:
            pass
        else:
            present = working_tree(overrides, on_disk)
            return (present, part) if on_disk == [old] else (part, present)
    return load(old, overrides), load(new, overrides)


def working_tree(overrides: Overrides, paths: Sequence[str]) -> Version:
    """The version on disk of the given files and folders. Raises VersionError."""
    workspace = Workspace(overrides)
    files: list[str] = []
    left_out: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            found, links = search(path)
            files += _wanted(path, found, workspace)
            left_out += _wanted(path, links, workspace)
        elif os.path.lexists(path):
            files.append(path)
        else:
            raise VersionError(f"{path}: no such file or folder")
    if not files:
        raise VersionError(f"{' '.join(paths)}: no trace-events files here")
    return _read(" ".join(paths), workspace, files, left_out)


def compared(old: Version, new: Version) -> ChangeSet:
    """The changes between two versions, with the approvals in comments of the new one."""
    approvals = approvals_in(tree for unit in new.workspace.units for tree in unit.trees)
    changes = changes_of(old.events, new.events, approvals.renamed_from, _headings(old, new))
    return ChangeSet(tuple(changes), approvals)


def _headings(*versions: Version) -> Callable[[UnitEvent], str]:
    """A function that returns the files that the comment above an event names, as text; may be empty."""
    trees = {id(tree.source): tree for one in versions for unit in one.workspace.units for tree in unit.trees}
    known: dict[int, dict[int, str]] = {}

    def heading_of(event: UnitEvent) -> str:
        key = id(event.source)
        if key not in known:
            known[key] = {
                id(node): " ".join(word for comment in section.comments for word in written_in(comment))
                for section in sections_of(trees[key])
                for node in section.events
            }
        return known[key].get(id(event.node), "")

    return heading_of


def _of_revision(name: str, overrides: Overrides, paths: Sequence[str]) -> Version:
    try:
        since = Since(name, paths, exactly=True)
    except GitError as error:
        raise _NothingThere(f"{name}: no such file or folder, and {error}") from None
    try:
        workspace = Workspace(overrides, versions=since.before)
        files = [file for path in paths for file in _wanted(path, since.files_before(path), workspace)]
        if not files:
            raise _NothingThere(f"{name}: no trace-events files there")
        return _read(name, workspace, files)
    except GitError as error:
        raise VersionError(f"{name}: {error}") from None
    finally:
        since.close()


def _wanted(path: str, files: Iterable[str], workspace: Workspace) -> list[str]:
    """The files of a path; if it is a folder, without those that the configuration excludes."""
    return [file for file in files if not os.path.isdir(path) or not workspace.excludes(file)]


def _read(name: str, workspace: Workspace, files: Sequence[str], left_out: Sequence[str] = ()) -> Version:
    for file in distinct(files):
        workspace.add_file(file)
    for unreadable in workspace.unreadable:
        raise VersionError(f"{unreadable.path}: {unreadable.reason}")
    workspace.resolve()
    for unit in workspace.units:
        found = [(tree.source, error) for tree in unit.trees for error in tree.errors]
        # Text that QEMU's tracetool ignores (TE004) does not affect the event.
        wrong = [(source, e.span, e.message, e.code) for source, e in found if e.code != TEXT_AFTER_ITEM]
        wrong += [(e.source, e.span, e.line, e.code) for e in unit.errors]
        for source, span, message, code in wrong:
            line, column = source.place(span.start)
            where = f"{source.path}:{line}:{column}"
            raise VersionError(f"{name} can't be compared: {where}: {message} [{code}]")
    events = [event for unit in workspace.units for event in unit.events]
    return Version(name, workspace, tuple(events), tuple(dict.fromkeys(left_out)))


def _shown_below(folder: str) -> Callable[[str], str]:
    """A function that makes paths relative to a folder, so that the files of two trees correspond."""
    return lambda path: shown(os.path.relpath(path, folder))
