from __future__ import annotations

from tesc.analysis.ranges import RESERVED, based, highest_base, shown
from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class ReservedId(RunRule):
    """An event has an ID that simpletrace files use for something else.

    0xffffffffffffffff marks a file's header, and 0xfffffffffffffffe the number of dropped records. An
    event with one of these IDs would be read as such.

    Wrong:

        # trace-events
        include "guest/trace-events" base 0xfffffffffffffffe

        # guest/trace-events
        boot(void) "boot"

    Right:

        # trace-events
        include "guest/trace-events" base 0xfffffffffffffffd

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE203"
    name = "reserved-id"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for one in based(units):
            base, size, last = one.range.base, one.range.size, one.range.last
            # Another rule (TE202) reports IDs that do not fit.
            if base + max(size, 1) <= RESERVED[0] or max(base, last) > RESERVED[-1] or one.inclusion in seen:
                continue
            seen.add(one.inclusion)
            taken = " and ".join(shown(number) for number in RESERVED if base <= number < base + max(size, 1))
            yield Report(
                one.span,
                f"the IDs from {one.number} on reach {taken}, which simpletrace files reserve",
                highest_base(size),
                source=one.inclusion.source,
            )


RULE = ReservedId()
