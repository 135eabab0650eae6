"""The C and Rust sources that a cached run read: which ones, and whether they are unchanged.

A file is recognized by its times, size and inode, as in git's index.
"""

from __future__ import annotations

import os
import time

from tesc import cache
from tesc.uses.sources import find_sources
from tesc.workspace import declaring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from tesc.workspace import Workspace

# A file that changed just now may change again within the same clock tick.
_FRESH_NS = 2_000_000_000


def seen(workspace: Workspace, began: int) -> dict[str, Any] | None:
    """The state of the sources of a run that began at `began` (ns); None if they may have changed since.

    Includes are followed only in found files, so everything checked has to be below the folders.
    """
    folders = workspace.source_folders()
    if not folders:
        return {}
    real = [os.path.join(os.path.realpath(folder), "") for folder in folders]
    files = [os.path.realpath(tree.source.file) for tree in workspace.trees]
    if not all(map(os.path.isdir, folders)) or not all(any(map(file.startswith, real)) for file in files):
        return None
    held = sorted(declaring(workspace.units))
    found = _found(folders, held)
    newest = max((max(state.st_mtime_ns, state.st_ctime_ns) for _, state in found), default=0)
    if newest >= min(began, time.time_ns() - _FRESH_NS):
        return None
    return {"folders": folders, "declaring": held, "state": _digest(found)}


def hold(sources: dict[str, Any]) -> bool:
    """Whether the sources are still as a run saw them."""
    return not sources or _digest(_found(sources["folders"], sources["declaring"])) == sources["state"]


def _found(folders: Sequence[str], held: Collection[str]) -> list[tuple[str, os.stat_result]]:
    paths = [path for folder in folders if os.path.isdir(folder) for path in find_sources(folder, held)]
    found = []
    for path in paths:
        try:
            found.append((path, os.stat(path)))
        except OSError:
            continue
    return found


def _digest(found: list[tuple[str, os.stat_result]]) -> str:
    lines = [f"{path}\0{s.st_mtime_ns} {s.st_ctime_ns} {s.st_size} {s.st_ino}" for path, s in found]
    return cache.digest("\n".join(lines).encode("utf-8", "surrogateescape"))
