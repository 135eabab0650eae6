from __future__ import annotations

from tesc.analysis.argument_types import declared_type, width
from tesc.analysis.calls import at_arguments, matched_calls_in
from tesc.analysis.rule import Report, SourcesRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit
    from tesc.uses.index import Index


class NarrowedArgument(SourcesRule):
    """A C source passes an event a 64-bit value for a narrower parameter.

    The upper bits are missing from the trace. That is fine if the value is known to be small, as in the
    callbacks of a device with 32-bit registers, so the rule is off by default. A value's type is known
    for variables that the surrounding function declares, and for casts; long and size_t have 64 bits
    here, as on LP64.

    Sources are searched only with `--sources` or the key `sources`; only C sources are checked. What the
    source's text does not show is not checked.

    Wrong:

        # trace-events
        net_send(unsigned bytes) "bytes %u"

        # net.c
        void net_poll(size_t sent)
        {
            trace_net_send(sent);
        }

    Right:

        # trace-events
        net_send(size_t bytes) "bytes %zu"

        # net.c
        void net_poll(size_t sent)
        {
            trace_net_send(sent);
        }
    """

    code = "TE608"
    name = "narrowed-argument"
    scope = "name"
    severity = "information"
    on_by_default = False

    def check(self, units: Sequence[Unit], settings: Settings, uses: Index) -> Iterator[Report]:
        for one, calls in matched_calls_in(units, uses):
            widths = [width(parameter.type) for parameter in one.node.parameters]
            for path, use in calls:
                for number, (bits, argument) in enumerate(zip(widths, use.given)):
                    if bits is None or bits >= _WIDE:
                        continue
                    given = declared_type(argument)
                    if width(given) == _WIDE:
                        parameter = one.node.parameters[number]
                        shown = argument.type or argument.text
                        yield from at_arguments(
                            uses,
                            (path, use),
                            one,
                            (number, number),
                            f"'{shown}' has {_WIDE} bits, but '{parameter.name}' "
                            f"({parameter.type.text}) of event '{one.name}' has {bits}",
                            None,
                        )


_WIDE = 64  # not 32: C computes small values as int


RULE = NarrowedArgument()
