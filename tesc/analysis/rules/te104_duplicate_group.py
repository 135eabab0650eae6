from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.groups import groups_of
from tesc.analysis.linkage import Linkage
from tesc.analysis.rule import Report, RunRule
from tesc.syntax.source import Span
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class DuplicateGroup(RunRule):
    """Two trace-events files have the same group name.

    A group is named after the file's folder, with `_` for every character that is not a letter or digit,
    and the generated files are named after the group: `hw/net-can/trace-events` and
    `hw/net_can/trace-events` are both the group `hw_net_can`, so one's `trace-hw_net_can.h` replaces the
    other's. Groups that differ only in case have the same include guard, and on some systems the same
    files.

    Wrong:

        # hw/net-can/trace-events
        frame_sent(int id) "id %d"

        # hw/net_can/trace-events
        frame_received(int id) "id %d"

    Right:

        # hw/net-can/trace-events
        frame_sent(int id) "id %d"

        # hw/can/trace-events
        frame_received(int id) "id %d"
    """

    code = "TE104"
    name = "duplicate-group"
    scope = "files"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        linkage = Linkage(settings)
        seen: dict[str, list[tuple[Unit, str]]] = {}
        for unit, group in zip(units, groups_of(units, settings)):
            source = unit.roots[0].source
            earlier = seen.setdefault(group.lower(), [])
            for other, same in earlier:
                if not linkage.may_link(unit, other):
                    continue
                first = other.roots[0].source
                message = f"this file is the group '{group}', as '{first.path}' is"
                if group != same:
                    message = (
                        f"this file is the group '{group}', which differs from '{same}' only in case: "
                        f"both headers have the guard {identifiers.header_guard(group)}"
                    )
                yield Report(
                    Span(0, 0),
                    message,
                    "rename one of the folders",
                    (Related(first, Span(0, 0), f"the other group '{same}'"),),
                    source=source,
                )
                break
            earlier.append((unit, group))


RULE = DuplicateGroup()
