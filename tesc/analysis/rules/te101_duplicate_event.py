from __future__ import annotations

from tesc.analysis.linkage import clashes, first_declared
from tesc.analysis.rule import Finding, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.schema.unit import Unit


class DuplicateEvent(RunRule):
    """Two events of one program have the same name.

    An event's name gives its C function, macros and variables their names, so the second declaration
    breaks the build, or the link where it stands in another group. Groups that are never linked
    together, such as QEMU's two user-mode emulators, may share names; a configuration lists them
    under `exclusive`.

    Wrong:

        phy_reset(int port) "port %d"
        phy_reset(int port, bool hard) "port %d hard %d"

    Right:

        phy_reset(int port) "port %d"
        phy_hard_reset(int port) "port %d"
    """

    code = "TE101"
    name = "duplicate-event"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Finding]:
        for first, second in clashes(units, settings, lambda name: name):
            yield Finding(
                second.node.name_span,
                f"event '{second.name}' is declared twice",
                "give one of them another name",
                (first_declared(first),),
                source=second.source,
                event=second.name,
            )


RULE = DuplicateEvent()
