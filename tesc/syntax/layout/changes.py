"""Reports where a file is not in canonical layout: one error per line, with the edits that fix it."""

from __future__ import annotations

from tesc import codes
from tesc.syntax.layout.blocks import DISABLE, PREFIX, arranged, chunks_of, lines_of_chunks, misplaced
from tesc.syntax.layout.lines import laid_out
from tesc.syntax.layout.meaning import difference
from tesc.syntax.nodes import Edit, ParseError
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.layout.blocks import Chunk
    from tesc.syntax.layout.lines import Line
    from tesc.syntax.nodes import Tree

_MISPLACED = {
    PREFIX: "a file's prefix comes first",
    DISABLE: "disabled patterns go below the includes and above the events",
}


def changes(tree: Tree) -> list[ParseError]:
    """Where a source is not in canonical layout, sorted by position.

    Other rules report a missing final line end, and mixed line ends.
    """
    lines = laid_out(tree)
    runs = list(superfluous(lines))
    found = [_blank_lines(tree, lines, run) for run in runs]
    gone = {at for run in runs for at in run}
    found.extend(change for at, line in enumerate(lines) if at not in gone for change in _in_line(line))
    chunks = chunks_of(lines)
    better = arranged(chunks, tree)
    if better is not chunks:
        found.extend(_moves(tree, lines, better))
    return sorted(found, key=lambda change: (change.span.start, change.span.end))


def _in_line(line: Line) -> Iterator[ParseError]:
    """The wrong spaces of a line (too many, too few, tabs) as one error."""
    if line.layout == line.text:
        return
    edits = [
        Edit(Span(line.start + start, line.start + end), blank)
        for start, end, blank in differences(line.text, line.layout)
    ]
    span = Span(edits[0].span.start, edits[-1].span.end)
    if len(edits) == 1:
        yield ParseError(
            code=codes.NOT_CANONICAL,
            span=span,
            message=_one_blank(line, edits[0]),
            help=None,
            edits=tuple(edits),
        )
    else:
        message = "this line is not in canonical layout"
        yield ParseError(
            code=codes.NOT_CANONICAL,
            span=span,
            message=message,
            help=f"write {_excerpt(line, span)}",
            edits=tuple(edits),
        )


def _one_blank(line: Line, edit: Edit) -> str:
    """The message for a line that needs only one edit."""
    begin, end = edit.span.start - line.start, edit.span.end - line.start
    if end == len(line.text):
        return "spaces at the end of a line"
    if begin == end:
        return "expected one space here"
    beside = line.text[begin - 1 : begin] + line.text[end]
    return "one space is enough here" if edit.text or beside.strip(" ") != beside else "no space belongs here"


def _excerpt(line: Line, span: Span) -> str:
    """The canonical layout of part of a line, with the words that it touches."""
    begin, tail = span.start - line.start, line.start + len(line.text) - span.end
    made = line.layout
    end = len(made) - tail
    while begin and made[begin - 1] not in " (,":
        begin -= 1
    while end < len(made) and made[end] not in " ),":
        end += 1
    return made[begin:end].strip()


def differences(old: str, new: str) -> list[tuple[int, int, str]]:
    """The differences of two texts that differ only in spaces: start and end in `old`, and the new text."""
    found = []
    at = to = 0
    while at < len(old) or to < len(new):
        if old[at : at + 1] == new[to : to + 1]:
            at, to = at + 1, to + 1
            continue
        begin, start = at, to
        while old[at : at + 1] in (" ", "\t"):
            at += 1
        while new[to : to + 1] in (" ", "\t"):
            to += 1
        found.append((begin, at, new[start:to]))
    return found


def superfluous(lines: list[Line]) -> Iterator[range]:
    """Runs of superfluous blank lines: all at the start and end of a file, all except one elsewhere."""
    at = 0
    while at < len(lines):
        if not lines[at].is_blank:
            at += 1
            continue
        begin = at
        while at < len(lines) and lines[at].is_blank:
            at += 1
        first = begin if begin == 0 or at == len(lines) else begin + 1
        if first < at:
            yield range(first, at)


def _blank_lines(tree: Tree, lines: list[Line], run: range) -> ParseError:
    end = lines[run.stop].start if run.stop < len(lines) else len(tree.source.text)
    span = Span(lines[run.start].start, end)
    message = "a superfluous blank line" if len(run) == 1 else f"{len(run)} superfluous blank lines"
    return ParseError(
        code=codes.NOT_CANONICAL,
        span=span,
        message=message,
        help=None,
        edits=(Edit(span, ""),),
    )


def _moves(tree: Tree, lines: list[Line], better: list[Chunk]) -> Iterator[ParseError]:
    """Errors for directives in the wrong place; the first one's edit moves them all."""
    made = lines_of_chunks(better)
    moved = parse(Source(tree.source.path, "".join(f"{line}\n" for line in made)))
    if difference(tree, moved) is not None:
        return
    edits: tuple[Edit, ...] = (_rewritten(tree, lines, made),)
    for chunk in misplaced(chunks_of(lines)):
        item = chunk.lines[-1].item
        assert item is not None
        message = _MISPLACED[chunk.kind]
        yield ParseError(
            code=codes.NOT_CANONICAL,
            span=item.span,
            message=message,
            help="'tesc fmt' moves it there",
            edits=edits,
        )
        edits = ()


def _rewritten(tree: Tree, lines: list[Line], made: list[str]) -> Edit:
    """One edit that replaces lines of a source, except those at both ends that stay the same."""
    old = [line.text for line in lines]
    head = next((at for at, pair in enumerate(zip(old, made)) if pair[0] != pair[1]), 0)
    tail = 0
    while tail < min(len(old), len(made)) - head and old[-1 - tail] == made[-1 - tail]:
        tail += 1
    # Blank lines next to the edit are part of it, since another error's edit may remove one of them.
    while head and lines[head - 1].is_blank:
        head -= 1
    while tail and lines[-tail].is_blank:
        tail -= 1
    end = lines[len(old) - tail].start if tail else len(tree.source.text)
    return Edit(Span(lines[head].start, end), "".join(f"{line}\n" for line in made[head : len(made) - tail]))
