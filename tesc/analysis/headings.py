"""Comments that name source files, such as `# vl.c`, and the events below them that these files call."""

from __future__ import annotations

import os
import re
from glob import glob

from tesc.analysis.blocks import blocks_of, title_of
from tesc.records import record
from tesc.syntax.nodes import Comment, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item, Tree

_FILE = re.compile(r"[\w./*+-]+\.(?:c|h|inc|cc|cpp|cxx|hh|hpp|m|mm|rs)")
_TOP = (".git", "tesc.toml")


@record
class Section:
    """Adjacent comments that name files, and the items below them up to the next such comment."""

    comments: tuple[Comment, ...]
    items: tuple[Item, ...]

    @property
    def events(self) -> list[Event]:
        return [item for item in self.items if isinstance(item, Event)]


def written_in(comment: Comment) -> list[str]:
    """The file names in a comment that consists of them; empty for any other comment."""
    words = [word.rstrip(":,") for word in title_of(comment).split() if word not in ("and", "&")]
    return words if all(map(_FILE.fullmatch, words)) else []


def sections_of(tree: Tree) -> list[Section]:
    """The sections of a file: comments that name files, with the events below them."""
    sections = []
    for block in blocks_of(tree):
        comments = [comment for comment in block.comments if written_in(comment)]
        items: list[Item] = []
        for item in block.items:
            if isinstance(item, Comment) and written_in(item):
                if any(isinstance(one, Event) for one in items) or not comments:
                    sections.append(Section(tuple(comments), tuple(items)))
                    comments, items = [], []
                comments.append(item)
            else:
                items.append(item)
        sections.append(Section(tuple(comments), tuple(items)))
    return [section for section in sections if section.comments]


def file_named(title: str, folder: str, top: str | None = None) -> str | None:
    """The first file that a heading such as `# vl.c` or `# */signal.c` names, or None."""
    found = files_named(title, folder, top)
    return found[0] if found else None


def files_named(title: str, folder: str, top: str | None = None) -> list[str]:
    """The files that a heading names, sorted.

    A path is relative to the trace-events file's folder or to one above it, up to `top` and never above a
    checkout or a folder with a tesc.toml.
    """
    word = title.split()[0].rstrip(":,") if title.split() else ""
    if "." not in word or "\0" in word or os.path.isabs(word):
        return []
    folder = os.path.abspath(folder)
    while True:
        path = os.path.normpath(os.path.join(folder, word))
        found = sorted(glob(path)) if "*" in word else [path]
        found = [one for one in found if os.path.isfile(one)]
        above = os.path.dirname(folder)
        if (
            found
            or above == folder
            or (top is not None and folder == os.path.normpath(top))
            or _is_top(folder)
        ):
            return found
        folder = above


def _is_top(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in _TOP)


def spelled(path: str, folder: str) -> str:
    """A source's path as a heading of a trace-events file in `folder` has it: relative to that or above."""
    path, folder = os.path.abspath(path), os.path.abspath(folder)
    base = folder
    while not path.startswith(os.path.join(base, "")):
        base = os.path.dirname(base)
    if base != folder:
        top = base
        while not _is_top(top) and os.path.dirname(top) != top:
            top = os.path.dirname(top)
        base = top if _is_top(top) else base
    return os.path.relpath(path, base).replace(os.sep, "/")
