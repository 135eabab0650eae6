"""The identifiers in the guest's and the demultiplexer's code, in addition to those of each event."""

from __future__ import annotations

from tesc.records import record
from tesc.units import reserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.units.unit import UnitEvent

RUNTIME_HEADER = "tesc_guest.h"
TABLE = "trace_list"
EVENTS = "NR_TRACE_EVENTS"
GUARD = "TESC_GUEST_TRACE_H"

_NO_PARAMETER = reserved.C_KEYWORDS | reserved.C_CONSTANTS | reserved.C_CONSTANTS_32 | {TABLE}


def c_call(arguments: int) -> str:
    """The runtime's function that sends a record with a number of arguments."""
    return f"trace{arguments}"


def parameters(event: UnitEvent, own: frozenset[str] = frozenset()) -> list[str]:
    """The names of an event's parameters in the guest's header, which do not matter to callers.

    `own` are words that the function itself uses.

    An underscore avoids clashes with C's keywords, with macros, and with names in the header's code.
    """
    taken = {parameter.name for parameter in event.node.parameters}
    names: list[str] = []
    for parameter in event.node.parameters:
        name = parameter.name
        if name[:1].isdigit():
            name = f"_{name}"
        # Macros for constants, such as IDs, are in capitals.
        if (
            name in _NO_PARAMETER
            or name in own
            or name.isupper()
            or name == c_call(len(event.node.parameters))
        ):
            name = f"{name}_"
        while name in names or (name != parameter.name and name in taken):
            name = f"{name}_"
        names.append(name)
    return names


@record
class Host:
    """The identifiers that the demultiplexer defines for one guest; for a single guest, `guest` is empty."""

    guest: str

    @property
    def _suffix(self) -> str:
        return f"_{self.guest}" if self.guest else ""

    @property
    def call(self) -> str:
        """The function that takes one record."""
        return f"guest_trace{self._suffix}"

    @property
    def stream(self) -> str:
        """The function that takes bytes as they arrive."""
        return f"guest_stream{self._suffix}"

    @property
    def end(self) -> str:
        """The function that ends a stream."""
        return f"guest_end{self._suffix}"

    @property
    def framed(self) -> str:
        """The variable with the declarations of a guest that sends frames."""
        return f"guest_framed{self._suffix}"

    @property
    def counters(self) -> str:
        """The variable with the guest's counters."""
        return f"guest_demux{self._suffix}"


def host_guard(group: str) -> str:
    """The include guard of the demultiplexer's header."""
    return f"GUEST_DEMUX_{group.upper()}_H"
