"""Diagnostics for people: the place, what is wrong, the line with carets under it, what to write."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from itertools import accumulate

from tesc.cli.output.concise import heading
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.source import Source, Span

_COLORS = {"error": "31", "warning": "33", "information": "36"}
_TAB = 4
# Context that is kept on both sides of a place in a line that is too long.
_CONTEXT = 24
# Stands for what is cut off such a line.
_CUT = "..."


@record
class _Mark:
    """A place in the excerpt's line: columns from 0, the sign to draw under it, and a label."""

    start: int
    end: int
    sign: str
    label: str


def render(diagnostics: Sequence[Diagnostic], color: bool = False, width: int = 110) -> str:
    """All diagnostics; `width` is that of the terminal, in columns."""
    return "".join(_one(diagnostic, color, width) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, color: bool, width: int) -> str:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color and text else text

    tint = _COLORS[diagnostic.severity]
    head = heading(diagnostic)
    if color:
        where, what, message = head.partition(f": {diagnostic.severity}[{diagnostic.code}]")
        head = paint(where, "1") + ": " + paint(what[2:], f"1;{tint}") + paint(message, "1")
    line, _ = diagnostic.source.place(diagnostic.span.start)
    margin = " " * len(str(line))
    bar = paint("|", "34")
    shown, marks = _excerpt(diagnostic, line, width - len(margin) - 3)
    lines = [head, f"{margin} {bar}", f"{paint(str(line), '34')} {bar} {shown}"]
    for row in _rows(marks):
        lines.append(f"{margin} {bar} {paint(row, tint)}".rstrip())
    for related in diagnostic.related:
        place = diagnostic.source.place(related.span.start)
        if related.source is not diagnostic.source or place[0] != line:
            at = "{}:{}".format(*related.source.place(related.span.start))
            lines.append(f"{margin} {paint('=', '34')} note: {related.source.path}:{at}: {related.message}")
    if diagnostic.help:
        lines.append(f"{margin} {paint('=', '34')} help: {diagnostic.help}")
    return "\n".join(lines) + "\n\n"


def _excerpt(diagnostic: Diagnostic, line: int, width: int) -> tuple[str, list[_Mark]]:
    """The line as it is printed, and what to mark in it."""
    source = diagnostic.source
    text = source.line_text(line)
    shown: Sequence[str] = text
    columns: Sequence[int] = range(len(text) + 1)
    if not (text.isascii() and text.isprintable()):
        shown = [_shown(char) for char in text]
        columns = [0, *accumulate(map(_columns, shown))]
    marks = [_mark(source, diagnostic.span, line, columns, "^", "")]
    for related in diagnostic.related:
        if related.source is source and source.place(related.span.start)[0] == line:
            marks.append(_mark(source, related.span, line, columns, "-", related.message))
    return _clipped(shown, columns, marks, width)


def _mark(source: Source, span: Span, line: int, columns: Sequence[int], sign: str, label: str) -> _Mark:
    first = source.line_starts[line - 1]
    start = min(span.start - first, len(columns) - 1)
    end = min(max(span.end - first, start), len(columns) - 1)
    # A place between two characters is drawn as one caret.
    return _Mark(columns[start], max(columns[end], columns[start] + 1), sign, label)


def _clipped(
    shown: Sequence[str], columns: Sequence[int], marks: list[_Mark], width: int
) -> tuple[str, list[_Mark]]:
    """A line that does not fit, cut so that the first mark is seen.

    `columns` are those at which the characters in `shown` begin, and the one after the last.
    """
    width = max(width, 3 * _CONTEXT)
    total = columns[-1]
    if total <= width:
        return "".join(shown), marks
    first = bisect_left(columns, min(max(marks[0].start - _CONTEXT, 0), total - width + len(_CUT)))
    before = _CUT if first else ""
    room = columns[first] + width - len(before)
    after = _CUT if total > room else ""
    last = bisect_right(columns, room - len(after)) - 1
    shift = len(before) - columns[first]
    # A mark may stand one column after the end, and runs on below the dots.
    limit = columns[last] + max(len(after), 1)
    moved = [
        _Mark(mark.start + shift, min(mark.end, limit) + shift, mark.sign, mark.label)
        for mark in marks
        if columns[first] <= mark.start < limit
    ]
    return before + "".join(shown[first:last]) + after, moved


def _rows(marks: list[_Mark]) -> list[str]:
    """The line of carets, then a label under each mark that has one."""
    row = ""
    for mark in sorted(marks, key=lambda m: m.start):
        if mark.start >= len(row):
            row += " " * (mark.start - len(row)) + mark.sign * (mark.end - mark.start)
    rows = [row]
    rows.extend(f"{' ' * mark.start}{mark.label}" for mark in marks if mark.label)
    return rows


def _shown(char: str) -> str:
    """A character as it is safe and useful to print."""
    if " " <= char <= "~":
        return char
    if char == "\t":
        return " " * _TAB
    return char if char.isprintable() else "\ufffd"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
