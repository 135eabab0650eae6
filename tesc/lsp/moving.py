"""Edits for moved and deleted files: updating the paths of includes, and removing includes."""

from __future__ import annotations

import os

from tesc.analysis.diagnostic import SourceEdit
from tesc.lsp.targets import path_of
from tesc.records import record
from tesc.syntax.nodes import Include

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.lsp.project import Project
    from tesc.syntax.nodes import Tree


@record
class Move:
    """A file or folder that moves; both paths are real paths."""

    old: str
    new: str

    def of(self, path: str) -> str | None:
        """The new path of a file; None if it does not move."""
        if path == self.old:
            return self.new
        if path.startswith(os.path.join(self.old, "")):
            return self.new + path[len(self.old) :]
        return None


def edits_for_moves(project: Project, moves: Sequence[Move]) -> Iterator[SourceEdit]:
    """The edits that keep includes pointing to the same files after `moves`."""
    for tree in _trees(project):
        yield from _in_file(project, tree, moves)


def edits_for_deletions(project: Project, gone: Sequence[str]) -> Iterator[SourceEdit]:
    """The edits that remove includes of files at the real paths `gone` or below them."""

    def goes(path: str) -> bool:
        return any(path == one or path.startswith(os.path.join(one, "")) for one in gone)

    for tree in _trees(project):
        source = tree.source
        if goes(os.path.realpath(source.file)):
            continue
        for item in tree.items:
            found = project.workspace.included(source, item.path) if isinstance(item, Include) else None
            if found is not None and goes(os.path.realpath(found)):
                yield SourceEdit(source, source.line_span(item.line), "")


def _trees(project: Project) -> list[Tree]:
    return list({tree.source: tree for unit in project.units for tree in unit.trees}.values())


def _in_file(project: Project, tree: Tree, moves: Sequence[Move]) -> Iterator[SourceEdit]:
    source = tree.source
    before = os.path.realpath(source.file)
    after = _moved(before, moves)
    for item in tree.items:
        if not isinstance(item, Include):
            continue
        found = project.workspace.included(source, item.path)
        if found is None:
            continue
        real = os.path.realpath(found)
        target = _moved(real, moves)
        if target == real and after == before:
            continue
        text = _path(project, tree, item, found, after, target)
        if text != item.path:
            yield SourceEdit(source, path_of(item), text)


def _moved(path: str, moves: Sequence[Move]) -> str:
    return next((new for move in moves for new in [move.of(path)] if new is not None), path)


def _path(project: Project, tree: Tree, item: Include, found: str, after: str, target: str) -> str:
    """The path for an include of `target` in a file that moves to `after`.

    If the include path led to the file and still does, the path stays the same.
    """
    source = tree.source
    folder = os.path.dirname(source.file)
    if os.path.isabs(item.path):
        return target
    if os.path.normpath(found) != os.path.normpath(os.path.join(folder, item.path)):
        for one in project.workspace.include_path_of(source):
            real = os.path.realpath(one)
            if os.path.normpath(found) == os.path.normpath(os.path.join(one, item.path)) and (
                target.startswith(os.path.join(real, ""))
            ):
                return _slashed(os.path.relpath(target, real))
    return _slashed(os.path.relpath(target, os.path.dirname(after)))


def _slashed(path: str) -> str:
    return path.replace(os.sep, "/")
