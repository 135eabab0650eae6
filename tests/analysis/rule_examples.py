"""Reads the examples of rules, rules/*.md, and the findings that each example must have.

rules/CODE.md has a rule's examples. Each is a block ```trace-events, or several without text between
them, for files that are checked together. Below a line of code is what is found in it, marked by `^`
where it is, or by `|` before the character at which something is missing:

    alone(uint64_t addr) "%d"
                          ^^ CODE message
                          severity: warning
                          help: what to write instead
                          related: PATH:LINE:COLUMN-LINE:COLUMN message
                          fix(safe): each line that the fix changes, as it is afterwards

with the severity if it is not the rule's default. Nothing else may be found. A line's end is marked by a
`^` after its last character. A finding that spans several lines is marked below each of them, and described
below the last.

Blocks ```c and ```rust are sources that use the events. Files in the folders before and after are two
versions of a tree; what is found in the second has paths without `after/`.

Words after ```trace-events say how to check: `profile=qemu`, `max-args=10`, `select=TE301,TE302`
(otherwise all rules that are on by default run), `file=a/trace-events`, and how to write the file: `crlf`,
`cr`, `latin-1`, `no-final-newline`. `{U+00A0}` is a character that would be hard to see, both in files and
in findings. With `times=20` there are that many files: in their paths and texts, `{N}` is the file's number,
from 0, and `{N+1}` the next one; nothing can be marked in them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

# A finding: `PATH:LINE:COLUMN-LINE:COLUMN CODE message`, and the lines that describe it further.
Finding = list[str]

_BLOCK = re.compile(r"^```(?:trace-events|c|rust)\b([^\n]*)\n(.*?)^```$", re.M | re.S)
_MARK = re.compile(r"( *)(\^+|\|)(?: (TE\d{3} .*))?$")
_MORE = re.compile(r"severity: |help: |related: |fix\((?:safe|unsafe)\):")
_UNSEEN = re.compile(r"\{U\+([0-9A-F]{4,6})\}")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Mark(NamedTuple):
    """A finding marked below a file's lines; lines and columns count from 0."""

    start: tuple[int, int]
    end: tuple[int, int]
    about: list[str]


class File:
    """One file of an example."""

    def __init__(self, words: list[str], lines: list[str]) -> None:
        options = dict(word.partition("=")[::2] for word in words)
        known = {"profile", "max-args", "select", "file", "crlf", "cr", "latin-1"}
        known |= {"no-final-newline", "times"}
        assert options.keys() <= known, f"unknown words: {options.keys() - known}"
        self.options = options
        self.path = options.get("file", "trace-events")
        end = "\r\n" if "crlf" in options else "\r" if "cr" in options else "\n"
        self.lines = [_UNSEEN.sub(lambda match: chr(int(match[1], 16)), line) + end for line in lines]
        if "no-final-newline" in options:
            self.lines[-1] = self.lines[-1][: -len(end)]
        self.data = "".join(self.lines).encode("latin-1" if "latin-1" in options else "utf-8")

    def found(self, mark: Mark) -> Finding:
        path = self.path.removeprefix("after/")
        head, *more = mark.about
        return [f"{path}:{self.place(*mark.start)}-{self.place(*mark.end)} {head}", *more]

    def place(self, line: int, column: int) -> str:
        """A place in the file, given as in the example; in the file, a carriage return also ends a line."""
        assert column <= len(self.lines[line]), "a mark below nothing"
        text = "".join(self.lines)
        offset = len("".join(self.lines[:line])) + column
        starts = [0, *(end.end() for end in _LINE_END.finditer(text) if end.end() < len(text))]
        row = bisect_right(starts, offset)
        return f"{row}:{offset - starts[row - 1] + 1}"


def examples_of(text: str) -> list[tuple[list[File], list[Finding]]]:
    """The files of each example, and the findings in them."""
    examples: list[tuple[list[File], list[Finding]]] = []
    end = 0
    for block in _BLOCK.finditer(text):
        if not examples or text[end : block.start()].strip():
            examples.append(([], []))
        end = block.end()
        files, findings = examples[-1]
        lines, marks = marked(block[2])
        made = numbered(block[1].split(), lines)
        assert len(made) == 1 or not marks, "marks in several files of one block"
        files += made
        findings += [made[0].found(mark) for mark in marks]
    return examples


def numbered(words: list[str], lines: list[str]) -> list[File]:
    """The file of a block, or several with `times`."""
    times = next((int(word[6:]) for word in words if word.startswith("times=")), 0)
    if not times:
        return [File(words, lines)]

    def number(parts: list[str], n: int) -> list[str]:
        return [part.replace("{N}", str(n)).replace("{N+1}", str(n + 1)) for part in parts]

    return [File(number(words, n), number(lines, n)) for n in range(times)]


def marked(body: str) -> tuple[list[str], list[Mark]]:
    """A block's lines of code, and the findings marked below them."""
    code: list[str] = []
    marks: list[Mark] = []
    margin = None
    start = None
    for line in body.splitlines():
        mark = _MARK.match(line)
        if mark is not None:
            margin, sign, head = mark.groups()
            row, column = len(code) - 1, len(margin)
            start = start or (row, column)
            if head is not None:
                end = column + (len(sign) if sign != "|" else 0)
                marks.append(Mark(start, (row, end), [head]))
                start = None
        elif margin is not None and line.startswith(margin) and _MORE.match(line, len(margin)):
            marks[-1].about.append(line[len(margin) :])
        else:
            margin = None
            code.append(line)
    return code, marks


def visible(text: str) -> str:
    """A text as written in the examples."""
    return "".join(c if c.isprintable() else f"{{U+{ord(c):04X}}}" for c in text)
