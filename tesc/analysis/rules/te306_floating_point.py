from __future__ import annotations

from tesc.analysis.rule import EventRule, Report
from tesc.syntax.c_type import FLOATING_WORDS
from tesc.units.wording import floating

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class FloatingPoint(EventRule):
    """A parameter has a floating-point type.

    Records and probes hold 64-bit integers, and DTrace and SystemTap have no floating-point numbers at
    all. Trace the value as an integer, in a smaller unit.

    Wrong:

        throttle_rate(double rate) "rate %f MB/s"

    Right:

        throttle_rate(uint64_t rate) "rate %" PRIu64 " B/s"
    """

    code = "TE306"
    name = "floating-point"
    by_pairs = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        for parameter in event.parameters:
            if FLOATING_WORDS & set(parameter.type.words):
                name = parameter.name or "NAME"
                help_ = f"trace it as an integer, in a smaller unit: 'uint64_t {name}'"
                if parameter.type.pointers:
                    const = "const " if "const" in parameter.type.words else ""
                    help_ = f"declare it '{const}void *{name}'"
                yield Report(parameter.type_span, floating(parameter.type.text), help_)


RULE = FloatingPoint()
