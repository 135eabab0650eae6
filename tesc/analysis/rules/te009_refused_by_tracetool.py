from __future__ import annotations

from tesc.analysis.rule import FileRule, Report
from tesc.units import reasons
from tesc.units.facts import facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class RefusedByTracetool(FileRule):
    """QEMU's tracetool rejects this line, although it is valid.

    QEMU's tracetool rejects one space before an event's name (two are fine), a space before the
    parenthesis, a tab within a type, the type `intptr_t`, and any format that contains the characters
    `%m` or `\\n`, even in `%%m` or after an escaped backslash. This is reported only in profile qemu,
    where other people build with QEMU's tracetool.

    Wrong:

        sched_yield (void) "yield"

    Right:

        sched_yield(void) "yield"
    """

    code = "TE009"
    name = "refused-by-tracetool"
    scope = "lines"
    severity = "warning"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == "qemu"

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        for fact in facts(tree, "qemu"):
            if fact.reason is reasons.TRACETOOL:
                yield Report(fact.span, fact.message, fact.help)


RULE = RefusedByTracetool()
