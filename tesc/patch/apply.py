"""Applies the hunks of a patch to a file's lines, in memory, or reverses them.

A hunk is searched for where its header says, then further and further away in both directions, as in git; all
of its context has to match. A hunk that begins with a file's first line fits only there, and one that ends
without context only at the end.
"""

from __future__ import annotations

from tesc.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.patch.parse import Hunk


@record
class Line:
    """A line with its line end. Lines that hunks do not change are the same objects afterwards."""

    text: str


@record
class Applied:
    """The lines with all hunks applied.

    `moved` is the sum of their distances from the expected places, `matched` how many lines had to match.
    """

    lines: tuple[Line, ...]
    moved: int
    matched: int


@record
class Misfit:
    """The first hunk that does not apply, by its number from 1."""

    hunk: int


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a file for patches, which only LF ends."""
    parts = text.split("\n")
    texts = [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
    return tuple(map(Line, texts))


def apply(lines: Sequence[Line], hunks: Sequence[Hunk], reverse: bool = False) -> Applied | Misfit:
    """The lines with a patch's hunks applied or, with `reverse`, reverted."""
    left = list(lines)
    # A later hunk cannot touch the lines of an earlier one.
    done = [False] * len(left)
    moved = matched = 0
    for number, hunk in enumerate(hunks, 1):
        old, new, start = (
            (hunk.new, hunk.old, hunk.old_start) if reverse else (hunk.old, hunk.new, hunk.new_start)
        )
        # A side without lines has the number of the line before it.
        expected = start - 1 if new else start
        at = _find(left, done, hunk, reverse, expected)
        if at is None:
            return Misfit(number)
        moved += abs(at - max(expected, 0))
        matched += len(old)
        made = _made(hunk, left[at : at + len(old)], reverse)
        left[at : at + len(old)] = made
        done[at : at + len(old)] = [True] * len(made)
    return Applied(tuple(left), moved, matched)


def with_line_ends(hunk: Hunk, end: str) -> Hunk:
    """A hunk with all line ends replaced by LF or CR LF."""
    from tesc.records import replace

    def ended(text: str) -> str:
        return f"{text[:-1].rstrip(chr(13))}{end}" if text.endswith("\n") else text

    return replace(
        hunk,
        old=tuple(map(ended, hunk.old)),
        new=tuple(map(ended, hunk.new)),
        changes=tuple((sign, ended(text)) for sign, text in hunk.changes),
    )


def _find(
    lines: Sequence[Line], done: Sequence[bool], hunk: Hunk, reverse: bool, expected: int
) -> int | None:
    """The index of a hunk's old lines; None if there is no match."""
    old = hunk.new if reverse else hunk.old
    last = len(lines) - len(old)

    def fits(at: int) -> bool:
        return not any(done[at : at + len(old)]) and all(
            lines[at + number].text == text for number, text in enumerate(old)
        )

    if last < 0:
        return None
    if any(sign == " " for sign, _ in hunk.changes):
        begins = (hunk.new_start if reverse else hunk.old_start) <= 1
        ends = hunk.changes[-1][0] != " "
        if begins or ends:
            # Less context than usual: the file had no more.
            at = 0 if begins else last
            return at if fits(at) and (not ends or at == last) else None
    return next((at for at in _outward(min(max(expected, 0), last), last) if fits(at)), None)


def _outward(begin: int, last: int) -> Iterator[int]:
    """The numbers from 0 to `last`, nearest to `begin` first; of two at equal distance, the higher first."""
    yield begin
    for away in range(1, max(begin, last - begin) + 1):
        if begin + away <= last:
            yield begin + away
        if begin - away >= 0:
            yield begin - away


def _made(hunk: Hunk, found: Sequence[Line], reverse: bool) -> list[Line]:
    """The new lines of a hunk; unchanged lines are the found objects."""
    old_sign, new_sign = "+-" if reverse else "-+"
    made = []
    place = iter(found)
    for sign, text in hunk.changes:
        if sign == new_sign:
            made.append(Line(text))
        else:
            line = next(place)
            if sign != old_sign:
                made.append(line)
    return made
