"""Moves declarations below the comments that name the files that call them."""

from __future__ import annotations

from tesc.analysis.diagnostic import SourceEdit
from tesc.analysis.headings import sections_of, written_in
from tesc.analysis.suppression_edits import line_end
from tesc.analysis.suppressions import is_suppression
from tesc.syntax.nodes import Comment, Event
from tesc.syntax.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.headings import Section
    from tesc.syntax.nodes import Item, Tree


def renamed_heading(tree: Tree, section: Section, old: str, new: str) -> tuple[SourceEdit, ...]:
    """The edits that replace the file's name `old` in a section's comments."""
    comment = next(comment for comment in section.comments if old in written_in(comment))
    start = comment.start + comment.text.index(old)
    return (SourceEdit(tree.source, Span(start, start + len(old)), new),)


def moved(tree: Tree, section: Section, events: Sequence[Event], heading: str) -> tuple[SourceEdit, ...]:
    """The edits that move events of a section to the end of the section headed `heading`, or into a new one.

    A new section is put below the old one. Suppressions move with their event. If another comment is right
    above one of the events, nothing is moved, since the comment may be about more events.
    """
    source = tree.source
    lines = [span for event in events for span in [_lines_of(section.items, event)] if span is not None]
    if len(lines) < len(events):
        return ()
    spans = [_span_of(source, first, last) for first, last in lines]
    end = line_end(source.text)
    text = "".join(_whole(source.text[span.start : span.end], end) for span in spans)
    target = _section_named(tree, heading, section)
    last = (target or section).items[-1].line
    if target is None:
        text = f"{end}# {heading}{end}{text}"
    place = _span_of(source, last, last).end
    if place == len(source.text) and not source.text.endswith(("\n", "\r")):
        text = end + text
    moving = {line for first, last in lines for line in range(first, last + 1)}
    if all(item.line in moving for item in section.items):
        spans = [_with_gap(source, section)]
    removed = [SourceEdit(source, span, "") for span in _joined(spans)]
    for number, edit in enumerate(removed):
        if edit.span.start <= place <= edit.span.end:
            # Where a line is removed, inserted text becomes part of that edit.
            removed[number] = SourceEdit(source, edit.span, text)
            return tuple(removed)
    return (*removed, SourceEdit(source, Span(place, place), text))


def _section_named(tree: Tree, heading: str, other: Section) -> Section | None:
    for section in sections_of(tree):
        if section.comments != other.comments and _names(section, heading) and section.items:
            return section
    return None


def _names(section: Section, heading: str) -> bool:
    return any(heading in written_in(comment) for comment in section.comments)


def _lines_of(items: Sequence[Item], event: Event) -> tuple[int, int] | None:
    """The first and last line of an event with its suppressions; None if another comment is above it."""
    number = items.index(event)
    first = event.line
    while number:
        above = items[number - 1]
        if not isinstance(above, Comment) or above.line != first - 1:
            break
        if not is_suppression(above):
            return None
        number, first = number - 1, first - 1
    return first, event.line


def _span_of(source: Source, first: int, last: int) -> Span:
    """The span of whole lines, including their line ends."""
    starts = source.line_starts
    return Span(starts[first - 1], starts[last] if last < len(starts) else len(source.text))


def _with_gap(source: Source, section: Section) -> Span:
    """The span of a section and the empty lines above it."""
    first = section.comments[0].line
    while first > 1 and not source.line_text(first - 1).strip():
        first -= 1
    return _span_of(source, first, section.items[-1].line)


def _whole(text: str, end: str) -> str:
    return text if text.endswith(("\n", "\r")) else text + end


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, with adjacent ones merged."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and found[-1].end == span.start:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found
