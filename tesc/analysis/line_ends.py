"""Removes white space at the ends of lines that fixes change."""

from __future__ import annotations

from tesc.analysis.diagnostic import SourceEdit
from tesc.records import replace
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.analysis.diagnostic import Fix

_BLANK = " \t"


def trimmed(fix: Fix) -> Fix:
    """A fix that also removes the white space at the ends of the lines that it changes.

    Reviewers see these lines as changed, and checkpatch.pl rejects the white space in them.
    """
    if fix.in_program:
        return fix
    edits = sorted(fix.edits, key=lambda edit: (edit.source.file, edit.span.start, edit.span.end))
    made = tuple(_trimmed(edits))
    return fix if made == tuple(edits) else replace(fix, edits=made)


def _trimmed(edits: Sequence[SourceEdit]) -> Iterator[SourceEdit]:
    floor = 0
    for number, edit in enumerate(edits):
        if number and edits[number - 1].source is not edit.source:
            floor = 0
        text, (start, end) = edit.source.text, (edit.span.start, edit.span.end)
        stop = text.find("\n", end)
        stop = len(text) if stop < 0 else stop - (text[end:stop][-1:] == "\r")
        after = edits[number + 1] if number + 1 < len(edits) else None
        more = after is not None and after.source is edit.source and after.span.start <= stop
        whole_lines = edit.text.endswith("\n") or text[start:end].endswith("\n")
        bare = end + len(text[end:stop].rstrip(_BLANK))
        if more or whole_lines:
            yield edit
        elif bare > end:
            yield edit
            if bare < stop:
                yield SourceEdit(edit.source, Span(bare, stop), "")
        else:
            new = edit.text.rstrip(_BLANK)
            if not new:
                start = max(floor, len(text[:start].rstrip(_BLANK)))
            yield SourceEdit(edit.source, Span(start, stop), new)
        floor = end
