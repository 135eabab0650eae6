from __future__ import annotations

from tesc.analysis.ranges import based
from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class LowBase(RunRule):
    """A base is so low that its IDs can clash with QEMU's own.

    When QEMU starts, it numbers the events of all groups that it was built with, in 32 bits. Nobody knows
    in advance which event gets which number, so only a base of 2^32 or more is safe. This is reported
    only in profile qemu.

    Wrong:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x10000

        # guest/trace-events
        boot(void) "boot"

    Right:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE204"
    name = "low-base"
    severity = "warning"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == "qemu"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for one in based(units):
            if one.range.base < 1 << 32 and one.inclusion not in seen:
                seen.add(one.inclusion)
                yield Report(
                    one.span,
                    f"QEMU's own events can have the IDs from {one.number} on",
                    "the lowest base that they never reach is 0x100000000",
                    source=one.inclusion.source,
                )


RULE = LowBase()
