from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import Report, RunRule
from tesc.syntax.source import Span
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit

_PREFIX = "trace_"


class TracePrefix(RunRule):
    """An event's name begins with `trace_`, which generated code adds anyway.

    Programs call `trace_` followed by the event's name, so an event `trace_ring_full` is called as
    `trace_trace_ring_full()`. A call of `trace_ring_full()` names an event that is not declared.

    Wrong:

        trace_ring_full(int size) "size %d"

    Right:

        ring_full(int size) "size %d"
    """

    code = "TE109"
    name = "trace-prefix"
    scope = "rare"
    severity = "warning"
    fixable = True

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        names: set[str] | None = None
        for unit in units:
            for event in unit.events:
                own, start = event.node.name, event.node.name_start
                # After a prefix it is an ordinary part of the name.
                if not event.name.startswith(_PREFIX) or event.name != own or own == _PREFIX:
                    continue
                if (event.source, start) in seen:
                    continue
                seen.add((event.source, start))
                if names is None:
                    names = {one.name for each in units for one in each.events}
                span = Span(start, start + len(_PREFIX))
                shorter = own[len(_PREFIX) :]
                free = not shorter[0].isdigit() and shorter not in names
                yield Report(
                    span,
                    f"event '{own}' is called as {identifiers.c_function(own)}()",
                    f"write '{shorter}'" if free else "give the event a name without 'trace_'",
                    fix=Fix("unsafe", (SourceEdit(event.source, span, ""),)) if free else None,
                    source=event.source,
                    event=own,
                )


RULE = TracePrefix()
