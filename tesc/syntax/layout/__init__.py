"""Canonical layout: text in, text out, with the same meaning.

- One space after a comma, around each macro of a format and between its literals, between `)` and
  the format, and between words; none before `(`, after `*` or at a line's end: `type *name`.
- One blank line between blocks, none at the file's start and end; lines end with LF.
- Directives first: the prefix, the includes that no event precedes, the disable patterns, each with the
  comment right above it. Nothing moves if that would change an index, an ID, a name, or what a
  suppression applies to.

Only spaces and whole lines change. Comments keep their text; a line that is not an item, or that has an
error, does not change.
"""

from __future__ import annotations

from tesc.syntax.layout.blocks import arranged, chunks_of, lines_of_chunks
from tesc.syntax.layout.changes import changes
from tesc.syntax.layout.edits import edits, edits_in_line, edits_within
from tesc.syntax.layout.lines import laid_out
from tesc.syntax.layout.meaning import difference
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Tree

__all__ = ["canonical", "changes", "difference", "edits", "edits_in_line", "edits_within"]


def canonical(tree: Tree) -> str:
    """The text of a tree's source in canonical layout."""
    chunks = chunks_of(laid_out(tree))
    text = _text(lines_of_chunks(chunks))
    better = arranged(chunks, tree)
    if better is not chunks:
        moved = _text(lines_of_chunks(better))
        # For example, what a suppression applies to can depend on the order.
        if difference(tree, parse(Source(tree.source.path, moved))) is None:
            return moved
    return text


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
