"""The files of a run: found, read, parsed and resolved once, for the command line and editors alike."""

from __future__ import annotations

import os
import subprocess

from tesc.config.settings import settings_at
from tesc.files import read_source
from tesc.records import record
from tesc.schema.resolve import resolve
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.config.settings import Settings
    from tesc.schema.unit import Unit


@record
class Unreadable:
    """A file that can't be read, and why."""

    path: str
    reason: str


class Workspace:
    """Files, their trees and units, and the settings of each.

    `profile` and `max_args`, where given, override what each file's surroundings say.
    """

    def __init__(self, profile: str | None = None, max_args: int | None = None) -> None:
        self._profile = profile
        self._max_args = max_args
        self._folders: dict[str, Settings] = {}
        self.units: list[Unit] = []
        self.settings: dict[Source, Settings] = {}
        self.unreadable: list[Unreadable] = []

    def add_file(self, path: str) -> None:
        """Read a file and resolve the unit that it is the root of."""
        try:
            source = read_source(path, shown(path))
        except OSError as error:
            self.unreadable.append(Unreadable(shown(path), error.strerror or str(error)))
            return
        self.add_source(source, path)

    def add_source(self, source: Source, path: str) -> None:
        """Resolve the unit of a text that is, or would be, in the file `path`."""
        self.units.append(resolve([parse(source)]))
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._folders:
            self._folders[folder] = settings_at(path, self._profile, self._max_args)
        self.settings[source] = self._folders[folder]


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
        yield from (os.path.join(parent, name) for name in names if is_trace_events(name))


def distinct(paths: Iterable[str]) -> list[str]:
    """Paths without those that name a file for a second time."""
    return list({os.path.realpath(path): path for path in reversed(list(paths))}.values())[::-1]
