"""Reads a configuration file: text, TOML, and the schema's errors."""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache

from tesc.config.errors import BadConfiguration, ConfigError
from tesc.config.lookup import PYPROJECT
from tesc.config.positions import extent, line_and_column, locate
from tesc.config.toml import loads
from tesc.files import MAX_SOURCE_BYTES, relative
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tesc.config.positions import Path

_INVALID = "Invalid value"
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE = ("Cannot overwrite a value", "Cannot declare ")
_NAMED = re.compile(r"[ \t]*(?:\[+[ \t]*(?P<table>[^\]\n]*?)[ \t]*\]|(?P<key>[^\s=\[]+)[ \t]*=)")
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_TABLE = ("tool", "tesc")


@record
class Configuration:
    """A valid configuration file.

    `path` and its folder `root` are absolute; `table` is the path of its table in the document.
    """

    path: str
    text: str
    table: Path
    values: Mapping[str, Any]

    @property
    def root(self) -> str:
        return os.path.dirname(self.path)

    @property
    def shown(self) -> str:
        """The path for messages."""
        return relative(self.path)

    def extent(self, *keys: str | int) -> tuple[int, int]:
        """The start and end offset of a value; of what contains it if it is missing."""
        return _extent(self.text, (*self.table, *keys), of_key=False)

    def place(self, *keys: str | int, of_key: bool = False) -> tuple[int, int]:
        """The line and column of a value or its key; of what contains it if it is missing."""
        return line_and_column(self.text, _extent(self.text, (*self.table, *keys), of_key)[0])

    def error(self, message: str, *keys: str | int, of_key: bool = False) -> ConfigError:
        """An error in the value at `keys`, or in its key."""
        return _problem(self.shown, self.text, _extent(self.text, (*self.table, *keys), of_key), message)


def load(path: str) -> Configuration:
    """The configuration in a file with any name.

    Raises BadConfiguration with all its errors.
    """
    path = os.path.abspath(path)
    return _checked(path, _read(path))


# Cached, since each folder of a run loads the configuration.
@lru_cache(maxsize=32)
def _checked(path: str, data: bytes) -> Configuration:
    text, values = _parsed(path, data)
    table: Path = _TABLE if os.path.basename(path) == PYPROJECT else ()
    for key in table:
        if not isinstance(values, dict) or key not in values:
            raise _unusable(path, "has no table [tool.tesc]")
        values = values[key]
    from tesc.config.validation import mistakes

    try:
        found = sorted(
            (_extent(text, (*table, *mistake.path), mistake.of_key), mistake.message)
            for mistake in mistakes(values, f"{table}{text}")
        )
    except RecursionError:
        raise _unusable(path, "nested too deeply") from None
    if found:
        raise BadConfiguration([_problem(relative(path), text, place, message) for place, message in found])
    return Configuration(path, text, table, values)


def holds_table(path: str) -> bool:
    """Whether a pyproject.toml has the table [tool.tesc]. Raises BadConfiguration."""
    tool = _parsed(path, _read(path))[1].get("tool")
    return isinstance(tool, dict) and "tesc" in tool


def _read(path: str) -> bytes:
    """A file's bytes. Raises BadConfiguration."""
    try:
        status = os.stat(path)
        if os.path.isdir(path):
            raise _unusable(path, "a folder, not a configuration file")
        regular = stat.S_ISREG(status.st_mode)
        if not regular and os.path.basename(path) in (PYPROJECT, "tesc.toml"):
            # Reading must not block, since the user did not name the file.
            raise _unusable(path, "not a regular file")
        with open(path, "rb") as file:
            data = file.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    if len(data) > MAX_SOURCE_BYTES:
        raise _unusable(path, f"larger than {MAX_SOURCE_BYTES // (1024 * 1024)} MiB")
    return data


def _parsed(path: str, data: bytes) -> tuple[str, Any]:
    """A file's text, and its values. Raises BadConfiguration."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n")
        raise _wrong(path, before, len(before), "a byte that is not UTF-8") from None
    # Editors on Windows may begin files with a byte order mark.
    text = text[text.startswith("\ufeff") :].replace("\r\n", "\n")
    try:
        return text, loads(text)
    except RecursionError:
        raise _unusable(path, "nested too deeply") from None
    except ValueError as error:
        raise _syntax_error(path, text, str(error)) from None


def _syntax_error(path: str, text: str, message: str) -> BadConfiguration:
    match = _TOML_PLACE.search(message)
    if match is None:
        return _unusable(path, message)
    said = message[: match.start()]
    if said.startswith(_TWICE):
        return _given_twice(path, text, int(match[1]) if match[1] else text.rstrip("\n").count("\n") + 1)
    if match[1]:
        line, column = int(match[1]), int(match[2])
        whole = text.split("\n")[line - 1]
        before, rest = whole[: column - 1], whole[column - 1 :]
        if said == _INVALID:
            said = _no_value(rest)
        wrong = _TOKEN.match(rest)
        return BadConfiguration(
            [
                ConfigError(
                    path=relative(path),
                    line=line,
                    column=column,
                    message=said,
                    before=before,
                    text=wrong[0] if wrong else "",
                )
            ]
        )
    return _wrong(path, text, len(text.rstrip("\n")), f"{said} before the end")


def _given_twice(path: str, text: str, line: int) -> BadConfiguration:
    """The error for a key or table that is given twice; the second one ends in this line."""
    begin = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    found = _NAMED.match(text, begin)
    if found is None:
        return _wrong(path, text, begin, "the value that ends here is for a key that already has one")
    name, kind = (found["key"], "key") if found["key"] else (found["table"], "table")
    place = found.span("key" if found["key"] else "table")
    return BadConfiguration([_problem(relative(path), text, place, f"the {kind} '{name}' is given twice")])


def _no_value(rest: str) -> str:
    """The message for a missing value; usually quotes are missing."""
    word = re.match(r"[A-Za-z_][^\s,=\[\]{}#'\"]*", rest)
    if word is None or rest[word.end() :].lstrip(" \t").startswith("="):
        return "expected a value"
    return f"'{word[0]}' is not a value; text must be in quotes: \"{word[0]}\""


def _unusable(path: str, message: str) -> BadConfiguration:
    return BadConfiguration([ConfigError(relative(path), 0, 0, message)])


def link_elsewhere(path: str) -> BadConfiguration:
    """The error for a link out of the project to another file, whose text must not get into logs."""
    return _unusable(path, f"a link to '{os.path.realpath(path)}', which is not a configuration of tesc")


def _wrong(path: str, text: str, offset: int, message: str) -> BadConfiguration:
    return BadConfiguration([_problem(relative(path), text, (offset, offset), message)])


def _problem(shown: str, text: str, place: tuple[int, int], message: str) -> ConfigError:
    """An error in a document, between two offsets."""
    begin, end = place
    before = text[text.rfind("\n", 0, begin) + 1 : begin]
    line, column = line_and_column(text, begin)
    return ConfigError(
        path=shown, line=line, column=column, message=message, before=before, text=text[begin:end]
    )


def _extent(text: str, path: Path, of_key: bool) -> tuple[int, int]:
    """The start and end of a value or its key; of what contains it if it is missing."""
    places = locate(text)
    while path and path not in places:
        path, of_key = path[:-1], False
    return extent(text, path, of_key) if path else (0, 0)
