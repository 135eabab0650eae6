"""The files of a patch: whether it is already applied, and their contents without and with it."""

from __future__ import annotations

import os
from collections import Counter

from tesc.files import MAX_SOURCE_BYTES, is_trace_events, relative
from tesc.patch.apply import Applied, Misfit, apply, lines_of, with_line_ends
from tesc.patch.parse import NOWHERE, BadPatch
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.patch.apply import Line
    from tesc.patch.parse import FilePatch, Hunk

    Lines = tuple[Line, ...]


@record
class _Placed:
    """A file's patch, and the file's real paths before and after; None if it does not exist."""

    patch: FilePatch
    old: str | None
    new: str | None


@record
class _Outcome:
    """Files with patches applied or reversed; `failure` says what does not apply, if anything.

    `done` counts the hunks that apply; `moved` and `matched` are the sums of those in Applied.
    """

    files: dict[str, Lines | None]
    done: int = 0
    moved: int = 0
    matched: int = 0
    failure: str | None = None


@record
class _Versions:
    """Files before and after their patches: contents by real path, None for a missing file.

    `applied` is true if the files on disk are already patched; `added` are the new lines, from 0.
    """

    applied: bool
    before: dict[str, bytes | None]
    after: dict[str, bytes | None]
    added: dict[str, frozenset[int]]


class PatchedTree:
    """The files that a patch changes. Files are read on demand.

    `before` and `after` have the contents that differ from those on disk.
    """

    def __init__(self, patches: Sequence[FilePatch], folder: str, top: str | None) -> None:
        """`folder` is the working folder, and `top` the checkout's, to which git's paths are relative."""
        placed = _placed(patches, folder, top)
        self._parts: dict[str, list[_Placed]] = {}
        for part in _connected(placed):
            for one in part:
                self._parts.update((path, part) for path in (one.old, one.new) if path)
        self._versions: dict[int, _Versions] = {}
        self.renamed: dict[str, str] = {}
        for one in reversed(placed):
            if one.patch.renamed and one.old and one.new:
                self.renamed[one.old] = self.renamed.get(one.new, one.new)
        self.before = _Side(self, False)
        self.after = _Side(self, True)

    @property
    def paths(self) -> list[str]:
        """The real paths of all files in the patch."""
        return sorted(self._parts)

    def trace_events(self) -> list[str]:
        """The real paths of the trace-events files in the patch."""
        return sorted(path for path in self._parts if is_trace_events(os.path.basename(path)))

    def versions(self, path: str) -> _Versions | None:
        """A file's versions; None if it is not in the patch. Raises BadPatch if that does not apply."""
        part = self._parts.get(path)
        if part is None:
            return None
        if id(part) not in self._versions:
            self._versions[id(part)] = _versions(part)
        return self._versions[id(part)]

    def added(self, path: str) -> frozenset[int]:
        """The lines of a file that the patch adds, from 0."""
        versions = self.versions(path)
        return versions.added.get(path, frozenset()) if versions else frozenset()

    @property
    def all_applied(self) -> bool:
        """Whether all files read so far are patched on disk."""
        return all(one.applied for one in self._versions.values())


class _Side(dict[str, "bytes | None"]):
    """One version of the files: the contents that differ from those on disk."""

    def __init__(self, tree: PatchedTree, after: bool) -> None:
        super().__init__()
        self._tree = tree
        self._after = after

    def __missing__(self, path: str) -> bytes | None:
        versions = self._tree.versions(path)
        if versions is None or versions.applied == self._after:
            raise KeyError(path)
        self[path] = (versions.after if self._after else versions.before).get(path)
        return self[path]


def _placed(patches: Sequence[FilePatch], folder: str, top: str | None) -> list[_Placed]:
    """Patches with the paths of their files: below one of the two folders, by a name or its end."""
    ways = {id(patch): _way(patch, folder, top) for patch in patches}
    known = Counter(way for way in ways.values() if way)
    usual = known.most_common(1)[0][0] if known else None
    placed = []
    for patch in patches:
        way = ways[id(patch)] or (None if patch.renamed else usual) or _ways(patch, folder, top)[0]
        old, new = (_below(way, name) for name in (patch.old, patch.new))
        if old and new and old != new and not patch.renamed:
            # diff names a file twice; one name may be that of a copy.
            old = new = new if os.path.lexists(new) or not os.path.lexists(old) else old
        placed.append(_Placed(patch, old, new))
    return placed


def _way(patch: FilePatch, folder: str, top: str | None) -> tuple[str, int] | None:
    """The first of `_ways` that leads to an existing file; None if none does."""
    for way in _ways(patch, folder, top):
        if any(path and os.path.isfile(path) for path in (_below(way, patch.new), _below(way, patch.old))):
            return way
    return None


def _ways(patch: FilePatch, folder: str, top: str | None) -> list[tuple[str, int]]:
    """Folders to start from, with the number of leading names of a path to drop; most likely first."""
    if patch.renamed:
        return [(top or folder, 0), (folder, 0)]
    git = all(
        name is None or name.startswith(prefixes)
        for name, prefixes in (
            (patch.old, ("a/", "i/", "c/", "o/", "w/", "1/")),
            (patch.new, ("b/", "w/", "i/", "2/")),
        )
    )
    folders = [top or folder, folder]
    return [(start, strip) for strip in ((1, 0) if git else (0, 1)) for start in folders]


def _below(way: tuple[str, int], name: str | None) -> str | None:
    if name is None:
        return None
    start, strip = way
    return (
        os.path.realpath(os.path.join(start, *name.split("/")[strip:])) if not name.startswith("/") else name
    )


def _connected(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Patches in groups that share no files, each in the original order."""
    of_path: dict[str, list[_Placed]] = {}
    for one in placed:
        group = [one]
        paths = {path for path in (one.old, one.new) if path}
        for earlier in {id(of_path[path]): of_path[path] for path in paths if path in of_path}.values():
            group = [*earlier, *group]
        paths.update(path for other in group for path in (other.old, other.new) if path)
        of_path.update((path, group) for path in paths)
    order = {id(one): number for number, one in enumerate(placed)}
    groups = {id(group): group for group in of_path.values()}
    return (sorted(group, key=lambda one: order[id(one)]) for group in groups.values())


def _versions(part: Sequence[_Placed]) -> _Versions:
    """The files on disk, and with the patches applied or reversed. Raises BadPatch."""
    disk: dict[str, Lines | None] = {}
    for one in part:
        disk.update((path, _read(path)) for path in (one.old, one.new) if path and path not in disk)
    forth, back = _outcome(disk, part, False), _outcome(disk, part, True)
    if forth.failure and back.failure:
        raise BadPatch((back if back.done > forth.done else forth).failure or "")
    fits_better = (back.moved, -back.matched) <= (forth.moved, -forth.matched)
    applied = forth.failure is not None or (back.failure is None and fits_better)
    before, after = (back.files, disk) if applied else (disk, forth.files)
    stayed = {id(line) for lines in before.values() for line in lines or ()}
    added = {
        path: frozenset(number for number, line in enumerate(lines or ()) if id(line) not in stayed)
        for path, lines in after.items()
    }
    return _Versions(applied, _contents(before), _contents(after), added)


def _outcome(disk: dict[str, Lines | None], part: Sequence[_Placed], reverse: bool) -> _Outcome:
    """Apply patches, or revert them, in files."""
    files = dict(disk)
    done = moved = matched = 0
    for one in reversed(part) if reverse else part:
        patch = one.patch
        source, target = (one.new, one.old) if reverse else (one.old, one.new)
        flaw = _flaw(patch, files, source, target)
        made = _fitted((files[source] if source else None) or (), patch.hunks, reverse)
        if isinstance(made, Misfit):
            at = patch.hunks[made.hunk - 1].old_start
            done += made.hunk - 1
            flaw = (
                flaw
                or f"hunk {made.hunk} of the patch (at line {at}) does not apply, and is not already applied"
            )
        if flaw or isinstance(made, Misfit):
            return _Outcome(files, done, failure=f"{relative(one.new or one.old or NOWHERE)}: {flaw}")
        done += len(patch.hunks)
        moved += made.moved
        matched += made.matched
        if source and source != target:
            files[source] = None
        if target:
            files[target] = made.lines
    return _Outcome(files, done, moved, matched)


def _flaw(
    patch: FilePatch, files: dict[str, Lines | None], source: str | None, target: str | None
) -> str | None:
    """Why a patch cannot turn one file into another, whatever their contents; None if it can."""
    if patch.binary:
        return "the patch does not show its changes as text"
    if source and files[source] is None:
        return "the patch changes a file that does not exist"
    if target and target != source and files[target]:
        return "the patch creates a file that already exists"
    return None


def _fitted(lines: Lines, hunks: Sequence[Hunk], reverse: bool) -> Applied | Misfit:
    """The lines with hunks applied or reverted; a mail's line ends may differ from the file's."""
    made = apply(lines, hunks, reverse)
    if isinstance(made, Misfit) and lines:
        end = "\r\n" if lines[0].text.endswith("\r\n") else "\n"
        other = apply(lines, [with_line_ends(hunk, end) for hunk in hunks], reverse)
        return made if isinstance(other, Misfit) else other
    return made


def _read(path: str) -> Lines | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_SOURCE_BYTES:
            return None
        with open(path, "rb") as file:
            return lines_of(file.read().decode("utf-8", "surrogateescape"))
    except OSError:
        return None


def _contents(files: dict[str, Lines | None]) -> dict[str, bytes | None]:
    return {
        path: None
        if lines is None
        else "".join(line.text for line in lines).encode("utf-8", "surrogateescape")
        for path, lines in files.items()
    }
