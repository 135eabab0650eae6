from __future__ import annotations

from tesc.analysis.prefixes import prefixes
from tesc.analysis.rule import Report, RunRule
from tesc.syntax.source import Span
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit, UnitEvent


class DoubleUnderscore(RunRule):
    """An event's name has two underscores in a row.

    dtrace(1) reads `__` in a probe's name as `-`: the probe of `ring__full` is `ring-full`, and its macro
    is `QEMU_RING_FULL`. Generated C calls `QEMU_RING__FULL`, so it does not compile with backend dtrace.

    Wrong:

        ring__full(int size) "size %d"

    Right:

        ring_full(int size) "size %d"
    """

    code = "TE108"
    name = "double-underscore"
    reference = "tracers"
    scope = "event"
    formerly = ("TE106", "invalid-prefix")
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen: set[object] = set()
        for unit in units:
            for prefix in prefixes(unit):
                if "__" in prefix.text and prefix not in seen:
                    seen.add(prefix)
                    yield prefix.report("dtrace(1) reads its '__' as '-'")
            for event in unit.events:
                if "__" in event.name:
                    key = (event.source, event.node.name_start)
                    span = _at_fault(event)
                    if span is not None and key not in seen:
                        seen.add(key)
                        yield Report(
                            span,
                            f"dtrace(1) reads the '__' in '{event.name}' as '-': its header defines "
                            f"{identifiers.dtrace_header_macro(event.name)}, and generated C calls "
                            f"{identifiers.dtrace_macro(event.name)}",
                            "write one underscore",
                            source=event.source,
                            event=event.name,
                        )


def _at_fault(event: UnitEvent) -> Span | None:
    """The underscores in the event's own name; None if a prefix alone has them."""
    start, own = event.node.name_start, event.node.name
    if "__" in own:
        at = start + own.index("__")
        return Span(at, at + 2)
    # The last underscore of a prefix and the first of the name.
    joined = own.startswith("_") and event.name.endswith(f"_{own}")
    return Span(start, start + 1) if joined else None


RULE = DoubleUnderscore()
