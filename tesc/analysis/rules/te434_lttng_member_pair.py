from __future__ import annotations

from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree


class LttngMemberPair(EventRule):
    """A parameter `_x` comes before `x`: LTTng traces with such an event are unreadable.

    In a CTF 1.8 trace, which LTTng up to 2.15 writes, every name has an underscore before it, and readers
    remove one. With `_x` before `x`, babeltrace2 (2.0.4, 2.1.1) finds the same name twice and cannot read any
    event of the trace. The other order is fine, and `compat = "fixed"` generates it.

    Wrong:

        move(int _x, int x) "from %d to %d"

    Right:

        move(int old_x, int x) "from %d to %d"
    """

    code = "TE434"
    name = "lttng-member-pair"
    reference = "tracers"
    severity = "warning"

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic" and settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterable[Report]:
        for parameter in event.parameters:
            if parameter.declaration.name[:1] == "_":
                return _found(event, tree)
        return ()


def _found(event: Event, tree: Tree) -> Iterator[Report]:
    before: dict[str, Parameter] = {}
    for parameter in event.parameters:
        first = before.get(f"_{parameter.name}")
        before[parameter.name] = parameter
        if first is not None:
            yield Report(
                first.name_span,
                f"LTTng traces in which '{first.name}' comes before '{parameter.name}' cannot be read",
                f"put '{parameter.name}' first, or give one of them another name",
                (Related(tree.source, parameter.name_span, f"'{parameter.name}' is here"),),
            )


RULE = LttngMemberPair()
