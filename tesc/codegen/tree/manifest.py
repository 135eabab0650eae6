"""What a run read and wrote, kept beside its outputs, so that the next one knows if it has nothing to do.

A file is taken for unchanged where its size, times and inode are as they were; where they are not,
or were taken so soon after a change that another one might not show, its content decides. What was
looked for and not there must still not be there. Everything that only a run itself can tell, such
as which files a tree has, is looked up again each time.
"""

from __future__ import annotations

import os
import sys
import time

from tesc.files import MAX_SOURCE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME = ".tesc-gen"
_FORMAT = "tesc gen 1"
# A change this soon after another may leave a file's times as they were: file systems keep them
# by the clock's ticks, and old ones by seconds. Inputs may lie on a server with a clock of its own.
_TICK = 20_000_000
_COARSE = 2_000_000_000

INPUT, OUTPUT, DEPFILE, CODE, ABSENT, LEFTOVER = "i", "o", "d", "c", "a", "l"
_DOUBTFUL = "?"


def hashed(data: bytes) -> str:
    """What stands for a file's content."""
    from tesc.hashing import blake2b  # most runs that have nothing to do need none

    return blake2b(data, digest_size=16).hexdigest()


def identity(words: Sequence[str]) -> str:
    """What a run is, beside the files: its arguments, where it runs, and who runs it."""
    from tesc import __version__

    return repr((__version__, sys.version, sys.platform, os.getcwd(), *words))


def state_of(path: str) -> str:
    """A file's size, times and inode. Raises OSError."""
    return _state(os.stat(path))


def _state(status: os.stat_result) -> str:
    return f"{status.st_size},{status.st_mtime_ns},{status.st_ctime_ns},{status.st_ino}"


def _settled(path: str, now: int, tick: int) -> str:
    """The same, or what says that it can't be trusted yet. Raises OSError."""
    status = os.stat(path)
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    # Times without microseconds come from a file system that has none.
    if newest >= now - (_COARSE if newest % 1_000_000 == 0 else tick):
        return _DOUBTFUL
    return _state(status)


class Manifest:
    """The files of a run, by path: each one's kind, state, and content's hash (`-`: any change counts)."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        # The folder that was searched for files, and what was found.
        self.root = ""
        self.found: list[str] = []
        self.entries: dict[str, tuple[str, str, str]] = {}
        self._started = time.time_ns()

    def before_reading(self, path: str) -> None:
        """Note a file, or that there is none, before anybody else looks at it."""
        if path in self.entries:
            return
        entry = (INPUT, _DOUBTFUL, "-")  # whatever it is, nobody can say that it stayed the same
        try:
            if os.path.isfile(path) and os.path.getsize(path) <= MAX_SOURCE_BYTES:
                state = _settled(path, self._started, _COARSE)
                with open(path, "rb") as file:
                    entry = (INPUT, state, hashed(file.read()))
            elif not os.path.lexists(path):
                entry = (ABSENT, "", "-")
        except OSError:
            pass
        self.entries[path] = entry

    def code(self, paths: Iterable[str]) -> None:
        """Note the files that the running program is made of."""
        for path in paths:
            state = state_of(path) if os.path.exists(path) else _DOUBTFUL
            self.entries[path] = (CODE, state, "-")

    def written(self, path: str, content_hash: str, state: str, kind: str = OUTPUT) -> None:
        """Note a file that the run wrote or found good, when its state was the one that is given."""
        try:
            settled = _settled(path, time.time_ns(), _TICK)
        except OSError:
            settled = _DOUBTFUL
        # Somebody else may have written it since.
        self.entries[path] = (kind, state if state == settled else _DOUBTFUL, content_hash)

    def doubt(self, paths: Iterable[str]) -> None:
        """Note that files' times have changed."""
        for path in paths:
            kind, _, content_hash = self.entries[path]
            self.entries[path] = (kind, _DOUBTFUL, content_hash)

    @property
    def outputs(self) -> list[str]:
        return [path for path, (kind, _, _) in self.entries.items() if kind == OUTPUT]

    @property
    def leftovers(self) -> list[str]:
        """Outputs of earlier runs that the run did not make, and left where they are."""
        return [path for path, (kind, _, _) in self.entries.items() if kind == LEFTOVER]

    def left(self, path: str, content_hash: str) -> None:
        """Note an output of an earlier run."""
        self.entries[path] = (LEFTOVER, "-", content_hash)

    @property
    def inputs(self) -> list[str]:
        return [path for path, (kind, _, _) in self.entries.items() if kind == INPUT]

    def holds(self) -> bool:
        """Whether every file is as it was. States that proved to be out of date are renewed."""
        now = time.time_ns()
        for path, (kind, state, content_hash) in self.entries.items():
            if kind == LEFTOVER:
                continue
            if kind == ABSENT:
                if os.path.lexists(path):
                    return False
                continue
            try:
                if state == state_of(path):
                    continue
                if content_hash == "-":
                    return False
                renewed = _settled(path, now, _TICK if kind == OUTPUT else _COARSE)
                with open(path, "rb") as file:
                    if hashed(file.read()) != content_hash:
                        return False
            except OSError:
                return False
            self.entries[path] = (kind, renewed, content_hash)
        return True

    def text(self) -> str | None:
        """The manifest as a file, or None where a path has what the file has no words for."""
        lines = [_FORMAT, self.identity, self.root, str(len(self.found)), *self.found]
        lines += [" ".join((*entry, path)) for path, entry in self.entries.items()]
        if any("\n" in line or "\r" in line for line in lines):
            return None
        return "\n".join(lines) + "\n"


def read(folder: str, identity: str) -> Manifest | None:
    """The manifest of an earlier run of the same identity into a folder, if there is a sound one."""
    try:
        with open(
            os.path.join(folder, NAME), encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as file:
            lines = file.read().split("\n")
    except OSError:
        return None
    if len(lines) < 5 or lines[0] != _FORMAT or lines[1] != identity or lines[-1]:
        return None
    made = Manifest(identity)
    made.root = lines[2]
    count = int(lines[3]) if lines[3].isdecimal() else len(lines)
    made.found = lines[4 : 4 + count]
    for line in lines[4 + count : -1]:
        parts = line.split(" ", 3)
        if len(parts) != 4:
            return None
        kind, state, content_hash, path = parts
        made.entries[path] = (kind, state, content_hash)
    return made if made.entries else None
