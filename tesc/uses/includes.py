"""Finds the headers that C files include, and the trace headers that they see through them."""

from __future__ import annotations

import os
import re

from tesc.units.identifiers import file_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)
_TRACE_HEADER = re.compile(r"(?:.*/)?trace(?:-[\w-]+)?\.h")
_NAMED = re.compile(r'trace(?:-[\w-]+)?\.h"')
_INCLUDED_IN_RUST = re.compile(r'\binclude_trace!\s*\(\s*"([\w-]+)"\s*\)')
_MOST = 400  # the maximum number of files to follow from one file's includes


def includes_in(text: str) -> list[str]:
    """The files that a text includes, as written, even in `#if 0` and comments."""
    return _INCLUDE.findall(text)


def trace_headers(text: str) -> tuple[str, ...]:
    """The trace headers that a text includes: trace.h and trace-GROUP.h, as written."""
    if "trace" not in text:
        return ()
    found = []
    for header in _NAMED.finditer(text):
        start = text.rfind("\n", 0, header.start()) + 1
        written = _INCLUDE.match(text, start, header.end())
        if written and is_trace_header(written[1]):
            found.append(written[1])
    return tuple(dict.fromkeys(found))


def is_trace_header(path: str) -> bool:
    """Whether a path is that of a trace.h or trace-GROUP.h."""
    return _TRACE_HEADER.fullmatch(path) is not None


def trace_modules(text: str) -> tuple[str, ...]:
    """The groups whose modules a Rust text includes, as the names of these groups' C headers."""
    return tuple(dict.fromkeys(file_name(group, "h") for group in _INCLUDED_IN_RUST.findall(text)))


class Includes:
    """Which known files include which others. An included file is found by the end of its path."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str]) -> None:
        """`paths` are all known files; `read` returns a file's text, empty if it cannot be read."""
        self._read = read
        self._by_name: dict[str, list[str]] = {}
        # Normalized, since paths may be given as `./net/net.c`.
        self._normal: dict[str, str] = {}
        for path in paths:
            self._by_name.setdefault(os.path.basename(path), []).append(path)
            self._normal[os.path.normpath(path)] = path
        self._direct: dict[str, list[str]] = {}

    def written(self, path: str) -> list[str]:
        """The includes of a file, as written."""
        if path not in self._direct:
            self._direct[path] = includes_in(self._read(path))
        return self._direct[path]

    def found(self, path: str, written: str) -> list[str]:
        """The files that an include may mean: the one in the same folder, or all whose paths end like it."""
        beside = os.path.normpath(os.path.join(os.path.dirname(path), written))
        end = "/" + os.path.normpath(written).replace(os.sep, "/").lstrip("./")
        if beside in self._normal:
            return [self._normal[beside]]
        known = self._by_name.get(os.path.basename(written), ())
        return [one for one in known if ("/" + one.replace(os.sep, "/")).endswith(end)]

    def reached(self, path: str) -> list[str]:
        """A file and all files that it may include, directly or indirectly."""
        seen = {path: None}
        waiting = [path]
        while waiting and len(seen) < _MOST:
            here = waiting.pop()
            for written in self.written(here):
                for found in self.found(here, written):
                    if found not in seen:
                        seen[found] = None
                        waiting.append(found)
        return list(seen)
