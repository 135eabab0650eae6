from __future__ import annotations

from tesc.analysis.rule import FileRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree


class UnusedIgnore(FileRule):
    """A comment ignores a rule that reports nothing there.

    `# tesc: ignore[RULE] reason` applies to the next item; `# tesc: ignore-file[RULE] reason`, before the
    first item, applies to the file. A comment that suppresses nothing would hide the next real mistake,
    so it is reported, and so is one that names no rule.

    Wrong:

        # tesc: ignore[too-many-arguments] the tracer copes
        cache_hit(int set, int way) "set %d way %d"

    Right:

        cache_hit(int set, int way) "set %d way %d"
    """

    code = "TE008"
    name = "unused-ignore"
    severity = "warning"

    def check(self, tree: Tree, settings: Settings) -> Iterable[Report]:
        # What is unused is known only when all rules have run: `analysis.check` reports it.
        return ()


RULE = UnusedIgnore()
