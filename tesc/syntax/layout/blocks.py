"""The blocks of a file: blank lines between them, and directives before events.

A chunk is an item with the comments right above it, or separate comments. Only whole chunks move.
"""

from __future__ import annotations

import re

from tesc.records import record, replace
from tesc.syntax.nodes import Comment, Disable, Include, Malformed, Prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.layout.lines import Line
    from tesc.syntax.nodes import Tree

# Comments about the whole file, which stay at its top, whatever follows them.
_OF_THE_FILE = re.compile(r"SPDX-License-Identifier|Copyright|tesc:[ \t]*ignore-file")

COMMENT, PREFIX, INCLUDE, DISABLE, OTHER = range(5)


@record
class Chunk:
    """Lines that stay together; `gap` is true if a blank line is before them."""

    lines: tuple[Line, ...]
    gap: bool

    @property
    def kind(self) -> int:
        item = self.lines[-1].item
        if isinstance(item, Comment):
            return COMMENT
        if isinstance(item, Prefix):
            return PREFIX
        if isinstance(item, Include):
            return INCLUDE
        return DISABLE if isinstance(item, Disable) else OTHER

    @property
    def commented(self) -> bool:
        return len(self.lines) > 1

    @property
    def of_the_file(self) -> bool:
        return any(line.is_comment and _OF_THE_FILE.search(line.text) for line in self.lines)


def chunks_of(lines: list[Line]) -> list[Chunk]:
    """The chunks of a file, without superfluous blank lines."""
    chunks: list[Chunk] = []
    pending: list[Line] = []
    gap = False
    for line in lines:
        if not line.is_blank:
            pending.append(line)
        if pending and not line.is_comment:
            chunks.append(Chunk(tuple(pending), gap))
            pending, gap = [], False
        gap = (gap or line.is_blank) and bool(chunks)
    return [*chunks, Chunk(tuple(pending), gap)] if pending else chunks


def lines_of_chunks(chunks: list[Chunk]) -> list[str]:
    """The text of the chunks' lines in canonical layout."""
    lines: list[str] = []
    for chunk in chunks:
        if chunk.gap:
            lines.append("")
        lines.extend(line.layout for line in chunk.lines)
    return lines


def arranged(chunks: list[Chunk], tree: Tree) -> list[Chunk]:
    """The chunks with directives first; the same list if they already are.

    In a file with errors nothing moves, since it is unknown what its lines should be.
    """
    if tree.errors or not any(chunk.kind in (PREFIX, DISABLE) for chunk in chunks):
        return chunks
    if any(line.item is None or isinstance(line.item, Malformed) for chunk in chunks for line in chunk.lines):
        return chunks
    # After a move, a comment about the file may be at the top, so that more can move.
    before = None
    while chunks is not before:
        before, chunks = chunks, _moved(chunks)
    return chunks


def _moved(chunks: list[Chunk]) -> list[Chunk]:
    split = _split_head(chunks)
    moved = _misplaced(split)
    if not moved:
        return chunks
    rest = _without(split, moved)
    prefixes = [chunk for chunk in moved if chunk.kind == PREFIX]
    rest = _inserted(rest, prefixes, _after(rest, (PREFIX,)))
    disables = [chunk for chunk in moved if chunk.kind == DISABLE]
    return _inserted(rest, disables, _after(rest, (PREFIX, INCLUDE, DISABLE)))


def misplaced(chunks: list[Chunk]) -> list[Chunk]:
    """The prefixes and disable directives that belong further up or down."""
    return _misplaced(_split_head(chunks))


def _misplaced(chunks: list[Chunk]) -> list[Chunk]:
    first = _first(chunks)
    includes = [at for at, chunk in enumerate(chunks[:first]) if chunk.kind == INCLUDE]
    last_include = includes[-1] if includes else -1
    found = []
    began = False
    for at, chunk in enumerate(chunks):
        if chunk.kind == PREFIX:
            if began:
                found.append(chunk)
        elif chunk.kind == DISABLE and not last_include < at < first and not _heads_events(chunks, at):
            found.append(chunk)
        began = began or chunk.kind not in (COMMENT, PREFIX)
    return found


def _first(chunks: list[Chunk]) -> int:
    """The position of the first event: includes after it cannot move without renumbering it."""
    return next((at for at, chunk in enumerate(chunks) if chunk.kind == OTHER), len(chunks))


def _heads_events(chunks: list[Chunk], at: int) -> bool:
    """Whether the comment above a block of directives is also a heading of the events below them."""
    if chunks[at].kind != DISABLE:
        return False
    begin = at
    while begin and chunks[begin - 1].kind == DISABLE and not (chunks[begin].commented or chunks[begin].gap):
        begin -= 1
    if not chunks[begin].commented:
        return False
    for chunk in chunks[at + 1 :]:
        if chunk.gap or chunk.commented:
            return False
        if chunk.kind != DISABLE:
            return True
    return False


def _split_head(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks, with a comment about the file split from what is below it."""
    if not chunks or not chunks[0].commented or chunks[0].kind == COMMENT or not chunks[0].of_the_file:
        return chunks
    first = chunks[0]
    return [Chunk(first.lines[:-1], False), Chunk(first.lines[-1:], False), *chunks[1:]]


def _without(chunks: list[Chunk], moved: list[Chunk]) -> list[Chunk]:
    """The chunks that do not move; blocks that had something between them stay separate."""
    rest: list[Chunk] = []
    gone = {id(chunk) for chunk in moved}
    gap = met = False
    for chunk in chunks:
        if id(chunk) in gone:
            gap, met = gap or chunk.gap, True
            continue
        apart = gap or chunk.gap or (met and bool(rest) and rest[-1].kind != chunk.kind)
        rest.append(replace(chunk, gap=apart and bool(rest)))
        gap = met = False
    return rest


def _after(chunks: list[Chunk], kinds: tuple[int, ...]) -> int:
    """The position after the last directive of these kinds before the first event, or after the head."""
    first = _first(chunks)
    places = [at for at in range(first) if chunks[at].kind in kinds and not _heads_events(chunks, at)]
    return places[-1] + 1 if places else _head(chunks)


def _head(chunks: list[Chunk]) -> int:
    """The number of chunks at the top that are comments about the file."""
    comments = next((at for at, chunk in enumerate(chunks) if chunk.kind != COMMENT), len(chunks))
    of_the_file = [at for at, chunk in enumerate(chunks[:comments]) if chunk.of_the_file]
    return of_the_file[-1] + 1 if of_the_file else min(comments, 1)


def _inserted(chunks: list[Chunk], more: list[Chunk], at: int) -> list[Chunk]:
    """The chunks with `more` inserted at `at`, in blocks of one kind."""
    if not more:
        return chunks
    made = chunks[:at]
    for chunk in more:
        made.append(replace(chunk, gap=bool(made) and not _one_block(made[-1], chunk)))
    if at < len(chunks):
        after = chunks[at]
        made.append(replace(after, gap=after.gap or not _one_block(made[-1], after)))
    return made + chunks[at + 1 :]


def _one_block(chunk: Chunk, after: Chunk) -> bool:
    """Whether two chunks need no blank line between them."""
    return chunk.kind == after.kind and not chunk.commented and not after.commented
