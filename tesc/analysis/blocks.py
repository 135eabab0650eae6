"""The blocks of a trace-events file: headings (comments), and the events below them."""

from __future__ import annotations

from tesc.analysis.suppressions import is_suppression
from tesc.records import record
from tesc.syntax.nodes import Comment
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item, Tree


@record
class Block:
    """A heading, the line of the last comment above the items, and those items.

    `heading` is None if the items have none. A block ends before the next heading: a comment below a blank
    line or at the start of the file.
    """

    heading: Comment | None
    comments: tuple[Comment, ...]
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """The heading's first line."""
        return title_of(self.comments[0]) if self.comments else ""

    @property
    def start(self) -> int:
        return (self.comments or self.items)[0].start

    @property
    def end(self) -> int:
        return (self.items or self.comments)[-1].end

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


def title_of(comment: Comment) -> str:
    """The text of a comment without `#`s and the spaces around it."""
    return comment.text.lstrip("#").strip()


def blocks_of(tree: Tree) -> list[Block]:
    """The blocks of a file, from first to last."""
    blocks: list[Block] = []
    comments: list[Comment] = []
    items: list[Item] = []

    def close() -> None:
        if comments or items:
            blocks.append(Block(comments[0] if comments else None, tuple(comments), tuple(items)))
        comments.clear()
        items.clear()

    last = -1
    for item in tree.items:
        gap = last >= 0 and item.line > last + 1
        last = item.line
        if isinstance(item, Comment) and not is_suppression(item):
            if items and not gap:
                items.append(item)  # a note on the item below it
                continue
            if items or gap:
                close()
            comments.append(item)
        else:
            if comments and gap and not items and not blocks:
                close()  # a comment at the top is about the whole file
            items.append(item)
    close()
    return blocks
