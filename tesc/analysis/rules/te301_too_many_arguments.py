from __future__ import annotations

from tesc.analysis.rule import EventRule, Report, RunRule
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree
    from tesc.units.unit import Unit

# What a record of the guest tunnel holds, whatever the settings say.
_RECORD = 6


class TooManyArguments(EventRule, RunRule):
    """An event has more arguments than its tracers take.

    A record of the guest tunnel and of the 2011 tracers holds six arguments; LTTng, DTrace and
    SystemTap take ten. What is beyond is refused by the tracer's own tools, long after the event was
    written. Profile qemu allows ten, `--max-args` sets another cap; an event that crosses the guest
    tunnel has six at most, whatever they say.

    Wrong:

        blit(int x, int y, int w, int h, int src_x, int src_y, int op) "%d,%d %dx%d from %d,%d op %d"

    Right:

        blit(int x, int y, int w, int h, int op) "%d,%d %dx%d op %d"
        blit_source(int src_x, int src_y) "from %d,%d"
    """

    code = "TE301"
    name = "too-many-arguments"

    def check(self, *what: Any, **_: Any) -> Iterator[Report]:
        """One event under its own file's settings; then the units, which alone know what crosses."""
        return _of_event(*what) if len(what) == 3 else _of_crossing(*what)


def _of_event(event: Event, _: Tree, settings: Settings) -> Iterator[Report]:
    extra = event.parameters[settings.max_args :]
    if extra:
        yield Report(
            Span(extra[0].span.start, extra[-1].span.end),
            f"{len(event.parameters)} arguments, but an event takes at most {settings.max_args}",
            "split the event, or leave some out",
        )


def _of_crossing(units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
    """The events that cross with more than a record holds, but for those that `_of_event` finds."""
    seen = set()
    for unit in units:
        for event in unit.events:
            parameters = event.node.parameters
            extra = parameters[_RECORD:]
            if (
                event.crosses
                and extra
                and len(parameters) <= settings.max_args
                and id(event.node) not in seen
            ):
                seen.add(id(event.node))
                yield Report(
                    Span(extra[0].span.start, extra[-1].span.end),
                    f"{len(parameters)} arguments, but the record of a guest's event holds {_RECORD}",
                    "split the event, or leave some out",
                    source=event.source,
                    event=event.name,
                )


RULE = TooManyArguments()
