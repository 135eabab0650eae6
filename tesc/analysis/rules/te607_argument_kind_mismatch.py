from __future__ import annotations

from tesc.analysis.argument_types import TEXT, kind_of, kind_of_type
from tesc.analysis.calls import at_arguments, matched_calls_in, swapped_in
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class ArgumentKindMismatch(SourcesRule):
    """A C source passes an event text for a number, or a number for text.

    Compilers warn about it, if they see the call; otherwise the event records an address, or the program
    crashes. An argument's kind is known for literals, for variables that the surrounding function
    declares, and for casts. Arguments in another order than the parameters are left to TE605.

    Sources are searched only with `--sources` or the key `sources`; only C sources are checked. What the
    source's text does not show is not checked.

    Wrong:

        # trace-events
        net_send(int bytes) "bytes %d"

        # net.c
        void net_poll(void)
        {
            trace_net_send("many");
        }

    Right:

        # trace-events
        net_send(const char *bytes) "bytes %s"

        # net.c
        void net_poll(void)
        {
            trace_net_send("many");
        }
    """

    code = "TE607"
    name = "argument-kind-mismatch"
    scope = "name"

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        for one, calls in matched_calls_in(units, uses):
            if one.crosses:
                continue
            kinds = [kind_of_type(parameter.type) for parameter in one.node.parameters]
            names = [parameter.name for parameter in one.node.parameters]
            for path, use in calls:
                swapped: Sequence[int] | None = None
                for number, (kind, argument) in enumerate(zip(kinds, use.given)):
                    given = kind_of(argument) if kind else None
                    if given is None or given == kind:
                        continue
                    swapped = swapped_in(names, use) if swapped is None else swapped
                    if number in swapped:
                        continue  # one mistake, which TE605 reports
                    parameter = one.node.parameters[number]
                    what = "text" if given == TEXT else "a number"
                    wanted = "text" if kind == TEXT else "a number"
                    yield from at_arguments(
                        uses,
                        (path, use),
                        one,
                        (number, number),
                        f"{what} is passed for '{parameter.name}', "
                        f"which is {wanted} ({parameter.type.text}) in event '{one.name}'",
                        None,
                    )


RULE = ArgumentKindMismatch()
