from __future__ import annotations

from tesc.analysis.ranges import RESERVED, based, highest_base, shown
from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class IdOutOfRange(RunRule):
    """A base, or an ID counted from it, needs more than 64 bits.

    Stream IDs are unsigned 64-bit numbers: the ID of each event of an include is the base plus the
    event's position.

    Wrong:

        # trace-events
        include "guest/trace-events" base 0x10000000000000000

        # guest/trace-events
        boot(void) "boot"

    Right:

        # trace-events
        include "guest/trace-events" base 0x8000000000000000

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE202"
    name = "id-out-of-range"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        highest = RESERVED[-1]
        for one in based(units):
            base, size = one.range.base, one.range.size
            if max(base, one.range.last) <= highest or one.inclusion in seen:
                continue
            seen.add(one.inclusion)
            message = "the base does not fit into 64 bits"
            if base <= highest:
                message = f"the last of the {size:,} events would have the ID {shown(one.range.last)}, "
                message += "which does not fit into 64 bits"
            yield Report(
                one.span,
                message,
                highest_base(size),
                source=one.inclusion.source,
            )


RULE = IdOutOfRange()
