"""What is wrong with a line that is no item, and what was probably meant.

The parser says only where it stopped, which is often far from the mistake. So the line is looked
at by what knows the usual mistakes; each reports what it finds together with a replacement that
mends it, and the mended line goes through the parser again. That way one mistake makes one
problem, several on a line are all found, and the item is the one that was meant.
"""

from __future__ import annotations

from lark.exceptions import UnexpectedInput

from tesc.records import replace
from tesc.syntax.mistakes.declarations import explain_declarations, meant
from tesc.syntax.mistakes.directives import keyword_of, mend_directive
from tesc.syntax.mistakes.draft import Draft
from tesc.syntax.mistakes.events import mend_event
from tesc.syntax.mistakes.expected import unexpected
from tesc.syntax.mistakes.lookalikes import straighten
from tesc.syntax.mistakes.others import report_other, report_prose
from tesc.syntax.mistakes.stray import report_stray
from tesc.syntax.nodes import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Item, Problem

__all__ = ["explain", "explain_declarations", "meant"]

# Nobody writes such lines; of what programs make, the first mistake is enough.
_LONGEST_LINE = 10_000
_MOST_PROBLEMS = 10


def explain(
    seen: str, text: str, start: int, line: int, error: UnexpectedInput
) -> tuple[Item, list[Problem]]:
    """The item that a line was probably meant to be, and what is wrong with it.

    `seen` is the line `text`, with blanks for what cannot be seen, that the parser refused with
    `error`; it begins at offset `start`. An item of which too much is wrong is Malformed.
    """
    draft = Draft(seen, text, start, line)
    if len(seen) > _LONGEST_LINE:
        return draft.malformed(), [unexpected(seen, start, error)]
    item = _mend(draft)
    if not draft.problems:
        draft.problems.append(unexpected(seen, start, error))
    problems = sorted(draft.problems, key=lambda problem: (problem.span.start, problem.span.end))
    if _comment_holds_the_rest(problems, text, start):
        problems = [replace(problem, edits=()) for problem in problems]
    return item or draft.malformed(), problems[:_MOST_PROBLEMS]


def _comment_holds_the_rest(problems: list[Problem], text: str, start: int) -> bool:
    """Whether the parenthesis that a line lacks stands in what looks like a comment.

    Then nobody knows which of the two was meant: `foo(int a // b, int c) "x"`.
    """
    open_ = any(problem.code == "TE001" for problem in problems)
    comments = [text[p.span.start - start : p.span.end - start] for p in problems if p.code == "TE004"]
    return open_ and any(comment[:1] in "#/" and ")" in comment for comment in comments)


def _mend(draft: Draft) -> Item | None:
    """Find the line's mistakes; returns the item that it was meant to be, if that is clear."""
    straight = Draft(draft.seen, draft.text, draft.start, draft.line)
    straighten(straight)
    if report_other(straight):
        # Look-alikes are of no account in such a line.
        draft.problems.extend(straight.problems[-1:])
        return None
    draft.problems, draft.seen, draft.text = straight.problems, straight.seen, straight.text
    keyword = keyword_of(draft)
    if keyword:
        return mend_directive(draft, keyword)
    if report_prose(draft):
        return None
    return _mend_event(draft)


def _mend_event(draft: Draft) -> Item | None:
    """Find the mistakes of an event; returns it as it was meant, if that is clear."""
    whole = Draft(draft.seen, draft.text, draft.start, draft.line)
    known = list(draft.problems)
    mend_event(draft)
    item = _parse(draft)
    if len(draft.problems) - len(known) < 2 or not report_stray(whole):
        return item
    # One sign too many may look like several mistakes.
    draft.problems, draft.name = known + whole.problems, whole.name
    return _parse(whole)


def _parse(draft: Draft) -> Item | None:
    """What the parser makes of the mended line, its parts where they stand in the draft."""
    from tesc.syntax.lines import build  # which needs this package

    mended = draft.mended()
    try:
        item = build(mended.seen, mended.text, 0, draft.line)
    except UnexpectedInput:
        return None
    if not isinstance(item, Event):
        return None
    for problem in map(mended.problem, explain_declarations(item)):
        column = problem.span.start - draft.start
        if not any(begin <= column <= end for begin, end in draft.settled):
            draft.problems.append(problem)
    event = meant(item)
    return mended.event(event) if isinstance(event, Event) and not draft.lossy else None
