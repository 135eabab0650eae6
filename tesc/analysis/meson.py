"""The folders whose trace-events files QEMU's meson.build lists."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tesc.records import record
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tesc.units.unit import Unit

# The lists are read as text: which ones a build uses depends on its configuration.
_LIST = re.compile(r"^[ \t]*trace_events_subdirs\s*\+?=\s*\[", re.M)
# What a list holds: its end, a name, a comment.
_PART = re.compile(r"(\])|'([^'\n]*)'|#[^\n]*")


_DISK: Mapping[str, bytes | None] = {}


@record
class Twice:
    """A folder that a meson.build lists again: the spans of its name there, and where it was before."""

    folder: str
    first: Span
    again: Span


@record
class Listed:
    """The folders that a meson.build lists, relative to its own folder, `root`; `path` is the file."""

    root: str
    folders: frozenset[str]
    path: str
    text: str
    twice: tuple[Twice, ...]


def unlisted(unit: Unit) -> str | None:
    """The folder of a unit that is missing in the build's lists; None if they have it or there are none.

    A folder counts as listed if its own meson.build or scripts name the file, as tests do.
    """
    folder, name = os.path.split(os.path.abspath(unit.roots[0].source.file))
    if name != "trace-events":
        return None  # files with other names are made during the build
    listed = listed_above(folder, _DISK if unit.versions is None else unit.versions)
    if listed is None or folder == listed.root:
        return None
    shown = os.path.relpath(folder, listed.root).replace(os.sep, "/")
    if shown in listed.folders or f"{shown}/trace-events" in listed.text or _readers_in(folder):
        return None
    return shown


def is_input_of_test(unit: Unit) -> bool:
    """Whether no build lists a unit's file, and only scripts of its folder read it."""
    folder, name = os.path.split(os.path.abspath(unit.roots[0].source.file))
    listed = listed_for(unit)
    if name != "trace-events" or listed is None or folder == listed.root:
        return False
    shown = os.path.relpath(folder, listed.root).replace(os.sep, "/")
    if shown in listed.folders or f"{shown}/trace-events" in listed.text:
        return False
    readers = _readers_in(folder)
    return bool(readers) and "meson.build" not in readers


_READS = re.compile(rb"""["']trace-events["']""")
_MOST_BYTES = 1 << 20


def _readers_in(folder: str) -> list[str]:
    """A folder's build file and scripts that name its trace-events file."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    readers = []
    for name in sorted(names):
        path = os.path.join(folder, name)
        if (name == "meson.build" or name.endswith((".py", ".sh"))) and os.path.isfile(path):
            try:
                with open(path, "rb") as file:
                    if _READS.search(file.read(_MOST_BYTES)):
                        readers.append(name)
            except OSError:
                continue
    return readers


def listed_for(unit: Unit) -> Listed | None:
    """The meson.build whose lists should have a unit's folder."""
    folder = os.path.dirname(os.path.abspath(unit.roots[0].source.file))
    return listed_above(folder, _DISK if unit.versions is None else unit.versions)


def listed_above(folder: str, versions: Mapping[str, bytes | None]) -> Listed | None:
    """The nearest meson.build above a folder that has lists."""
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
    """The lists in a file as of its last change."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return _listed(path, file.read())


@lru_cache(maxsize=64)
def _listed(path: str, text: str) -> Listed | None:
    places: dict[str, list[tuple[Span, tuple[str, ...]]]] = {}
    twice = []
    found = None
    for found in _LIST.finditer(text):
        branch = _branch_at(text, found.start())
        for part in _PART.finditer(text, found.end()):
            if part[1]:
                break
            if not part[2]:
                continue
            span = Span(part.start(2), part.end(2))
            before = places.setdefault(part[2], [])
            first = next((one for one, other in before if _both(other, branch)), None)
            if first is not None:
                twice.append(Twice(part[2], first, span))
            before.append((span, branch))
    if found is None:
        return None
    return Listed(
        root=os.path.dirname(path), folders=frozenset(places), path=path, text=text, twice=tuple(twice)
    )


_STEP = re.compile(r"^[ \t]*(if|elif|else|endif)\b", re.M)


def _branch_at(text: str, place: int) -> tuple[str, ...]:
    """The branches of the ifs around a place, each with a name of its own."""
    branches: list[str] = []
    for step in _STEP.finditer(text, 0, place):
        if step[1] == "if":
            branches.append(f"{step.start()} 0")
        elif branches:
            begin, _, number = branches.pop().partition(" ")
            if step[1] != "endif":
                branches.append(f"{begin} {int(number) + 1}")
    return tuple(branches)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a build that takes the first branch always takes the second one too."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
