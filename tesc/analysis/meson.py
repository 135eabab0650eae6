"""What QEMU's build knows: the folders whose trace-events files meson.build lists."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tesc.units.unit import Unit

# The lists are read as text: which of them a build takes depends on how it is configured.
_LIST = re.compile(r"^[ \t]*trace_events_subdirs\s*\+?=\s*\[", re.M)
# What a list holds: its end, a name, a comment.
_PART = re.compile(r"(\])|'([^'\n]*)'|#[^\n]*")


_DISK: Mapping[str, bytes | None] = {}


@record
class Listed:
    """The folders that a meson.build lists, relative to its own folder, `root`."""

    root: str
    folders: frozenset[str]


def unlisted(unit: Unit) -> str | None:
    """The folder of a unit that the build's lists leave out; None where they name it or there are none."""
    folder, name = os.path.split(os.path.abspath(unit.roots[0].source.file))
    if name != "trace-events":
        return None  # files with other names are made during the build
    listed = _listed_above(folder, _DISK if unit.versions is None else unit.versions)
    if listed is None or folder == listed.root:
        return None
    shown = os.path.relpath(folder, listed.root).replace(os.sep, "/")
    return None if shown in listed.folders else shown


def _listed_above(folder: str, versions: Mapping[str, bytes | None]) -> Listed | None:
    """The lists in the nearest folder above that has some."""
    while True:
        listed = _listed_in(os.path.join(folder, "meson.build"), versions)
        parent = os.path.dirname(folder)
        if listed is not None or parent == folder:
            return listed
        folder = parent


def _listed_in(path: str, versions: Mapping[str, bytes | None]) -> Listed | None:
    """The lists in a file, if it has some."""
    if versions is not _DISK:
        try:
            data = versions[os.path.realpath(path)]
        except KeyError:
            pass
        else:
            return _listed(path, data.decode("utf-8", "replace")) if data else None
    try:
        return _listed_on_disk(path, os.stat(path).st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _listed_on_disk(path: str, changed: int) -> Listed | None:
    """The lists in a file as it was when it was last changed."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return _listed(path, file.read())


@lru_cache(maxsize=64)
def _listed(path: str, text: str) -> Listed | None:
    folders: set[str] = set()
    found = None
    for found in _LIST.finditer(text):
        for part in _PART.finditer(text, found.end()):
            if part[1]:
                break
            if part[2]:
                folders.add(part[2])
    return Listed(os.path.dirname(path), frozenset(folders)) if found else None
