"""Which events a C or Rust source can call: those in the trace headers that it includes.

In QEMU's layout, trace/trace-hw_usb.h in the build folder declares the events of hw/usb/trace-events, and the
sources that call them include hw/usb/trace.h, which includes that header.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tesc.analysis.groups import groups_of
from tesc.records import record
from tesc.uses.includes import is_trace_header, trace_headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tesc.analysis.callers import Place
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event
    from tesc.units.unit import Unit
    from tesc.uses.index import Index

_HEADER = "trace.h"
_GROUP = re.compile(r"(?:.*/)?trace-([\w-]+)\.h")


@record
class Seen:
    """The numbers of the units whose events a source sees; `sure` is false if it may see others as well."""

    units: frozenset[int]
    sure: bool


class Visibility:
    """Which of a run's units each source sees."""

    def __init__(self, units: Sequence[Unit], settings: Settings, uses: Index) -> None:
        self._uses = uses
        self._groups: dict[str, int] = {}
        for number, group in enumerate(groups_of(units, settings)):
            self._groups.setdefault(group, number)
        self._folders = _folders_of(tuple(unit.roots[0].source.file for unit in units), os.getcwd())
        self._direct: dict[str, Seen] = {}
        self._all: dict[str, Seen] = {}
        self._headers: dict[str, Seen] = {}

    def direct(self, path: str) -> Seen:
        """What a source sees through the headers it includes itself; not sure if it includes none."""
        if path not in self._direct:
            headers = self._uses.headers_in(path)
            seen = self._together(self._of_header(path, header) for header in headers)
            self._direct[path] = seen if headers else Seen(frozenset(), False)
        return self._direct[path]

    def all(self, path: str) -> Seen:
        """What a source sees through all its includes, direct and indirect. This is slow."""
        if path not in self._all:
            includes = self._uses.includes
            self._all[path] = self._together(
                self._of_header(file, header)
                for file in includes.reached(path)
                # A header of events is looked at where it is included.
                if file == path or not is_trace_header(file.replace(os.sep, "/"))
                for header in includes.written(file)
                if is_trace_header(header)
            )
        return self._all[path]

    def is_certain(self, path: str) -> bool:
        """Whether all events that a source sees are known; false for headers, and without trace headers."""
        from tesc.uses.scan import is_compiled  # few runs read sources

        seen = self.direct(path) if is_compiled(path) else None
        return seen is not None and seen.sure and bool(seen.units) and self.all(path).sure

    @staticmethod
    def _together(parts: Iterable[Seen]) -> Seen:
        units: frozenset[int] = frozenset()
        sure = True
        for part in parts:
            units |= part.units
            sure = sure and part.sure
        return Seen(units, sure)

    def _of_header(self, path: str, header: str) -> Seen:
        """The units of the header that a file includes as `header`."""
        named = _GROUP.fullmatch(header)
        if named:
            return self._numbered(self._groups.get(named[1]))
        beside = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(path)), header))
        if beside not in self._headers:
            self._headers[beside] = self._of_file(beside, header)
        return self._headers[beside]

    def _of_file(self, beside: str, header: str) -> Seen:
        """The units of a trace.h: by its contents if it exists, else by its folder."""
        source = self._uses.source(beside) if os.path.isfile(beside) else None
        if source is not None:
            inner = [written for written in trace_headers(source.text) if _GROUP.fullmatch(written)]
            if inner:
                return self._together(self._of_header(beside, written) for written in inner)
        folder = os.path.dirname(beside)
        if folder in self._folders:
            return self._numbered(self._folders[folder])
        if source is not None:
            # An unrelated header of that name, such as Xen's.
            return Seen(frozenset(), sure=not trace_headers(source.text))
        if header == _HEADER and (above := self._above(folder)):
            return self._of_file(above, header)
        below = os.path.dirname(os.path.normpath(header)).replace(os.sep, "/")
        if below and not below.startswith("."):
            ends = [
                n for known, n in self._folders.items() if known.replace(os.sep, "/").endswith("/" + below)
            ]
            if len(ends) == 1:
                return self._numbered(ends[0])
        return self._numbered(None)

    def _above(self, folder: str) -> str | None:
        """The nearest trace.h above a folder without one, as for sources below target/ARCH."""
        top = os.path.commonpath(self._folders) if self._folders else folder
        while folder.startswith(os.path.join(top, "")):
            folder = os.path.dirname(folder)
            path = os.path.join(folder, _HEADER)
            if folder in self._folders and os.path.isfile(path):
                return path
        return None

    @staticmethod
    def _numbered(number: int | None) -> Seen:
        return Seen(frozenset() if number is None else frozenset((number,)), number is not None)


# Needed after every edit in an editor.
@lru_cache(maxsize=4)
def _folders_of(files: tuple[str, ...], here: str) -> dict[str, int]:
    """The numbers of the files named trace-events, by folder; `here` is the working folder."""
    folders: dict[str, int] = {}
    for number, file in enumerate(files):
        folder, name = os.path.split(os.path.realpath(os.path.join(here, file)))
        if name == "trace-events":
            folders[folder] = number
    return folders


class Pasted:
    """Names that macros paste together and that are not fully known, and which events they may be."""

    def __init__(self, units: Sequence[Unit], settings: Settings, uses: Index) -> None:
        places = [(path, use) for path, use in uses.pasted if not use.capitals and not use.dead]
        self._units = units
        self._patterns = [
            (re.compile(".*".join(map(re.escape, use.name.split("*")))), (path, use)) for path, use in places
        ]
        self._seen = Visibility(units, settings, uses) if places else None

    def place_of(self, names: Sequence[str], node: Event) -> Place | None:
        """The first place where a macro may paste together one of an event's names; None if there is none."""
        for pattern, place in self._patterns:
            if any(map(pattern.fullmatch, names)) and self._may_call(place[0], node):
                return place
        return None

    def _may_call(self, path: str, node: Event) -> bool:
        """Whether a file can call an event, judging by its includes."""
        assert self._seen is not None
        seen = self._seen.direct(path)
        return not seen.sure or any(
            event.node is node for number in seen.units for event in self._units[number].events
        )
