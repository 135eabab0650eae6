"""Reports a single extra character without which an event would be valid."""

from __future__ import annotations

import re
from itertools import islice

from tesc import codes
from tesc.syntax.nodes import Word
from tesc.syntax.plain_events import plain_event
from tesc.syntax.recovery.repair import LineRepair, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.nodes import Event

_SIGN = re.compile(r"""[(){}\[\]<>"'`\\;,#]""")
_MOST_SIGNS = 100


def report_stray(repair: LineRepair) -> bool:
    """Report the character without which the line would be a valid event; False if there is none."""
    found: list[tuple[int, int, Event]] = []
    for match in islice(_SIGN.finditer(repair.seen), _MOST_SIGNS):
        at = match.start()
        event = plain_event(repair.seen[:at] + repair.seen[at + 1 :], 0, repair.line)
        if event is not None:
            strange = sum(parameter.type.base is None for parameter in event.parameters)
            found.append((strange, at, event))
    if not found:
        return False
    _, at, event = min(found, key=lambda one: one[:2])
    place = "an event's name" if at <= event.open else "the parameters" if at <= event.close else "a format"
    cut = ((at, at + 1, ""),)
    certain = cut if len(found) == 1 else ()
    if at > event.open:
        repair.name = Word(repair.start + event.name_start, event.name)
    repair.report(
        codes.SYNTAX_ERROR, at, at + 1, f"unexpected {quoted(repair.seen[at])} in {place}", None, cut, certain
    )
    return True
