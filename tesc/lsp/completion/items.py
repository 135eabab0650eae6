"""Items of a completion list, in the client's form."""

from __future__ import annotations

from collections import Counter

from lsprotocol import types as t

from tesc.records import record
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from tesc.lsp.view import View

Kind = t.CompletionItemKind


@record
class Here:
    """A document and the cursor's place in it: `line` is the offset of the line's start.

    `snippets` is true if the client supports snippets.
    """

    view: View
    line: int
    column: int
    snippets: bool


class Items:
    """A list of items, in the order in which they were added.

    No item has commit characters: a user who types a new name and a comma does not want the name that happens
    to be selected.
    """

    def __init__(self, here: Here) -> None:
        self._here = here
        self._offered: set[tuple[str, str]] = set()
        self.incomplete = False
        self.made: list[t.CompletionItem] = []

    def add(
        self,
        label: str,
        kind: t.CompletionItemKind,
        begin: int,
        text: str | None = None,
        *,
        end: int | None = None,
        detail: str | None = None,
        filter_text: str | None = None,
        snippet: str | None = None,
        data: Any = None,
    ) -> None:
        """Add an item that replaces the columns from `begin` to `end` by `text`, or by its label.

        `snippet` is what it inserts in clients that support snippets.
        """
        here = self._here
        new = label if text is None else text
        snippets = snippet is not None and here.snippets
        new = snippet if snippet is not None and snippets else new
        if (label, new) in self._offered:
            return
        self._offered.add((label, new))
        span = Span(here.line + begin, here.line + (here.column if end is None else end))
        self.made.append(
            t.CompletionItem(
                label,
                kind=kind,
                detail=detail,
                sort_text=f"{len(self.made):04}",
                filter_text=filter_text,
                insert_text_format=t.InsertTextFormat.Snippet if snippets else None,
                text_edit=t.TextEdit(here.view.range(span), new),
                data=data,
            )
        )


def stems(names: Iterable[str], least: int = 2) -> dict[str, int]:
    """Common prefixes of names, up to an underscore, with their numbers of names; most frequent first.

    If two cover the same names, only the longer one. `least` is the required number of names.
    """
    counted: Counter[str] = Counter()
    for name in names:
        at = name.find("_", 1)
        while 0 <= at < len(name) - 1:
            counted[name[: at + 1]] += 1
            at = name.find("_", at + 1)
    shorter = set()
    for stem, number in counted.items():
        parent = stem[: stem.rfind("_", 0, -1) + 1]
        if counted.get(parent) == number:
            shorter.add(parent)
    kept = [stem for stem, number in counted.items() if number >= least and stem not in shorter]
    return {stem: counted[stem] for stem in sorted(kept, key=lambda stem: (-counted[stem], stem))}
