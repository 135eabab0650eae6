from __future__ import annotations

from tesc.analysis.calls import at_arguments, matched_calls_in, swapped_in
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class SwappedArguments(SourcesRule):
    """A C source passes arguments named like the event's parameters, but in another order.

    `trace_move(y, x)` for an event `move(int x, int y)` compiles, since the types are the same, and the trace
    is wrong for years. Either the call has the arguments in the wrong order, or the parameters have each
    other's names. Arguments are reported if they are variables or members (`s->x`) named like each other's
    parameters.

    Sources are searched only with `--sources` or the key `sources`; only C sources are checked. What the
    source's text does not show is not checked.

    Wrong:

        # trace-events
        pin_set(unsigned dat, unsigned clk) "dat %u clk %u"

        # pin.c
        void pin_poll(unsigned clk, unsigned dat)
        {
            trace_pin_set(clk, dat);
        }

    Right:

        # trace-events
        pin_set(unsigned dat, unsigned clk) "dat %u clk %u"

        # pin.c
        void pin_poll(unsigned clk, unsigned dat)
        {
            trace_pin_set(dat, clk);
        }
    """

    code = "TE605"
    name = "swapped-arguments"
    scope = "name"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        for one, calls in matched_calls_in(units, uses):
            names = [parameter.name for parameter in one.node.parameters]
            if len(names) < 2:
                continue
            for path, use in calls:
                swapped = swapped_in(names, use)
                if swapped:
                    given = ", ".join(f"'{use.given[number].text}'" for number in swapped)
                    wanted = ", ".join(f"'{names[number]}'" for number in swapped)
                    yield from at_arguments(
                        uses,
                        (path, use),
                        one,
                        (swapped[0], swapped[-1]),
                        f"{given} are passed for the parameters {wanted} of event '{one.name}'",
                        "pass them in the order of the parameters, or swap the parameters' names",
                    )


RULE = SwappedArguments()
