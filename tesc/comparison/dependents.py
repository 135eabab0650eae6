"""Finds lines that depend on events' names: in scripts, tests, documentation, expected outputs."""

from __future__ import annotations

import os
import re
from collections import defaultdict

from tesc.git import listed
from tesc.records import record
from tesc.syntax.source import Source, Span
from tesc.units.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Literal

    Kind = Literal["probe", "text", "name"]

# Scripts of bpftrace, SystemTap and D; expected output of tests.
_PROBES = (".bt", ".stp", ".d")
_OUTPUTS = (".out",)
_PAGES = (".rst", ".md", ".txt", ".texi", ".py", ".sh", ".yml", ".yaml", "")
_LARGEST = 1 << 20
_TRACE_OPTION = re.compile(rb"-trace\b|trace-event|\benable=|events=")
_WILDCARDS = re.compile(rb"(?<![\w*?])[A-Za-z_][\w]*[*?][\w*?]*")
_MOST_LINES = 5


@record
class Dependent:
    """A line that names an event: its place, and the kind of its file."""

    source: Source
    span: Span
    kind: Kind


def dependents(
    folder: str, gone: Collection[str], present: Collection[str] = ()
) -> dict[str, list[Dependent]]:
    """The lines below a folder that name one of the events `gone`, at most five for each.

    A line with a `-trace` pattern counts for the events that it matched if none of the `present` names match.
    Trace-events files and C and Rust sources are left out. In a checkout, only files that git lists are
    searched.
    """
    found: dict[str, list[Dependent]] = defaultdict(list)
    if not gone:
        return found
    names = b"|".join(re.escape(name.encode()) for name in sorted(gone, key=len, reverse=True))
    mention = re.compile(rb"(?<![A-Za-z0-9_])(?:trace_)?(" + names + rb")(?![A-Za-z0-9_])")
    for path, kind in _files(folder):
        data = _read(path)
        if data is None or not (mention.search(data) or (kind == "name" and b"-trace" in data)):
            continue
        for name, span in _in_text(data, kind, mention, gone, present):
            if len(found[name]) < _MOST_LINES:
                found[name].append(_dependent(path, data, span, kind))
    return found


def _files(folder: str) -> Iterator[tuple[str, Kind]]:
    """Files that may depend on events, with their kinds."""
    names = listed(folder)
    if names is None:
        paths = sorted(os.path.join(top, name) for top, _, files in os.walk(folder) for name in files)
    else:
        paths = sorted(os.path.join(folder, os.fsdecode(name)) for name in names)
    for path in paths:
        suffix = os.path.splitext(path)[1]
        inside = os.path.relpath(path, folder).replace(os.sep, "/")
        if os.path.basename(path).endswith("trace-events"):
            continue
        if suffix in _PROBES:
            yield path, "probe"
        elif suffix in _OUTPUTS:
            yield path, "text"
        elif suffix in _PAGES and inside.startswith(("docs/", "tests/", "scripts/", "doc/", "test/")):
            yield path, "name"


def _read(path: str) -> bytes | None:
    try:
        if os.path.getsize(path) > _LARGEST or not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _in_text(
    data: bytes, kind: Kind, mention: re.Pattern[bytes], gone: Collection[str], present: Collection[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """The events that a file depends on, with the byte range of the name."""
    for match in mention.finditer(data):
        line = data[data.rfind(b"\n", 0, match.start()) + 1 : (data.find(b"\n", match.end()) + 1 or None)]
        # In other places the word may mean anything.
        if kind != "name" or _TRACE_OPTION.search(line):
            yield match[1].decode(), match.span(1)
    if kind != "name":
        return
    for match in _WILDCARDS.finditer(data):
        start = data.rfind(b"\n", 0, match.start()) + 1
        if not _TRACE_OPTION.search(data[start : match.start()]):
            continue
        matches = pattern(match[0].decode("ascii", "replace")).fullmatch
        hit = [name for name in gone if matches(name)]
        if hit and not any(map(matches, present)):
            yield from ((name, match.span()) for name in hit)


def _dependent(path: str, data: bytes, span: tuple[int, int], kind: Kind) -> Dependent:
    source = Source.from_bytes(os.path.relpath(path).replace(os.sep, "/"), data, path)
    start = len(data[: span[0]].decode("utf-8", "surrogateescape"))
    return Dependent(source, Span(start, start + span[1] - span[0]), kind)
