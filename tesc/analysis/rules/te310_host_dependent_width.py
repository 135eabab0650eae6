from __future__ import annotations

from tesc.analysis.rule import Report, RunRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit

# Types whose width depends on the machine, and types that hold their values on every machine.
_WIDE = {
    "long": "int64_t",
    "unsigned long": "uint64_t",
    "size_t": "uint64_t",
    "ssize_t": "int64_t",
    "intptr_t": "int64_t",
    "uintptr_t": "uint64_t",
    "ptrdiff_t": "int64_t",
}


class HostDependentWidth(RunRule):
    """The width of a parameter of a guest's event depends on the machine.

    A guest and its host may disagree on the width of `long` or `size_t`: a 32-bit host, or Windows, keeps
    only half of a 64-bit guest's value. The record holds 64 bits: declare a 64-bit type, or one that is
    as wide as the value.

    Wrong:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        claim(size_t size) "size %zu"

    Right:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        claim(uint64_t size) "size %" PRIu64
    """

    code = "TE310"
    name = "host-dependent-width"
    scope = "event"
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            for event in unit.events:
                if not event.crosses or id(event.node) in seen:
                    continue
                seen.add(id(event.node))
                for parameter in event.node.parameters:
                    instead = _WIDE.get(parameter.type.base or "")
                    if instead is not None and not parameter.type.is_pointer:
                        yield Report(
                            parameter.type_span,
                            f"'{parameter.type.text}' may differ in width between the host and the guest",
                            f"declare it '{instead} {parameter.name}', and print it with a PRI macro",
                            source=event.source,
                            event=event.name,
                        )


RULE = HostDependentWidth()
