from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.diagnostic import Fix
from tesc.analysis.rule import FileRule, Report
from tesc.analysis.suppressions import suppressions
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree

_SHOWN = 5  # lines named in the help


class TrailingEmptyString(FileRule):
    """A format ends with an empty string.

    It adds nothing: a format may end with a macro. Files that have one usually have many, so all of a
    file's are reported once, at the first of them, and the fix removes them all.

    Wrong:

        seek(int64_t offset) "offset %" PRId64 ""

    Right:

        seek(int64_t offset) "offset %" PRId64
    """

    code = "TE426"
    name = "trailing-empty-string"
    severity = "information"
    fixable = True

    def check(self, tree: Tree, settings: Settings) -> list[Report]:
        if '""' not in tree.source.text:
            return []
        found = [(event, one) for event in tree.events for one in [_found(event, tree)] if one]
        # Events with a suppression of their own are reported one by one.
        alone = {one.line for one in suppressions(tree) if self.code in one.codes} if found else set()
        together = [(event, one) for event, one in found if event.line not in alone]
        return [*(one for event, one in found if event.line in alone), *_as_one(together)]


def _as_one(found: Sequence[tuple[Event, Report]]) -> list[Report]:
    """One report for all findings of a file."""
    if len(found) < 2:
        return [one for _, one in found]
    first, more = found[0][1], len(found) - 1
    lines = [str(event.line) for event, _ in found[1 : 1 + _SHOWN]]
    others = ", ".join(lines) + (f" and {more - _SHOWN} more" if more > _SHOWN else "")
    return [
        replace(
            first,
            message=f"{first.message}, and of {more} more in this file",
            help=f"remove it; {'the others are in lines' if more > 1 else 'the other is in line'} {others}",
            fix=Fix("safe", tuple(edit for _, one in found if one.fix for edit in one.fix.edits)),
        )
    ]


def _found(event: Event, tree: Tree) -> Report | None:
    """What is wrong with one event."""
    form = event.format
    if form is None or '""' not in form.text[1:] or not form.text.rstrip(" \t").endswith('""'):
        return None
    return _at_end(form, tree)


def _at_end(form: Format, tree: Tree) -> Report | None:
    if len(form.parsed.pieces) < 2:
        return None
    empty = [piece for piece in form.parsed.pieces if form.text[piece.start : piece.end] == '""']
    if len(empty) == len(form.parsed.pieces):
        empty = empty[1:]
    last = form.parsed.pieces[-1]
    if last not in empty:
        return None
    first = last
    for piece in reversed(form.parsed.pieces):
        if piece not in empty:
            break
        first = piece
    kept = max((piece.end for piece in form.parsed.pieces if piece.end <= first.start), default=0)
    return Report(
        format_text.span(form, first.start, last.end),
        "an empty string at the end of the format",
        "remove it",
        fix=format_text.fix(tree, form, (kept, last.end, "")),
    )


RULE = TrailingEmptyString()
