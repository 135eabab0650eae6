from __future__ import annotations

from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class MissingFormat(EventRule):
    """An event has no format.

    Only its name is printed, so its arguments are lost in every tracer that prints text.

    Wrong:

        queue_full(int queue)

    Right:

        queue_full(int queue) "queue %d"
    """

    code = "TE412"
    name = "missing-format"
    by_pairs = True
    severity = "information"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        if event.format is None:
            what = "the event prints its name only"
            if event.parameters:
                what += ", not its arguments" if len(event.parameters) > 1 else ", not its argument"
            help_ = 'add one, such as "..."' if event.parameters else None
            yield Report(event.name_span, f"no format: {what}", help_)


RULE = MissingFormat()
