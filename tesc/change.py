"""What a change introduces: findings in the current files that did not exist before it.

A change is everything since a git revision, or a patch. The files before it are read by git, or
derived from the current ones in memory; nothing is written. The current settings apply to both.
"""

from __future__ import annotations

import os
from collections import Counter

from tesc.analysis.fingerprint import identity
from tesc.files import find_files, is_trace_events, relative
from tesc.git import BlobReader, Checkout, GitError, top_folder
from tesc.patch.mail import patch_text
from tesc.patch.parse import BadPatch as BadPatch  # callers import it from here
from tesc.patch.parse import parse_patch
from tesc.patch.tree import PatchedTree
from tesc.paths import distinct, shown
from tesc.syntax.source import Source
from tesc.uses.index import Index, build
from tesc.uses.scan import language_of
from tesc.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.git import Blob

    Check = Callable[[Workspace], list[Diagnostic]]
    Contents = Mapping[str, bytes | None]


class Change:
    """A change of files, before and after which findings are compared; see Since and Patch."""

    # Contents before and after the change, if they differ from those on disk, by real path.
    before: Contents
    after: Contents | None = None
    # Files that the change renames: new real paths by old ones.
    renamed: Mapping[str, str]

    def files_after(self, folder: str, left_out: list[str] | None = None) -> list[str]:
        """The trace-events files below a folder after the change, as `find_files` returns them."""
        return find_files(folder, left_out)

    def makes(self, path: str) -> bool:
        """Whether the change creates a file that is not on disk."""
        return False

    def files_before(self, path: str) -> list[str]:
        """A path's file, or the trace-events files below it, before the change."""
        raise NotImplementedError

    def adds(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is on a line that the change has certainly added."""
        return False

    def touched(self) -> Iterable[str]:
        """The real paths of all files that the change modifies, creates or removes."""
        raise NotImplementedError

    def close(self) -> None:
        """Free the resources of the change."""


class Since(Change):
    """The changes since the merge base with a revision, or since the revision itself."""

    def __init__(self, revision: str, paths: Sequence[str], exactly: bool = False) -> None:
        """`paths` must be in one checkout. Raises GitError.

        With `exactly`, the change starts at `revision` itself, not at the merge base.
        """
        first = os.path.realpath(next((path for path in paths if path != "-"), "."))
        self._checkout = Checkout(first if os.path.isdir(first) else os.path.dirname(first))
        for path in paths:
            if path != "-" and self._inside(path) is None:
                raise GitError(f"{path}: not in the git checkout {self._checkout.root}")
        commit = self._commit = self._checkout.base(revision, exactly)
        self._files = self._checkout.files(commit)
        self._renamed = self._checkout.renamed_since(commit)
        self.renamed = {self._real(old): self._real(new) for new, old in self._renamed.items()}
        self._reader = self._checkout.reader()
        self.before = _Past(self._checkout, self._reader, self._files)

    def files_before(self, path: str) -> list[str]:
        inside = self._inside(path)
        if inside is None:
            return []
        if not os.path.isdir(path):
            if inside in self._files:
                return [path]
            old = self._renamed.get(inside)
            return [relative(self._real(old))] if old else []
        start = f"{inside}/" if inside else ""
        wanted = {name for name in self._files if name.startswith(start) and _declares(name)}
        wanted |= {old for new, old in self._renamed.items() if new.startswith(start) and _declares(new)}
        return sorted(os.path.join(path, os.path.relpath(name, inside or ".")) for name in wanted)

    def touched(self) -> Iterable[str]:
        names = self._checkout.changed_since(self._commit)
        return map(self._real, sorted(names | self._checkout.present().difference(self._files)))

    def close(self) -> None:
        self._reader.close()

    def _inside(self, path: str) -> str | None:
        """A path relative to the checkout's top, with slashes; None for one that is outside."""
        real = os.path.realpath(path)
        root = self._checkout.root
        if real == root:
            return ""
        start = root.rstrip(os.sep) + os.sep
        return real[len(start) :].replace(os.sep, "/") if real.startswith(start) else None

    def _real(self, name: str) -> str:
        return os.path.realpath(os.path.join(self._checkout.root, name))


class _Past(dict[str, "bytes | None"]):
    """The contents of a checkout's files at a commit, by real path, read on demand.

    Files that git tracked neither then nor now are not included: their content is that on disk.
    """

    def __init__(self, checkout: Checkout, reader: BlobReader, files: Mapping[str, Blob]) -> None:
        super().__init__()
        self._checkout = checkout
        self._start = checkout.root.rstrip(os.sep) + os.sep
        self._reader = reader
        self._files = files
        self._present: set[str] | None = None

    def __missing__(self, path: str) -> bytes | None:
        if not path.startswith(self._start):
            raise KeyError(path)
        name = path[len(self._start) :].replace(os.sep, "/")
        blob = self._files.get(name)
        if blob is None:
            if self._present is None:
                self._present = self._checkout.present()
            if name not in self._present:
                raise KeyError(path)
        elif blob.link:
            target = os.fsdecode(self._reader.read(blob.name))
            blob = self._files.get(os.path.normpath(os.path.join(os.path.dirname(name), target)))
        self[path] = self._reader.read(blob.name) if blob and not blob.link else None
        return self[path]


class Patch(Change):
    """The combined changes of patches, already applied or not."""

    def __init__(self, series: Sequence[bytes]) -> None:
        """Each item of `series` is a diff, or mails with diffs. Raises BadPatch."""
        patches = []
        for data in series:
            parsed = parse_patch(patch_text(data))
            if data.strip() and not parsed:
                colored = "; it is coloured: use 'git diff --no-color'" if b"\x1b[" in data else ""
                raise BadPatch(f"it contains no unified diff{colored}")
            patches += parsed
        self._tree = PatchedTree(patches, os.getcwd(), top_folder("."))
        self.before, self.after, self.renamed = self._tree.before, self._tree.after, self._tree.renamed
        for path in self._tree.trace_events():
            self._tree.versions(path)

    def outside(self, folder: str) -> list[str]:
        """The trace-events files outside of a folder that the patch changes and that exist after it."""
        start = os.path.realpath(folder).rstrip(os.sep) + os.sep
        files = (path for path in self._tree.trace_events() if not path.startswith(start))
        return [relative(path) for path in files if _exists(path, self.after)]

    def files_after(self, folder: str, left_out: list[str] | None = None) -> list[str]:
        return self._below(folder, self._tree.after, left_out)

    def files_before(self, path: str) -> list[str]:
        if os.path.isdir(path):
            return self._below(path, self.before)
        real = os.path.realpath(path)
        olds = [relative(old) for old, new in self.renamed.items() if new == real]
        return olds or [path]

    def makes(self, path: str) -> bool:
        return _exists(os.path.realpath(path), self.after)

    def adds(self, diagnostic: Diagnostic) -> bool:
        source = diagnostic.source
        line = source.text.count("\n", 0, min(diagnostic.span.start, len(source.text.rstrip("\n"))))
        return line in self._tree.added(os.path.realpath(source.file))

    def touched(self) -> Iterable[str]:
        return self._tree.paths

    @property
    def applied(self) -> bool:
        """Whether the patch is already applied to all files read so far."""
        return self._tree.all_applied

    def _below(self, folder: str, contents: Contents, left_out: list[str] | None = None) -> list[str]:
        """The trace-events files below a folder in one of the two versions."""
        real = os.path.realpath(folder)
        start = real.rstrip(os.sep) + os.sep
        changed = {path for path in self._tree.trace_events() if path.startswith(start)}
        files = [path for path in find_files(folder, left_out) if os.path.realpath(path) not in changed]
        files += [
            os.path.join(folder, os.path.relpath(path, real)) for path in changed if _exists(path, contents)
        ]
        return sorted(files)


def _exists(path: str, contents: Contents | None) -> bool:
    try:
        if contents is not None:
            return contents[path] is not None
    except KeyError:
        pass
    return os.path.isfile(path)


def _declares(name: str) -> bool:
    return is_trace_events(name.rpartition("/")[2])


class ChangedSources(Index):
    """The uses of events in the C and Rust sources below some folders, after or before a change."""

    def __init__(self, folders: Sequence[str], change: Change, declaring: Collection[str] = ()) -> None:
        super().__init__()
        self._change = change
        self._starts = [(folder, os.path.realpath(folder).rstrip(os.sep) + os.sep) for folder in folders]
        self._texts: dict[str, bytes] = {}
        self._declaring = declaring
        build(folders, self, declaring)
        self.turn(after=True)

    def source(self, path: str) -> Source | None:
        data = self._texts.get(path)
        return super().source(path) if data is None else Source.from_bytes(shown(path), data, path)

    @property
    def sources(self) -> int:
        return super().sources + len(self._texts)

    def turn(self, after: bool) -> None:
        """Switch to the versions of changed sources after the change, or before it."""
        contents = self._change.after if after else self._change.before
        self._texts.clear()
        for path in self._change.touched():
            folder, start = next(((f, s) for f, s in self._starts if path.startswith(s)), ("", ""))
            if not start or language_of(path) is None or path in self._declaring:
                continue
            name = os.path.join(folder, path[len(start) :])
            if not _holds(contents, path):
                self.reread(name)
                continue
            data = contents[path] if contents is not None else None
            if data is None:
                self.remove(name)
            else:
                self.update(name, data)
                self._texts[name] = data


class Comparison:
    """The findings before a change, to compare with those after it."""

    def __init__(self, change: Change, workspace: Workspace, paths: Sequence[str], check: Check) -> None:
        """`workspace` has the files that `paths` name, after the change; `check` finds diagnostics in one."""
        self._change = change
        self._paths: dict[str, str] = {}
        self._names = [
            (f"'{relative(old)}'", f"'{relative(new)}'")
            for old, new in change.renamed.items()
            if _declares(relative(new))
        ]
        past = Workspace(workspace.overrides, versions=change.before)
        for path in paths:
            folder = os.path.isdir(path)
            files = change.files_before(path)
            for file in distinct(file for file in files if not folder or not workspace.excludes(file)):
                _add(past, file, workspace, change)
        past.resolve()
        found = check(past)
        self._old = Counter(map(self._identity, found))
        self._old_lines = Counter((self._identity(one), _line(one)) for one in found)
        # How many of the findings last compared existed before the change.
        self.known = 0

    def brought_in(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """The findings that the change introduced, in the given order.

        Of several equal findings, those on added lines are new.
        """
        left, lines = Counter(self._old), Counter(self._old_lines)
        keys = [self._identity(one) for one in found]
        known = set()
        for sure in (True, False):
            for one, key in zip(found, keys):
                line = (key, _line(one))
                if id(one) in known or not left[key] or (sure and not lines[line]):
                    continue
                left[key] -= 1
                lines[line] -= 1
                known.add(id(one))
        new = [one for one in found if id(one) not in known or self._change.adds(one)]
        self.known = len(found) - len(new)
        return new

    def _identity(self, diagnostic: Diagnostic) -> tuple[str, str, str, str]:
        """A key that is the same before and after the change, even if the file was renamed."""
        code, _, place, message = identity(diagnostic)
        file = diagnostic.source.file
        if file not in self._paths:
            real = os.path.realpath(file)
            self._paths[file] = self._change.renamed.get(real, real)
        for old, new in self._names:
            message = message.replace(old, new)
        return code, self._paths[file], place, message


def _line(diagnostic: Diagnostic) -> str:
    source = diagnostic.source
    return source.line_text(source.place(diagnostic.span.start)[0])


def _add(past: Workspace, file: str, present: Workspace, change: Change) -> None:
    """Add a file as it was before the change, or its current tree if it has not changed."""
    tree = present.tree_of(file)
    if tree is not None and tree.source.file == file and _stayed(file, tree.source.text, change):
        past.add_tree(tree)
    else:
        past.add_file(file)


def _stayed(file: str, text: str, change: Change) -> bool:
    """Whether a file had the same text before the change."""
    real = os.path.realpath(file)
    try:
        data = change.before[real]
    except KeyError:
        # It had the content that is on disk.
        return not _holds(change.after, real)
    return data is not None and data.decode("utf-8", "surrogateescape") == text


def _holds(contents: Contents | None, path: str) -> bool:
    """Whether `contents` replaces the content of a file on disk."""
    if contents is None:
        return False
    try:
        contents[path]
    except KeyError:
        return False
    return True
