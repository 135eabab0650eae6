from __future__ import annotations

from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import too_many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class TooManyArguments(EventRule):
    """An event has more arguments than its tracers take.

    A record of the guest tunnel and of the 2011 tracers holds six arguments; LTTng takes ten, SDT probes
    (DTrace, SystemTap) twelve. What is beyond is refused by the tracer's own tools, long after the event was
    written. bpftrace reads six of a probe's arguments on x86-64 before 0.27, so the first six should be what
    matters most. Profiles qemu and guest allow ten, `--max-args` sets another cap. An event that crosses the
    guest tunnel by the words of 2011 has six at most, whatever they say; by frames it may have ten.

    Wrong:

        blit(int x, int y, int w, int h, int src_x, int src_y, int op) "%d,%d %dx%d from %d,%d op %d"

    Right:

        blit(int x, int y, int w, int h, int op) "%d,%d %dx%d op %d"
        blit_source(int src_x, int src_y) "from %d,%d"
    """

    code = "TE301"
    name = "too-many-arguments"
    reference = "tracers"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        limit = settings.max_args
        extra = event.parameters[limit:]
        if not extra:
            return ()
        span = Span(extra[0].span.start, extra[-1].span.end)
        return (Report(span, too_many(len(event.parameters), limit), "split the event, or remove some"),)


RULE = TooManyArguments()
