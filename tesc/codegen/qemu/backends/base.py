"""The slots that a backend fills in C sources and headers and in Rust modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent


class Backend:
    """A tracer. Every slot may stay empty: a backend that fills none is `nop`.

    `checks_state` is true if its calls run only while the event is switched on; calls of backends
    without it come first and always run.
    """

    checks_state = False

    def h_begin(self, out: Output, events: Sequence[UnitEvent], group: str) -> None:
        """Declarations at the head of the C header; all events, disabled ones too."""

    def h_state(self, event: UnitEvent) -> str:
        """A C expression that says whether this backend wants the event now; empty for none."""
        return ""

    def h_event(self, out: Output, event: UnitEvent) -> None:
        """The body of the C function that programs call."""

    def c_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        """The head of the backend's part of the C source; all events, disabled ones too."""

    def c_event(self, out: Output, event: UnitEvent) -> None:
        """Definitions for one enabled event in the C source."""

    def rs_begin(self, out: Output, events: Sequence[UnitEvent]) -> None:
        """Items at the head of the Rust module."""

    def rs_state(self, event: UnitEvent) -> str:
        """A Rust expression like h_state's, for backends that do not check the event's state."""
        return ""

    def rs_event(self, out: Output, event: UnitEvent) -> None:
        """The body of the Rust function that programs call."""


def call_arguments(event: UnitEvent) -> str:
    """The parameters' names as the last arguments of a call that has others before."""
    return "".join([f", {name}" for _, name in event.parameters])
