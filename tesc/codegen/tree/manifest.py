"""What a run read and wrote, kept next to its outputs, so that the next run knows if nothing has changed.

A file counts as unchanged if its size, times and inode are the same. If they are not, or were noted so soon
after a change that another change might not show, its content decides. A file that did not exist must still
not exist. What only a run itself can determine, such as which files a tree has, is looked up again each time.
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
_FORMAT = "tesc gen 2"
# A change this soon after another may not change a file's times: file systems store them in clock ticks, old
# ones in seconds. Inputs may be on a server with its own clock.
_TICK = 20_000_000
_COARSE = 2_000_000_000

INPUT, OUTPUT, DEPFILE, CODE, ABSENT, LEFTOVER = "i", "o", "d", "c", "a", "l"
_DOUBTFUL = "?"


def hashed(data: bytes) -> str:
    """The hash of a file's content."""
    from tesc.hashing import blake2b  # most runs with nothing to do need no hash

    return blake2b(data, digest_size=16).hexdigest()


def identity(words: Sequence[str]) -> str:
    """A run's identity: its arguments, its working directory, and the versions of tesc and Python."""
    from tesc import __version__

    return repr((__version__, sys.version, sys.platform, os.getcwd(), *words))


def state_of(path: str) -> str:
    """A file's size, times and inode. Raises OSError."""
    return _state(os.stat(path))


def _state(status: os.stat_result) -> str:
    return f"{status.st_size},{status.st_mtime_ns},{status.st_ctime_ns},{status.st_ino}"


def _settled(path: str, now: int, tick: int) -> str:
    """A file's state, or a mark that it cannot be trusted yet. Raises OSError."""
    status = os.stat(path)
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    # Times without microseconds come from a file system that does not store them.
    if newest >= now - (_COARSE if newest % 1_000_000 == 0 else tick):
        return _DOUBTFUL
    return _state(status)


class Manifest:
    """The files of a run, by path: each one's kind, state, and content's hash (`-`: any change counts)."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        # The folder that was searched for files, the files found, and the links left out.
        self.root = ""
        self.found: list[str] = []
        self.left_out: list[str] = []
        self.entries: dict[str, tuple[str, str, str]] = {}
        self._started = time.time_ns()

    def before_reading(self, path: str) -> None:
        """Note the state of a file, or that it does not exist, before it is read."""
        if path in self.entries:
            return
        entry = (INPUT, _DOUBTFUL, "-")  # for other kinds, it is unknown whether the file stayed the same
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
        """Note the modules of the running program."""
        for path in paths:
            state = state_of(path) if os.path.exists(path) else _DOUBTFUL
            self.entries[path] = (CODE, state, "-")

    def written(self, path: str, content_hash: str, state: str, kind: str = OUTPUT) -> None:
        """Note a file that the run wrote or found unchanged, with its state at that time."""
        try:
            settled = _settled(path, time.time_ns(), _TICK)
        except OSError:
            settled = _DOUBTFUL
        # Another process may have written the file since.
        self.entries[path] = (kind, state if state == settled else _DOUBTFUL, content_hash)

    def doubt(self, paths: Iterable[str]) -> None:
        """Note that the times of files have changed."""
        for path in paths:
            kind, _, content_hash = self.entries[path]
            self.entries[path] = (kind, _DOUBTFUL, content_hash)

    @property
    def outputs(self) -> list[str]:
        return [path for path, (kind, _, _) in self.entries.items() if kind == OUTPUT]

    @property
    def leftovers(self) -> list[str]:
        """Outputs of earlier runs that this run neither generated nor removed."""
        return [path for path, (kind, _, _) in self.entries.items() if kind == LEFTOVER]

    def left(self, path: str, content_hash: str) -> None:
        """Note an output of an earlier run."""
        self.entries[path] = (LEFTOVER, "-", content_hash)

    @property
    def inputs(self) -> list[str]:
        return [path for path, (kind, _, _) in self.entries.items() if kind == INPUT]

    def holds(self) -> bool:
        """Whether every file is unchanged. Outdated states of unchanged files are updated."""
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
        """The manifest as a file's text; None if a path cannot be written in it."""
        lines = [_FORMAT, self.identity, self.root]
        for files in (self.found, self.left_out):
            lines += [str(len(files)), *files]
        lines += [" ".join((*entry, path)) for path, entry in self.entries.items()]
        if any("\n" in line or "\r" in line for line in lines):
            return None
        return "\n".join(lines) + "\n"


def read(folder: str, identity: str) -> Manifest | None:
    """The valid manifest of an earlier run with the same identity into a folder; None if there is none."""
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
    at = 3
    for files in (made.found, made.left_out):
        if not lines[at].isdecimal() or at + int(lines[at]) + 1 >= len(lines):
            return None
        begin, at = at + 1, at + 1 + int(lines[at])
        files += lines[begin:at]
    for line in lines[at:-1]:
        parts = line.split(" ", 3)
        if len(parts) != 4:
            return None
        kind, state, content_hash, path = parts
        made.entries[path] = (kind, state, content_hash)
    return made if made.entries else None
