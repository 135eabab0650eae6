from __future__ import annotations

from tesc.analysis.linkage import clashes, first_declared, separate
from tesc.analysis.rule import Report, RunRule
from tesc.units import identifiers
from tesc.units.wording import differ_in_case

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class EventNamesDifferInCase(RunRule):
    """The names of two events differ only in case.

    The names of an event's macros and variables contain its name in capitals, so both events define the
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
    scope = "spelling"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        found = clashes(units, settings, identifiers.c_object)
        different, again = separate(clash for clash in found if clash.first.name != clash.second.name)
        for first, second in ((clash.first, clash.second) for clash in different):
            yield Report(
                second.node.name_span,
                differ_in_case(first.name, second.name, identifiers.c_object(second.name)),
                "give one of them another name",
                (first_declared(first),),
                source=second.source,
                event=second.name,
            )
        for repeated in again:
            include = repeated.inclusion.include
            yield Report(
                include.path_span,
                f"'{include.path}' is included under two prefixes that differ only in case, "
                "so its events define the same macros twice",
                "give it another prefix",
                repeated.related,
                source=repeated.inclusion.source,
                event=repeated.clashes[0].second.name,
            )


RULE = EventNamesDifferInCase()
