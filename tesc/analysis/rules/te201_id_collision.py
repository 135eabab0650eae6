from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.ranges import RESERVED, Based, based, extent, free_base, shown
from tesc.analysis.rule import Finding, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.schema.unit import Range, Unit


class IdCollision(RunRule):
    """Two events of a unit have the same stream ID.

    An include with a base is a range of its own: its events have the IDs from the base on, as many as
    there are events, disabled ones counted. The root's events have those from 0 on. Where two ranges
    meet, a merged trace can't tell whose an event is. Guests are best put far from the host's events
    and from each other, such as at 0x8000000000000000.

    Wrong:

        # trace-events
        host_start(void) "start"
        host_stop(void) "stop"
        include "guest/trace-events" prefix guest_ base 1

        # guest/trace-events
        boot(void) "boot"

    Right:

        # trace-events
        host_start(void) "start"
        host_stop(void) "stop"
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        boot(void) "boot"
    """

    code = "TE201"
    name = "id-collision"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Finding]:
        seen = set()
        for one in based(units):
            mine = one.range
            for other in one.unit.ranges:
                # Of two includes, the later one is reported.
                if other is mine:
                    break
                # What does not fit into 64 bits has a rule of its own.
                if max(mine.last, other.last) > RESERVED[-1] or not (mine.size and other.size):
                    continue
                if other.last < mine.base or mine.last < other.base:
                    continue
                key = (one.inclusion, other.inclusion)
                if key not in seen:
                    seen.add(key)
                    yield _finding(one, other)


def _finding(one: Based, other: Range) -> Finding:
    mine = one.range
    inclusion = other.inclusion
    path = one.unit.roots[0].source.path if inclusion is None else inclusion.include.path
    free = free_base(mine.base, mine.size, [r for r in one.unit.ranges if r is not mine])
    if free is None:
        free = free_base(0, mine.size, [r for r in one.unit.ranges if r is not mine])
    related: tuple[Related, ...] = ()
    if inclusion is not None:
        where = inclusion.include.base.span if inclusion.include.base else inclusion.include.path_span
        related = (Related(inclusion.source, where, f"{extent(other)} are given here"),)
    return Finding(
        one.span,
        f"the IDs of '{one.inclusion.include.path}', {extent(mine)}, meet those of '{path}', {extent(other)}",
        None if free is None else f"the first free base is {shown(free)}",
        related,
        source=one.inclusion.source,
    )


RULE = IdCollision()
