"""Cached runs of `tesc check`: their output, and the state of everything that they read.

A run is found by its arguments, its folder and its output stream. It is valid while the same files
are found and each has the same content; files that did not exist must still not exist. Replaying a
run imports hardly anything of tesc.
"""

from __future__ import annotations

import os
import sys

from tesc import cache
from tesc.files import MAX_SOURCE_BYTES, SURROUNDINGS, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any

    from tesc.workspace import Workspace

_MOST_RUNS = 8
_MOST_PRINTED = 2_000_000
_CHECKOUT = ".git"


def replay(words: Sequence[str]) -> int | None:
    """Print the output of the same earlier run; returns its exit status, or None if none is valid."""
    if "--no-cache" in words:
        return None
    run = _table().get(_key(words))
    if run is None or not _holds(run):
        return None
    from tesc.cli.terminal import print_text

    print_text(run["printed"], painted=True)
    status: int = run["status"]
    return status


def may_keep(options: argparse.Namespace) -> bool:
    """Whether a run reads nothing but trace-events files, configuration and sources, and writes nothing."""
    return not (
        options.fix
        or options.diff
        or options.write_baseline
        or options.diff_base is not None
        or options.patch is not None
        or "-" in options.paths
    )


def keep(options: argparse.Namespace, workspace: Workspace, printed: str, status: int, began: int) -> None:
    """Cache a run whose whole output is `printed`; `began` is its start in nanoseconds."""
    sources = _sources(workspace, began)
    if len(printed) > _MOST_PRINTED or sources is None:
        return
    folders = {path: list(search(path)) for path in options.paths or ["."] if os.path.isdir(path)}
    texts = {tree.source.file: tree.source.text for tree in workspace.trees}
    inputs = {
        path: [os.path.realpath(path), cache.digest(text.encode("utf-8", "surrogateescape"))]
        for path, text in texts.items()
    }
    others = [*_surroundings((*texts, *(file for found, _ in folders.values() for file in found)))]
    others += [path for path in (options.baseline, options.config) if path]
    others += [path for found, _ in folders.values() for path in found if path not in inputs]  # excluded
    from tesc.config.named_paths import root_files

    absent = sorted(workspace.absent)
    for one in workspace.configurations.values():
        for _, path, _ in root_files(one):
            if not os.path.lexists(path):
                return  # whether that is an error depends on what git ignores
            others.append(path)
    present = []
    for path in dict.fromkeys(others):
        if not os.path.lexists(path):
            absent.append(path)
        elif os.path.basename(path) == _CHECKOUT:
            present.append(path)
        else:
            content = _content(path)
            if content is None or _newest(path) >= began:
                return  # it may have changed during the run
            inputs[path] = [os.path.realpath(path), content]
    table = _table()
    run = {"folders": folders, "inputs": inputs, "absent": absent, "present": present, "sources": sources}
    table.put(_key(options.words), {**run, "printed": printed, "status": status})
    table.save()


def _table() -> cache.Table:
    return cache.table("runs", os.getcwd(), _MOST_RUNS)


def _sources(workspace: Workspace, began: int) -> dict[str, Any] | None:
    """The state of the C and Rust sources that the run saw; None if that is unknown."""
    if not workspace.source_folders():
        return {}
    from tesc.cli import kept_sources

    return kept_sources.seen(workspace, began)


def _sources_hold(sources: dict[str, Any]) -> bool:
    if not sources:
        return True
    from tesc.cli import kept_sources

    return kept_sources.hold(sources)


def _key(words: Sequence[str]) -> str:
    environment = [os.environ.get(name, "-") for name in ("COLUMNS", "NO_COLOR", "TERM", "GIT_DIR")]
    try:
        columns = str(os.get_terminal_size(sys.__stdout__.fileno()).columns)  # type: ignore[union-attr]
    except (AttributeError, OSError, ValueError):
        columns = "-"
    return cache.digest(*environment, columns, str(sys.stdout.isatty()), *words)


def _holds(run: dict[str, Any]) -> bool:
    return (
        all(list(search(folder)) == found for folder, found in run["folders"].items())
        and not any(map(os.path.lexists, run["absent"]))
        and all(map(os.path.lexists, run["present"]))
        and all(
            _content(path) == content and os.path.realpath(path) == real
            for path, (real, content) in run["inputs"].items()
        )
        and _sources_hold(run["sources"])
    )


def _content(path: str) -> str | None:
    """The digest of a regular file; None for one that is too large, and anything else."""
    try:
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            data = file.read(MAX_SOURCE_BYTES + 1)
    except OSError:
        return None
    return cache.digest(data) if len(data) <= MAX_SOURCE_BYTES else None


def _newest(path: str) -> int:
    status = os.stat(path)
    return max(status.st_mtime_ns, status.st_ctime_ns)


def _surroundings(files: Iterable[str]) -> Iterable[str]:
    """The files, existing or not, that decide how others are checked."""
    folders: dict[str, None] = {}
    for file in files:
        folder = os.path.dirname(os.path.abspath(file))
        while folder not in folders:
            folders[folder] = None
            folder = os.path.dirname(folder)
    return (os.path.join(folder, name) for folder in folders for name in (*SURROUNDINGS, _CHECKOUT))
