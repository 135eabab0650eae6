from __future__ import annotations

from tesc.analysis.linkage import clashes, first_declared
from tesc.analysis.rule import Finding, RunRule
from tesc.schema import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.schema.unit import Unit


class EventNamesDifferInCase(RunRule):
    """The names of two events differ only in upper and lower case.

    The names of an event's macros and variables are its name in capitals, so both events define the
    same ones.

    Wrong:

        link_up(int port) "port %d"
        Link_Up(int port) "port %d"

    Right:

        link_up(int port) "port %d"
        link_up_again(int port) "port %d"
    """

    code = "TE102"
    name = "event-names-differ-in-case"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Finding]:
        for first, second in clashes(units, settings, identifiers.c_object):
            if first.name != second.name:
                yield Finding(
                    second.node.name_span,
                    f"event '{second.name}' differs from '{first.name}' only in case: "
                    f"both define {identifiers.c_object(second.name)}",
                    "give one of them another name",
                    (first_declared(first),),
                    source=second.source,
                    event=second.name,
                )


RULE = EventNamesDifferInCase()
