from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.source import Span
from tesc.units.wording import EMPTY_LIST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class EmptyParameterList(EventRule):
    """An event without arguments does not say `void`.

    As in C before C23, an empty list does not mean "no arguments". QEMU's tracetool rejects it.

    Wrong:

        firmware_ready() "ready"

    Right:

        firmware_ready(void) "ready"
    """

    code = "TE303"
    name = "empty-parameter-list"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        if not event.parameters and not event.void:
            edit = SourceEdit(tree.source, event.parameters_span, "void")
            yield Report(
                Span(event.open, event.close + 1),
                EMPTY_LIST,
                f"write '{event.name}(void)'",
                fix=Fix("safe", (edit,)),
            )


RULE = EmptyParameterList()
