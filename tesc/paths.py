"""Paths as messages show them, and without duplicates."""

from __future__ import annotations

import os

from tesc.escaping import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def shown(path: str) -> str:
    """A path as diagnostics show it: as given, with slashes, without `./`."""
    return visible(os.path.normpath(path).replace(os.sep, "/"))


def distinct(paths: Iterable[str]) -> list[str]:
    """Paths without those that lead to the same file as an earlier one."""
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())


def outermost(paths: Iterable[str]) -> list[str]:
    """Distinct paths without those below others, whose files would be found twice."""
    real = {path: os.path.join(os.path.realpath(path), "") for path in distinct(paths)}
    return [
        path
        for path, mine in real.items()
        if not any(mine != other and mine.startswith(other) for other in real.values())
    ]


def project_of(file: str) -> str:
    """The folder of the project of a file without a configuration: its checkout, else the working folder."""
    folder = os.path.dirname(os.path.abspath(file))
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.curdir
        folder = parent
    return folder
