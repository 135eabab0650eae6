"""Finds and reads included files."""

from __future__ import annotations

import os
import stat

from tesc.files import MAX_SOURCE_BYTES
from tesc.git import top_folder
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tesc.syntax.nodes import Tree

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


class Unreadable(Exception):
    """A file cannot be included; the message says why."""


class Loader:
    """Reads each file once. `include_path` are the folders to search after the includer's own.

    `shown` converts a path to its form in messages and `#line`. `trees` has the trees that were read, by real
    path; loaders may share it, and trees of texts that are not on disk may be put there. `versions` has
    contents of files that replace those on disk, by real path; None for a missing file. `project` are the
    folders, extended to the checkouts around them, that includes may not leave, except into `include_path`.
    Without it, includes may lead anywhere. `looked_at` is called with each path before it is tried.
    """

    def __init__(
        self,
        include_path: Sequence[str] = (),
        shown: Callable[[str], str] = os.path.normpath,
        trees: dict[str, Tree] | None = None,
        versions: Mapping[str, bytes | None] | None = None,
        project: Sequence[str] | None = None,
        looked_at: Callable[[str], None] | None = None,
    ) -> None:
        self._looked_at = looked_at
        self.include_path = tuple(include_path)
        self.trees: dict[str, Tree] = {} if trees is None else trees
        self._shown = shown
        self._versions = {} if versions is None else versions
        self._found: dict[tuple[str, str], tuple[str | None, list[str]]] = {}
        self._real: dict[str, str] = {}
        self._project = project
        # Paths without a file; files created later are found in the next run.
        self.absent: set[str] = set()

    def real(self, path: str) -> str:
        """A file's path without symbolic links, which is the same for every path to it."""
        if path not in self._real:
            self._real[path] = os.path.realpath(path)
        return self._real[path]

    def find(self, path: str, includer: Source) -> tuple[str | None, list[str]]:
        """The path of the file that an include means, or None; and the paths that were tried, in order."""
        folder = os.path.dirname(includer.relative_to)
        if (folder, path) not in self._found:
            self._found[folder, path] = self._look_for(path, (folder, *self.include_path))
        return self._found[folder, path]

    def folders(self, includer: Source) -> list[str]:
        """The folders in which a file's includes are searched for, for messages."""
        folders = (os.path.dirname(includer.relative_to), *self.include_path)
        return list(dict.fromkeys(self._shown(folder or ".") for folder in folders))

    def as_meant_here(self, path: str, includer: Source) -> str | None:
        """The path to include for the file that `path` means in the working directory; None without one."""
        if "\0" in path or not self._exists(path):
            return None
        try:
            found = os.path.relpath(path, os.path.realpath(os.path.dirname(includer.relative_to)))
        except ValueError:  # on another drive of Windows
            return None
        return found.replace(os.sep, "/")

    def _look_for(self, path: str, folders: Sequence[str]) -> tuple[str | None, list[str]]:
        looked: list[str] = []
        for folder in folders:
            candidate = os.path.join(folder, path)
            shown = self._shown(candidate)
            if shown in looked:
                continue  # the include path contains the file's own folder, or the path is absolute
            looked.append(shown)
            if self._looked_at is not None:
                self._looked_at(candidate)
            # Paths cannot contain a NUL; some system functions raise an exception for it.
            if "\0" not in path and self._exists(candidate):
                return candidate, looked
            self.absent.add(candidate)
        return None, looked

    def _exists(self, path: str) -> bool:
        real = self.real(path)
        if real in self.trees:
            return True
        try:
            return self._versions[real] is not None
        except KeyError:
            return os.path.lexists(path)

    def may_include(self, path: str) -> bool:
        """Whether a file is in the project, or in a folder of the include path."""
        return self.in_project(path) or self._is_below(path, self.include_path)

    def in_project(self, path: str) -> bool:
        """Whether a file is in the project, after symbolic links are resolved."""
        if self._project is None or self._is_below(path, self._project):
            return True
        tops = [top for folder in self._project for top in [top_folder(folder)] if top is not None]
        return self._is_below(path, tops)

    def _is_below(self, path: str, folders: Sequence[str]) -> bool:
        real = os.path.join(self.real(path), "")
        return any(real.startswith(os.path.join(self.real(folder), "")) for folder in folders)

    def load(self, path: str) -> Tree:
        """The tree of a file. Raises Unreadable; never waits for a FIFO or a device.

        Of a file outside of the project, only the events are shown, so invalid lines are an error.
        """
        real = self.real(path)
        tree = self.trees.get(real)
        if tree is None:
            try:
                data = self._versions[real]
            except KeyError:
                data = _read(path)
            if data is None:
                raise Unreadable("no such file or directory")
            source = Source.from_bytes(self._shown(path), _checked(data), path)
            source.outside = not self.in_project(path)
            tree = parse(source)
            if source.outside and tree.errors:
                line, _ = source.place(tree.errors[0].span.start)
                raise Unreadable(f"it is outside of the project, and its line {line} is wrong")
            self.trees[real] = tree
        return tree


def _read(path: str) -> bytes:
    """The bytes of a regular file, up to just above the limit."""
    try:
        # Checked before opening: opening a device can have side effects, and a socket cannot be opened.
        _refuse_irregular(os.stat(path).st_mode)
        # Without O_NONBLOCK, opening a file that has become a FIFO would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _refuse_irregular(os.fstat(descriptor).st_mode)
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_SOURCE_BYTES + 1)
            if data and not os.fstat(descriptor).st_size:
                # Linux reports files in /proc as regular.
                raise Unreadable("it is generated by the system when it is read, not a file")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(_reason(error)) from None
    return data


def _checked(data: bytes) -> bytes:
    """The bytes of a file, if they are UTF-8 and within the limit. Raises Unreadable."""
    if len(data) > MAX_SOURCE_BYTES:
        raise Unreadable(f"it is larger than {MAX_SOURCE_BYTES // (1024 * 1024)} MiB")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"it is not UTF-8: byte {data[error.start]:02X} in line {line}") from None
    return data


def _refuse_irregular(mode: int) -> None:
    """Raise Unreadable for anything except a regular file."""
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS if test(mode)), "something else")
        raise Unreadable(f"it is {kind}, not a file")


def _reason(error: OSError) -> str:
    """The system's reason, in lower case, for the middle of a sentence."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]
