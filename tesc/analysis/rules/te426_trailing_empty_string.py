from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree

_TRAILING = re.compile(r'[ \t]*(?P<first>"")(?:[ \t]*"")*[ \t]*\Z')


class TrailingEmptyString(EventRule):
    """A format ends with an empty string.

    It adds nothing: a format may end with a macro.

    Wrong:

        seek(int64_t offset) "offset %" PRId64 ""

    Right:

        seek(int64_t offset) "offset %" PRId64
    """

    code = "TE426"
    name = "trailing-empty-string"
    severity = "information"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        form = event.format
        if form is None or '""' not in form.text[1:]:
            return ()
        return _found(form, tree) if form.text.rstrip(" \t").endswith('""') else ()


def _found(form: Format, tree: Tree) -> Iterator[Report]:
    if len(form.parsed.pieces) < 2:
        return
    empty = [piece for piece in form.parsed.pieces if form.text[piece.start : piece.end] == '""']
    if len(empty) == len(form.parsed.pieces):
        empty = empty[1:]
    last = form.parsed.pieces[-1]
    if last not in empty:
        return
    first = last
    for piece in reversed(form.parsed.pieces):
        if piece not in empty:
            break
        first = piece
    kept = max((piece.end for piece in form.parsed.pieces if piece.end <= first.start), default=0)
    yield Report(
        format_text.span(form, first.start, last.end),
        "an empty string at the end of the format",
        "remove it",
        fix=format_text.fix(tree, form, (kept, last.end, "")),
    )


RULE = TrailingEmptyString()
