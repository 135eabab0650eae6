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
    """An event has more arguments than its tracers support.

    A record of the guest tunnel or of the 2011 tracers holds six arguments; LTTng supports ten, SDT probes
    (DTrace, SystemTap) twelve. Any more are rejected by the tracer's own tools, long after the event was
    written. Before 0.27, bpftrace reads only six arguments of a probe on x86-64, so put the most important
    ones first. Profiles qemu and guest allow ten; `--max-args` sets another limit. An event that crosses the
    guest tunnel in the words of 2011 may have at most six, whatever the limit; in frames it may have ten.

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
