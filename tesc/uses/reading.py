"""Reads many sources at once: on all cores, and only those that changed.

A file is recognized by its times, size and inode, as in git's index. A file that was just changed is not
cached, because it may change again within the same clock tick.
"""

from __future__ import annotations

import gc
import os
import time
from functools import partial

from tesc import cache
from tesc.processes import Parallel, cores
from tesc.records import record
from tesc.units.identifiers import ENABLED, FUNCTION, MACRO
from tesc.uses.encoding import decoded, encoded
from tesc.uses.scan import Facts, facts, language_of, may_use
from tesc.uses.sources import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# The number of files for which another process pays off, and the maximum number of processes that help.
_WORTH_A_PROCESS = 300
_MOST_PROCESSES = 8
_FRESH_NS = 2_000_000_000
# A file with uses contains at least one of these.
_PARTS_OF_USES = (FUNCTION.encode(), MACRO.encode(), ENABLED.encode())


@record
class Read:
    """A source as it was read: its time and size, as returned by `signature`, and the facts about it."""

    signature: tuple[int, int]
    facts: Facts | None


def is_kept(folder: str) -> bool:
    """Whether a folder's sources are in the cache, so that reading them is fast."""
    return cache.table("sources", folder).is_kept


class Reader:
    """The sources below a folder, read one at a time, between other work."""

    def __init__(self, folder: str, paths: Sequence[str]) -> None:
        """Load the cache, and the states of all files."""
        self._table = cache.table("sources", folder)
        self._kept: dict[str, Any] = self._table.get("files") or {}
        states = ((path, _state(path)) for path in paths)
        self._states = {path: state for path, state in states if state is not None}
        self._new: dict[str, Any] = {}

    def read(self, path: str) -> Read | None:
        """The facts about a source, from the cache or by reading it; None if it cannot be read."""
        state = self._states.get(path)
        if state is None:
            return None
        if path in self._kept and self._kept[path][0] == state:
            values = self._kept[path][1]
        else:
            found = _read([path])
            if path not in found:
                return None
            values = self._new[path] = found[path]
        return Read((state[0], state[2]), decoded(values) if values else None)

    def save(self) -> None:
        """Write what was read into the cache."""
        if not self._new:
            return
        fresh = time.time_ns() - _FRESH_NS
        files = {}
        for path, state in self._states.items():
            if path in self._new:
                if max(state[0], state[1]) < fresh:
                    files[path] = [state, self._new[path]]
            elif path in self._kept and self._kept[path][0] == state:
                files[path] = self._kept[path]
        self._table.put("files", files)
        self._table.save()


def read_all(folder: str, paths: Sequence[str]) -> dict[str, Read]:
    """The facts about the sources at `paths` below a folder; unreadable ones are left out."""
    collects = gc.isenabled()
    # There is no garbage here, but the collector would take a tenth of the time.
    gc.disable()
    try:
        return _read_all(folder, paths)
    finally:
        if collects:
            gc.enable()


def _read_all(folder: str, paths: Sequence[str]) -> dict[str, Read]:
    table = cache.table("sources", folder)
    kept = table.get("files") or {}
    states = {path: state for path in paths for state in [_state(path)] if state is not None}
    old = {path: kept[path] for path, state in states.items() if path in kept and kept[path][0] == state}
    new = _read_new([path for path in states if path not in old])
    if new or len(old) < len(kept):
        fresh = time.time_ns() - _FRESH_NS
        table.put(
            "files",
            {
                path: old.get(path) or [state, new[path]]
                for path, state in states.items()
                if path in old or (path in new and max(state[0], state[1]) < fresh)
            },
        )
        table.save()
    return {
        path: Read((state[0], state[2]), decoded(values) if values else None)
        for path, state in states.items()
        if path in old or path in new
        for values in [old[path][1] if path in old else new[path]]
    }


def _state(path: str) -> list[int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return [state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino]


def _read_new(paths: list[str]) -> dict[str, Any]:
    """The encoded facts about files; 0 stands for no facts."""
    jobs = min(len(paths) // _WORTH_A_PROCESS, cores(), _MOST_PROCESSES)
    if jobs < 2 or not hasattr(os, "fork"):
        return _read(paths)
    others = [Parallel(partial(_read, paths[number::jobs])) for number in range(1, jobs)]
    try:
        found = _read(paths[::jobs])
        for other in others:
            found.update(other.result())
    finally:
        for other in others:
            other.end()
    return found


def _read(paths: Sequence[str]) -> dict[str, Any]:
    """The encoded facts about files; 0 stands for no facts. Unreadable files are left out."""
    found: dict[str, Any] = {}
    for path in paths:
        read = read_bytes(path)
        language = language_of(path)
        if read is not None and language is not None:
            text = decoded_text(read[0])
            said = facts(text, language) if may_use(text) else None
            found[path] = encoded(said) if said and (said.uses or said.pastes) else 0
    return found


def decoded_text(data: bytes) -> str:
    """The decoded text, or '' if the bytes show that it has no uses: decoding is the slowest part."""
    if any(part in data for part in _PARTS_OF_USES):
        return data.decode("utf-8", "surrogateescape")
    return ""
