from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import EventRule, Report
from tesc.units.wording import declared_twice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree


class DuplicateParameter(EventRule):
    """Two parameters of an event have the same name.

    Both become parameters of one C function.

    Wrong:

        copy(uint64_t addr, uint64_t addr) "from 0x%" PRIx64 " to 0x%" PRIx64

    Right:

        copy(uint64_t src, uint64_t dst) "from 0x%" PRIx64 " to 0x%" PRIx64
    """

    code = "TE304"
    name = "duplicate-parameter"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        names = {parameter.declaration.name for parameter in event.parameters}
        return _found(event, tree) if len(names) != len(event.parameters) else ()


def _found(event: Event, tree: Tree) -> Iterator[Report]:
    seen: dict[str, Parameter] = {}
    for parameter in event.parameters:
        if not parameter.name:
            continue
        first = seen.setdefault(parameter.name, parameter)
        if first is not parameter:
            related = Related(tree.source, first.name_span, "first declared here")
            message = declared_twice("parameter", parameter.name)
            yield Report(parameter.name_span, message, "give it another name", (related,))


RULE = DuplicateParameter()
