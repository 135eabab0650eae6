"""The edits that give a source canonical layout, as few and as small as possible."""

from __future__ import annotations

from difflib import SequenceMatcher

from tesc.syntax.layout.blocks import arranged, chunks_of, lines_of_chunks
from tesc.syntax.layout.changes import changes, differences, superfluous
from tesc.syntax.layout.lines import laid_out
from tesc.syntax.layout.meaning import difference
from tesc.syntax.nodes import Edit
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tesc.syntax.layout.lines import Line
    from tesc.syntax.nodes import ParseError, Tree

# If directives move over more lines than this, the lines are replaced as a whole: comparing them would take
# too long.
_MOST_COMPARED = 3000


def edits(tree: Tree) -> list[Edit]:
    """Edits that turn a source into its `canonical` text, sorted, and no two of them adjacent.

    Empty if they would change the meaning, which should never happen.
    """
    lines = laid_out(tree)
    chunks = chunks_of(lines)
    made = lines_of_chunks(chunks)
    better = arranged(chunks, tree)
    if better is not chunks:
        moved = lines_of_chunks(better)
        if _means_the_same(tree, "".join(f"{line}\n" for line in moved)):
            made = moved
    found = _joined(_edits(tree.source.text, lines, made))
    after = applied(tree.source.text, found)
    if after != "".join(f"{line}\n" for line in made) or not _means_the_same(tree, after):
        return []
    return found


def edits_within(tree: Tree, first: int, last: int) -> list[Edit]:
    """The `edits` of the lines from `first` to `last`, counted from 1; line ends do not change."""
    source = tree.source
    starts = source.line_starts
    if first > len(starts):
        return []
    start = starts[first - 1]
    end = starts[last] if last < len(starts) else len(source.text)
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    found: list[Edit] = []
    # Moves come first: they include all other changes to their lines, so no edits overlap.
    moved = Span(0, 0)
    for error in sorted(changes(tree), key=lambda one: not _moves(one)):
        mine = [edit for edit in error.edits if start <= edit.span.start and edit.span.end <= end]
        if len(mine) < len(error.edits):
            continue
        if _moves(error):
            moved = mine[0].span
        elif any(edit.span.start < moved.end and moved.start < edit.span.end for edit in mine):
            continue
        found.extend(Edit(edit.span, edit.text.replace("\n", line_end)) for edit in mine)
    found = _joined(sorted(found, key=lambda edit: edit.span.start))
    return found if _means_the_same(tree, applied(source.text, found)) else []


def _moves(error: ParseError) -> bool:
    return any("\n" in edit.text for edit in error.edits)


def edits_in_line(tree: Tree, number: int) -> list[Edit]:
    """The edits for the spaces of one line, counted from 1."""
    lines = laid_out(tree)
    if not 1 <= number <= len(lines):
        return []
    found = list(_in_line(lines[number - 1]))
    return found if _means_the_same(tree, applied(tree.source.text, found)) else []


def applied(text: str, found: Sequence[Edit]) -> str:
    """The text after edits, which are sorted and do not overlap."""
    parts = []
    at = 0
    for edit in found:
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _means_the_same(tree: Tree, text: str) -> bool:
    return text == tree.source.text or difference(tree, parse(Source(tree.source.path, text))) is None


def _edits(text: str, lines: list[Line], made: list[str]) -> Iterator[Edit]:
    """Edits, sorted by position; some may be adjacent."""
    gone = {at for run in superfluous(lines) for at in run}
    ends = [line.start for line in lines[1:]] + [len(text)]
    kept = [at for at in range(len(lines)) if at not in gone]
    # Superfluous lines after each kept line are removed.
    if kept and kept[0]:
        yield Edit(Span(0, lines[kept[0]].start), "")
    elif not kept and lines:
        yield Edit(Span(0, len(text)), "")
    layouts = [lines[at].layout for at in kept]
    for operation, begin, end, from_, to in _operations(layouts, made):
        if operation == "insert":
            place = lines[kept[begin]].start if begin < len(kept) else len(text)
            yield Edit(Span(place, place), "".join(f"{line}\n" for line in made[from_:to]))
            continue
        for number in range(begin, end):
            line = lines[kept[number]]
            after = ends[kept[number]]
            next_kept = lines[kept[number + 1]].start if number + 1 < len(kept) else len(text)
            if operation == "delete":
                yield Edit(Span(line.start, next_kept), "")
                continue
            yield from _in_line(line)
            end_of_text = line.start + len(line.text)
            if text[end_of_text:after] != "\n":
                yield Edit(Span(end_of_text, after), "\n")
            if after < next_kept:
                yield Edit(Span(after, next_kept), "")


def _operations(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """The operations from one list of lines to another: `equal`, `delete` and `insert`, as in difflib."""
    if old == new:
        yield "equal", 0, len(old), 0, len(new)
        return
    head = next((at for at, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), min(len(old), len(new)))
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    end, to = len(old) - tail, len(new) - tail
    yield "equal", 0, head, 0, head
    if max(end, to) - head > _MOST_COMPARED:
        found = [("replace", 0, end - head, 0, to - head)]
    else:
        found = list(SequenceMatcher(None, old[head:end], new[head:to]).get_opcodes())
    for operation, *places in found:
        a, b, c, d = (head + place for place in places)
        if operation == "replace":
            yield "delete", a, b, c, c
            yield "insert", b, b, c, d
        else:
            yield operation, a, b, c, d
    yield "equal", end, len(old), to, len(new)


def _in_line(line: Line) -> Iterator[Edit]:
    for start, end, blank in differences(line.text, line.layout):
        yield Edit(Span(line.start + start, line.start + end), blank)


def _joined(found: Iterable[Edit]) -> list[Edit]:
    """Edits, with adjacent ones merged."""
    made: list[Edit] = []
    for edit in found:
        if made and made[-1].span.end == edit.span.start:
            before = made.pop()
            edit = Edit(Span(before.span.start, edit.span.end), before.text + edit.text)
        made.append(edit)
    return made
