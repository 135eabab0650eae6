"""Finds the places of keys and values in a TOML document, which Python's TOML parser does not report.

The document is known to be valid, so the scanner looks only for the delimiters of keys and values. A document
that it does not understand yields fewer places, but never wrong ones or an exception.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.config.toml import loads
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Path = tuple[Union[str, int], ...]


@record
class Place:
    """The offsets of a key and its value; an element of an array has no key, so both are the same.

    A table's value begins at its header. For a part of a longer key (`a` in `a.b = 1`), both are that part.
    """

    key: int
    value: int
    end: int


_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.S,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


@lru_cache(maxsize=8)
def locate(text: str) -> dict[Path, Place]:
    """The places of all keys and values of a valid document, by path: names and array indexes."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _Lost:
        pass
    return scanner.places


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def extent(text: str, path: Path, of_key: bool) -> tuple[int, int]:
    """The start and end of the value at a path that has a place, or of its key."""
    place = locate(text)[path]
    named = isinstance(path[-1], str)
    if named and (of_key or place.key == place.value):
        match = _KEY.match(text, place.key)
        return place.key, match.end() if match else place.end
    return place.value, place.end


class _Lost(Exception):
    """The scanner does not understand the text."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Path, Place] = {}
        # The number of tables in each array of tables so far.
        self.lengths: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self.space() < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        """Read a header, `[a.b]` or `[[a.b]]`; returns the path of the table that follows."""
        start = self.at
        brackets = "[[" if self.text.startswith("[[", start) else "["
        self.at += len(brackets)
        parts = self.key()
        self.expect("]" * len(brackets))
        path: Path = ()
        for name, offset in parts[:-1]:
            path = self.inside((*path, name))
            self.note(path, offset, offset, offset + len(name))
        name, offset = parts[-1]
        path = (*path, name)
        if len(brackets) == 1:
            # A table that was only part of a longer header now has its own header.
            self.places[path] = Place(offset, start, self.at)
            return path
        self.note(path, offset, start, self.at)
        path = (*path, self.lengths.setdefault(path, 0))
        self.lengths[path[:-1]] += 1
        self.note(path, offset, start, self.at)
        return path

    def inside(self, path: Path) -> Path:
        """The path of a table; in an array of tables, of the last one."""
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def pair(self, table: Path) -> None:
        """Read `a.b = value`."""
        parts = self.key()
        self.expect("=")
        path = table
        for name, offset in parts[:-1]:
            path = (*path, name)
            self.note(path, offset, offset, offset + len(name))
        name, offset = parts[-1]
        self.value((*path, name), offset)

    def key(self) -> list[tuple[str, int]]:
        """Read a dotted key; returns its names, each with its offset."""
        parts = []
        while True:
            self.at = _end(_BLANK, self.text, self.at)
            start = self.at
            self.at = _end(_KEY, self.text, start)
            parts.append((_unquoted(self.text[start : self.at]), start))
            self.at = _end(_BLANK, self.text, self.at)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def value(self, path: Path, key: int | None = None) -> None:
        self.at = _end(_BLANK, self.text, self.at)
        start = self.at
        first = self.text[start : start + 1]
        if first == "[":
            self.elements(path)
        elif first == "{":
            self.inline_table(path)
        else:
            pattern = _STRING if first in ('"', "'") else _SCALAR
            self.at = _end(pattern, self.text, start)
        end = start + len(self.text[start : self.at].rstrip(" \t"))
        self.note(path, start if key is None else key, start, end)

    def elements(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.more("]"):
            self.value((*path, number))
            number += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self.more("}"):
            self.pair(path)

    def more(self, closing: str) -> bool:
        """Go to the next element, or past the closing bracket; returns whether there is one."""
        self.space()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.space()
        if self.at >= len(self.text):
            raise _Lost
        if self.text[self.at] == closing:
            self.at += 1
            return False
        return True

    def space(self) -> int:
        self.at = _end(_SPACE, self.text, self.at)
        return self.at

    def expect(self, text: str) -> None:
        if not self.text.startswith(text, self.at):
            raise _Lost
        self.at += len(text)

    def note(self, path: Path, key: int, value: int, end: int) -> None:
        self.places.setdefault(path, Place(key, value, end))


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    if match is None:
        raise _Lost
    return match.end()


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        text: str = loads(f"key = {key}")["key"]
    except ValueError:
        raise _Lost from None
    return text
