"""Moves diagnostics to their new places after an edit of other lines."""

from __future__ import annotations

from tesc.analysis.diagnostic import Diagnostic, SourceEdit
from tesc.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.diagnostic import Related
    from tesc.syntax.reparsing import Changed
    from tesc.syntax.source import Source, Span


class Touched(Exception):
    """A diagnostic refers to changed lines, so it has no place in the new text."""


class Move:
    """The move from a source to its replacement, which differs in the `changed` lines."""

    def __init__(self, old: Source, new: Source, changed: Changed) -> None:
        self.old = old
        self.new = new
        self._changed = changed

    def mentions(self, one: Diagnostic) -> bool:
        """Whether a diagnostic refers to the old source."""
        old = self.old
        return (
            one.source is old
            or any(related.source is old for related in one.related)
            or (one.fix is not None and any(edit.source is old for edit in one.fix.edits))
        )

    def touches(self, one: Diagnostic) -> bool:
        """Whether a diagnostic is in the changed lines."""
        return one.source is self.old and self._changed.holds(one.span.start)

    def moved(self, one: Diagnostic) -> Diagnostic:
        """The diagnostic, referring to the new source. Raises Touched."""
        if not self.mentions(one):
            return one
        fix = one.fix
        # All findings below an edit are moved, so this is spelled out: `replace` takes longer.
        return Diagnostic(
            code=one.code,
            name=one.name,
            severity=one.severity,
            message=one.message,
            source=self._source(one.source),
            span=self._span(one.source, one.span),
            event=one.event,
            help=one.help,
            related=tuple(map(self._related, one.related)) if one.related else (),
            fix=replace(fix, edits=tuple(map(self._edit, fix.edits))) if fix is not None else None,
        )

    def _source(self, source: Source) -> Source:
        return self.new if source is self.old else source

    def _span(self, source: Source, span: Span) -> Span:
        # A diagnostic on the whole file is at its beginning.
        if source is not self.old or not span.end:
            return span
        if self._changed.touches(span):
            raise Touched
        return self._changed.moved(span)

    def _related(self, one: Related) -> Related:
        return replace(one, source=self._source(one.source), span=self._span(one.source, one.span))

    def _edit(self, one: SourceEdit) -> SourceEdit:
        return SourceEdit(self._source(one.source), self._span(one.source, one.span), one.text)
