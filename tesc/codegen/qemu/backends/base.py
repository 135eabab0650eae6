"""The slots that a backend can fill in C headers, C sources and Rust modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Backend:
    """A tracer. All slots are optional: a backend that fills none of them is `nop`.

    Set `checks_state` to true if the backend's calls should run only while the event is enabled. Calls
    of backends without it come first and always run.
    """

    checks_state = False

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        """Add declarations at the beginning of the C header; `events` includes disabled ones."""

    def h_state(self, event: UnitEvent) -> str:
        """Return a C expression that is true while this backend wants the event; empty for none."""
        return ""

    def h_event(self, out: Output, event: UnitEvent) -> None:
        """Add the backend's statements to the C function that programs call."""

    def c_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        """Add the beginning of the backend's part of the C source; `events` includes disabled ones."""

    def c_event(self, out: Output, event: UnitEvent) -> None:
        """Add the definitions of one enabled event to the C source."""

    def rs_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        """Add items at the beginning of the Rust module."""

    def rs_state(self, event: UnitEvent) -> str:
        """Return a Rust expression like that of h_state, for backends without `checks_state`."""
        return ""

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        """Add the backend's statements to the Rust function that programs call."""


def call_arguments(event: UnitEvent) -> str:
    """The parameters' names as further arguments of a call, each after a comma."""
    return "".join([f", {name}" for _, name in event.parameters])
