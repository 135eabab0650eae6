from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.ranges import RESERVED, Based, extent, free_base, shown
from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Range, Unit


class IdCollision(RunRule):
    """Two events of a unit have the same stream ID.

    The events of an include with a base get the IDs from that base on, including disabled events. The root's
    events get the IDs from 0 on. Where two ranges overlap, a merged trace does not show which event an ID
    belongs to. Place guests far from the host's events and from each other, for example at
    0x8000000000000000.

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

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            free: dict[tuple[int, int], int | None] = {}
            for one, other in _meetings(unit):
                # An include in a file of two units is reported once.
                if one.inclusion not in seen:
                    seen.add(one.inclusion)
                    yield _finding(one, other, free)


def _meetings(unit: Unit) -> list[tuple[Based, Range]]:
    """The ranges that overlap an earlier one, each with that one, in the order of the includes."""
    # Another rule (TE202) reports IDs that do not fit into 64 bits.
    ranges = [one for one in unit.ranges if one.size and one.last <= RESERVED[-1]]
    order = {id(one): number for number, one in enumerate(unit.ranges)}
    found: dict[int, tuple[Based, Range]] = {}
    reaching: Range | None = None  # of the ranges that begin earlier, the one that ends last
    for one in sorted(ranges, key=lambda one: one.base):
        if reaching is not None and one.base <= reaching.last:
            first, second = sorted((reaching, one), key=lambda one: order[id(one)])
            assert second.inclusion is not None, "the first range is the root's"
            found.setdefault(order[id(second)], (Based(unit, second, second.inclusion), first))
        if reaching is None or one.last > reaching.last:
            reaching = one
    return [found[number] for number in sorted(found)]


def _finding(one: Based, other: Range, known: dict[tuple[int, int], int | None]) -> Report:
    mine = one.range
    inclusion = other.inclusion
    path = one.unit.roots[0].source.path if inclusion is None else inclusion.include.path
    if (mine.base, mine.size) not in known:
        known[mine.base, mine.size] = _free(one)
    free = known[mine.base, mine.size]
    related: tuple[Related, ...] = ()
    if inclusion is not None:
        where = inclusion.include.base.span if inclusion.include.base else inclusion.include.path_span
        related = (Related(inclusion.source, where, f"{extent(other)} are assigned here"),)
    return Report(
        one.span,
        f"the IDs of '{one.inclusion.include.path}', {extent(mine)}, overlap those of '{path}', "
        f"{extent(other)}",
        None if free is None else f"the first free base is {shown(free)}",
        related,
        source=one.inclusion.source,
    )


def _free(one: Based) -> int | None:
    """The first free base after that of an include, else the first of all."""
    others = [other for other in one.unit.ranges if other is not one.range]
    behind = free_base(one.range.base, one.range.size, others)
    return free_base(0, one.range.size, others) if behind is None else behind


RULE = IdCollision()
