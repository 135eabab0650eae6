from __future__ import annotations

from tesc.analysis.linkage import clashes, first_declared, separate
from tesc.analysis.rule import Report, RunRule
from tesc.units.wording import declared_twice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class DuplicateEvent(RunRule):
    """Two events of one program have the same name.

    The C function, macros and variables of an event are named after it, so the second declaration breaks the
    build, or the link if it is in another group. Groups that are never linked together, such as QEMU's two
    user-mode emulators, may share names; list them under `exclusive` in the configuration. A file that two
    groups include gives both the same events: give each include its own prefix.

    Wrong:

        phy_reset(int port) "port %d"
        phy_reset(int port, bool hard) "port %d hard %d"

    Right:

        phy_reset(int port) "port %d"
        phy_hard_reset(int port) "port %d"
    """

    code = "TE101"
    name = "duplicate-event"
    scope = "spelling"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        different, again = separate(clashes(units, settings, str))
        for clash in different:
            yield Report(
                clash.second.node.name_span,
                declared_twice("event", clash.second.name),
                "give one of them another name",
                (first_declared(clash.first),),
                source=clash.second.source,
                event=clash.second.name,
            )
        for repeated in again:
            include = repeated.inclusion.include
            way = "a second time" if repeated.other else "and is also a root"
            yield Report(
                include.path_span,
                f"'{include.path}' is included {way}, which declares {repeated.events} twice",
                "give the include a prefix",
                repeated.related,
                source=repeated.inclusion.source,
                event=repeated.clashes[0].second.name,
            )


RULE = DuplicateEvent()
