"""Parses unified diffs of git and diff, with any text around them.

As in sources, bytes that are not UTF-8 are lone surrogates in texts. Lines end with LF; a carriage return
before it belongs to the line.
"""

from __future__ import annotations

import re

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_COMBINED = re.compile(r"diff --(?:cc|combined) |@@@+ -")
_BINARY = re.compile(r"Binary files (.*) and (.*) differ\r?$|GIT binary patch\r?$")
# The date that GNU diff writes for a file that does not exist, in any time zone.
_NEVER = re.compile(r"\t(?:1970-01-01|1969-12-31) ")
# Lines between `diff --git` and the diff.
_EXTENDED = re.compile(r"(?:old|new|deleted) (?:file )?mode |(?:dis)?similarity |index ")
_ESCAPES = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
NOWHERE = "/dev/null"


class BadPatch(Exception):
    """A text is not a valid patch, or does not apply; the message says where."""


@record
class Hunk:
    """A part of a file before and after, as lines with their ends.

    `old_start` and `new_start` are the numbers of its first lines in the patch; `changes` are its lines in
    order, each with its sign: space, minus or plus.
    """

    old_start: int
    new_start: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]


@record
class FilePatch:
    """What a patch does to one file.

    `old` and `new` are its names as written, with a git diff's `a/` and `b/`; None if it does not exist
    before or after. `renamed` is true if it moves from `old` to `new`; then, in git's patches, both are
    without `a/` and `b/`.
    """

    old: str | None
    new: str | None
    renamed: bool
    binary: bool
    hunks: tuple[Hunk, ...]


def parse_patch(text: str) -> list[FilePatch]:
    """The files that a text's diffs change, in order. Raises BadPatch."""
    return _Parser(text).files()


class _Parser:
    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        self._lines = lines
        self._at = 0
        self._end = ""
        self._found: list[FilePatch] = []

    def files(self) -> list[FilePatch]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.startswith("diff --git "):
                self._git()
            elif self._is_header():
                self._file()
            elif _COMBINED.match(line):
                raise BadPatch(
                    f"line {self._at + 1}: a merge's combined diff, which can't be applied; "
                    "give the diff against one of its parents"
                )
            else:
                self._at += 1
        return self._found

    def _is_header(self) -> bool:
        """Whether a file's diff begins with the next three lines."""
        here = self._lines[self._at : self._at + 3]
        return (
            len(here) == 3
            and here[0].startswith("--- ")
            and here[1].startswith("+++ ")
            and _HUNK.match(here[2]) is not None
        )

    def _git(self) -> None:
        """Parse a line `diff --git` and the diff after it."""
        begin = self._lines[self._at]
        source = target = None
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if self._is_header():
                self._file(source, target)
                return
            binary = _BINARY.match(line)
            if binary:
                half = (len(begin) - 11) // 2
                names = binary.groups() if binary[1] else (begin[11 : 11 + half], begin[12 + half :])
                old, new = (None if name == NOWHERE else _unquoted(name) for name in names)
                self._found.append(FilePatch(old=old, new=new, renamed=False, binary=True, hunks=()))
                return
            if line.startswith("copy "):
                name = _unquoted(line.split(" ", 2)[2])
                raise BadPatch(f"line {self._at + 1}: a copy of {name}; make the diff without 'git diff -C'")
            if line.startswith("rename from "):
                source = _unquoted(line[12:])
            elif line.startswith("rename to "):
                target = _unquoted(line[10:])
            elif not _EXTENDED.match(line):
                break
            self._at += 1
        if source is not None and target is not None:
            self._found.append(FilePatch(old=source, new=target, renamed=True, binary=False, hunks=()))

    def _file(self, source: str | None = None, target: str | None = None) -> None:
        """Parse a file's diff from its `---` on; `source` and `target` are its names if it is renamed."""
        before, after = self._lines[self._at][4:], self._lines[self._at + 1][4:]
        old, new = _path(before), _path(after)
        # A diff has no such line here, so it belongs to the mail.
        self._end = "\r" if before.endswith("\r") else ""
        self._at += 2
        hunks: list[Hunk] = []
        while self._at < len(self._lines) and _HUNK.match(self._lines[self._at]):
            hunks.append(self._hunk(new or old or NOWHERE, len(hunks) + 1))
        only = hunks[0] if len(hunks) == 1 else None
        if _NEVER.search(before) and only and not only.old and not only.old_start:
            old = None
        if _NEVER.search(after) and only and not only.new and not only.new_start:
            new = None
        renamed = source is not None and target is not None
        if renamed:
            old, new = source, target
        self._found.append(FilePatch(old=old, new=new, renamed=renamed, binary=False, hunks=tuple(hunks)))

    def _hunk(self, name: str, number: int) -> Hunk:
        found = _HUNK.match(self._lines[self._at])
        assert found is not None
        old_start, old_left, new_start, new_left = (
            int(part) if part is not None else 1 for part in found.groups()
        )
        begin = self._at = self._at + 1
        changes: list[tuple[str, str]] = []
        while old_left > 0 or new_left > 0:
            line = self._lines[self._at] if self._at < len(self._lines) else "end"
            if self._end and line.endswith("\r"):
                line = line[:-1]
            # Mails lose the space of an empty line.
            sign, text = (line[0], line[1:]) if line.strip("\r") else (" ", line)
            if sign == "\\" and changes:
                _cut(changes)
                self._at += 1
                continue
            if sign not in " -+" or (sign != "+" and not old_left) or (sign != "-" and not new_left):
                raise BadPatch(
                    f"line {self._at + 1}: hunk {number} of {name} ends after "
                    f"{self._at - begin} lines, before its header says so"
                )
            old_left -= sign != "+"
            new_left -= sign != "-"
            changes.append((sign, f"{text}\n"))
            self._at += 1
        if changes and self._at < len(self._lines) and self._lines[self._at].startswith("\\"):
            _cut(changes)
            self._at += 1
        return Hunk(
            old_start=old_start,
            new_start=new_start,
            old=_side(changes, "+"),
            new=_side(changes, "-"),
            changes=tuple(changes),
        )


def _cut(changes: list[tuple[str, str]]) -> None:
    """Remove the line end of the last line: the file has none there."""
    sign, text = changes[-1]
    if text.endswith("\n"):
        changes[-1] = (sign, text[:-1])


def _side(changes: Sequence[tuple[str, str]], other: str) -> tuple[str, ...]:
    return tuple(text for sign, text in changes if sign != other)


def _path(header: str) -> str | None:
    """The name after `---` or `+++`; a date may follow after a tab."""
    name = _unquoted(header) if header.startswith('"') else header.partition("\t")[0].rstrip("\r")
    return None if name == NOWHERE else name


def _unquoted(name: str) -> str:
    """A name without its quotes and C escapes."""
    name = name.rstrip("\r")
    found = re.match(r'"((?:[^"\\]|\\.)*)"', name)
    if found is None:
        return name
    plain = re.sub(r"\\([0-7]{1,3}|.)", _unescaped, found[1])
    # Octal escapes are bytes, everything else is text.
    data = b"".join(
        bytes([ord(char) - 0xF000])
        if 0xF000 <= ord(char) < 0xF100
        else char.encode("utf-8", "surrogateescape")
        for char in plain
    )
    return data.decode("utf-8", "surrogateescape")


def _unescaped(found: re.Match[str]) -> str:
    word = found[1]
    if word[0] in "01234567":
        return chr(0xF000 + (int(word, 8) & 0xFF))
    return _ESCAPES.get(word, word)
