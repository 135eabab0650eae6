"""Diagnostics for people: the place, the message, the line with carets under it, what to write."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate

from tesc.cli.output.concise import heading
from tesc.escaping import printable
from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.syntax.source import Span

_COLORS = {"error": "31", "warning": "33", "information": "36"}
_TAB = 4
# The maximum number of findings of a kind that are shown.
_FEW = 5
_MANY_NOTES = 10
_LONG_LINE = 5_000
# Context on both sides of a place in a line that is too long.
_CONTEXT = 24
# Marks where such a line is cut.
_CUT = "..."


@record
class _Mark:
    """A place in the excerpt's line: columns from 0, the character to draw under it, and a label."""

    start: int
    end: int
    sign: str
    label: str


def render(
    diagnostics: Sequence[Diagnostic], color: bool = False, width: int = 110, all_notes: bool = True
) -> str:
    """All diagnostics; `width` is that of the terminal, in columns.

    Of one rule's findings about one event in a line, only the first few are shown. So are, unless
    `all_notes`, a rule's notes in a whole tree.
    """
    notes = Counter(d.code for d in diagnostics if d.severity == "information")
    noted: Counter[str] = Counter()
    in_line: Counter[tuple[str, int, str, str | None]] = Counter()
    parts = []
    for diagnostic in diagnostics:
        code = diagnostic.code
        line, _ = diagnostic.source.place(diagnostic.span.start)
        key = (diagnostic.source.path, line, code, diagnostic.event)
        in_line[key] += 1
        if diagnostic.severity == "information":
            noted[code] += 1
            if not all_notes and notes[code] > _MANY_NOTES and noted[code] > _FEW:
                continue
        if in_line[key] <= _FEW:
            parts.append(_one(diagnostic, color, width))
    left_out = []
    for (path, line, code, _), number in in_line.items():
        if number > _FEW:
            left_out.append(f"{path}:{line}: {number - _FEW:,} more of {code} in this line\n")
    if not all_notes:
        for code, number in sorted(notes.items()):
            if number > _MANY_NOTES:
                left_out.append(f"{number - _FEW:,} more notes of {code}: --select {code} shows them\n")
    return "".join([*parts, *left_out, "\n" if left_out else ""])


def _one(diagnostic: Diagnostic, color: bool, width: int) -> str:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color and text else text

    tint = _COLORS[diagnostic.severity]
    head = printable(heading(diagnostic))
    if color:
        where, what, message = re.split(r"(?<=: )(\w+\[\w+\])", head, maxsplit=1)
        head = paint(where[:-2], "1") + ": " + paint(what, f"1;{tint}") + paint(message, "1")
    line, _ = diagnostic.source.place(diagnostic.span.start)
    margin = " " * len(str(line))
    bar = paint("|", "34")
    shown, marks = _excerpt(diagnostic, line, width - len(margin) - 3)
    lines = [head]
    if not diagnostic.source.outside:
        lines += [f"{margin} {bar}", f"{paint(str(line), '34')} {bar} {shown}"]
        lines += [f"{margin} {bar} {paint(printable(row), tint)}".rstrip() for row in _rows(marks)]
    for related in diagnostic.related:
        place = diagnostic.source.place(related.span.start)
        if related.source is not diagnostic.source or place[0] != line:
            at = "{}:{}".format(*related.source.place(related.span.start))
            said = printable(f"{related.source.path}:{at}: {related.message}")
            lines.append(f"{margin} {paint('=', '34')} note: {said}")
    if diagnostic.help:
        lines.append(f"{margin} {paint('=', '34')} help: {printable(diagnostic.help)}")
    return "\n".join(lines) + "\n\n"


def _excerpt(diagnostic: Diagnostic, line: int, width: int) -> tuple[str, list[_Mark]]:
    """The line as it is printed, and what to mark in it."""
    source = diagnostic.source
    text = source.line_text(line)
    first = source.line_starts[line - 1]
    # Of a huge line, only the part around the finding is processed.
    cut = max(diagnostic.span.start - first - width, 0) if len(text) > _LONG_LINE else 0
    if len(text) > _LONG_LINE:
        text = text[cut : cut + 4 * width]
    shown: Sequence[str] = text
    columns: Sequence[int] = range(len(text) + 1)
    if not (text.isascii() and text.isprintable()):
        shown = [_shown(char) for char in text]
        columns = [0, *accumulate(map(_columns, shown))]
    first += cut
    marks = [_mark(diagnostic.span, first, columns, "^", "")]
    for related in diagnostic.related:
        here = related.source is source and source.place(related.span.start)[0] == line
        if here and related.span.start >= first:
            marks.append(_mark(related.span, first, columns, "-", related.message))
    return _clipped(shown, columns, marks, width)


def _mark(span: Span, first: int, columns: Sequence[int], sign: str, label: str) -> _Mark:
    """The mark of a span in a text whose first character is at offset `first` of the source."""
    start = min(span.start - first, len(columns) - 1)
    end = min(max(span.end - first, start), len(columns) - 1)
    # An empty span is drawn as one caret.
    return _Mark(columns[start], max(columns[end], columns[start] + 1), sign, label)


def _clipped(
    shown: Sequence[str], columns: Sequence[int], marks: list[_Mark], width: int
) -> tuple[str, list[_Mark]]:
    """A line that does not fit, cut so that the first mark is visible.

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
    # A mark may be one column after the end, and continues below the dots.
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
    """A character in a form that is safe and useful to print."""
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
