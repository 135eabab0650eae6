"""Explains what is wrong with a line that is not an item, and what was probably intended.

The parser says only where it stopped, which is often far from the mistake. So functions that know common
mistakes examine the line. Each reports what it finds with a patch that repairs it, and the repaired line is
parsed again. That way one mistake gives one error, all mistakes on a line are found, and the item is the one
that the author intended.
"""

from __future__ import annotations

from lark.exceptions import UnexpectedInput

from tesc import codes
from tesc.records import replace
from tesc.syntax.items import build
from tesc.syntax.nodes import Event
from tesc.syntax.recovery.declarations import explain_declarations, meant
from tesc.syntax.recovery.directives import keyword_of, repair_directive
from tesc.syntax.recovery.events import repair_event
from tesc.syntax.recovery.expected import unexpected
from tesc.syntax.recovery.foreign import report_foreign, report_prose
from tesc.syntax.recovery.lookalikes import straighten
from tesc.syntax.recovery.repair import LineRepair
from tesc.syntax.recovery.stray import report_stray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item, ParseError

__all__ = ["explain", "explain_declarations", "meant"]

# Nobody writes longer lines; for lines that programs generate, one error is enough.
_LONGEST_LINE = 10_000
_MOST_PROBLEMS = 10


def explain(
    seen: str, text: str, start: int, line: int, error: UnexpectedInput
) -> tuple[Item, list[ParseError]]:
    """The item that a line was probably meant to be, and the line's errors.

    `seen` is the line `text` with spaces for invisible characters, which the parser rejected with `error`; it
    begins at offset `start`. An item with too many errors is Malformed.
    """
    repair = LineRepair(seen, text, start, line)
    if len(seen) > _LONGEST_LINE:
        return repair.malformed(), [unexpected(seen, start, error)]
    item = _repair(repair)
    if not repair.errors:
        repair.errors.append(unexpected(seen, start, error))
    errors = sorted(repair.errors, key=lambda error: (error.span.start, error.span.end))
    if _comment_holds_the_rest(errors, text, start):
        errors = [replace(error, edits=()) for error in errors]
    return item or repair.malformed(), errors[:_MOST_PROBLEMS]


def _comment_holds_the_rest(errors: list[ParseError], text: str, start: int) -> bool:
    """Whether the parenthesis that a line lacks is in something that looks like a comment.

    Then either of the two may be the mistake: `foo(int a // b, int c) "x"`.
    """
    open_ = any(error.code == codes.SYNTAX_ERROR for error in errors)
    comments = [
        text[p.span.start - start : p.span.end - start] for p in errors if p.code == codes.TEXT_AFTER_ITEM
    ]
    return open_ and any(comment[:1] in "#/" and ")" in comment for comment in comments)


def _repair(repair: LineRepair) -> Item | None:
    """Find a line's mistakes; returns the item that the author intended, if that is clear."""
    straight = LineRepair(repair.seen, repair.text, repair.start, repair.line)
    straighten(straight)
    if report_foreign(straight):
        # Look-alikes do not matter in such a line.
        repair.errors.extend(straight.errors[-1:])
        return None
    repair.errors, repair.seen, repair.text = straight.errors, straight.seen, straight.text
    keyword = keyword_of(repair)
    if keyword:
        return repair_directive(repair, keyword)
    if report_prose(repair):
        return None
    return _repair_event(repair)


def _repair_event(repair: LineRepair) -> Item | None:
    """Find an event's mistakes; returns the event that the author intended, if that is clear."""
    whole = LineRepair(repair.seen, repair.text, repair.start, repair.line)
    known = list(repair.errors)
    repair_event(repair)
    item = _parse(repair)
    if len(repair.errors) - len(known) < 2 or not report_stray(whole):
        return item
    # A single extra character may look like several mistakes.
    repair.errors, repair.name = known + whole.errors, whole.name
    return _parse(whole)


def _parse(repair: LineRepair) -> Item | None:
    """The item of the repaired line, with positions in the repaired line."""
    repaired = repair.repaired()
    try:
        item = build(repaired.seen, repaired.text, 0, repair.line)
    except UnexpectedInput:
        return None
    if not isinstance(item, Event):
        return None
    for error in map(repaired.error, explain_declarations(item)):
        column = error.span.start - repair.start
        if not any(begin <= column <= end for begin, end in repair.settled):
            repair.errors.append(error)
    event = meant(item)
    return repaired.event(event) if isinstance(event, Event) and not repair.lossy else None
