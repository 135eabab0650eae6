"""The Rust module of the release 10.2, without state functions and dtrace."""

from __future__ import annotations

from tesc.codegen.qemu.formats.rs import BEGIN, function
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent

_ALLOWED_DEAD = "#[allow(dead_code)]"


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend]) -> None:
    """Write the whole module."""
    out(*[line for line in BEGIN if line.strip() != _ALLOWED_DEAD])
    for event in events:
        out(f"    static mut {identifiers.c_state(event.name)}: u16;")
    out("}")
    for backend in backends:
        backend.rs_begin(out, events)
    always = [backend for backend in backends if not backend.checks_state]
    checked = [backend for backend in backends if backend.checks_state]
    for event in events:
        out("", "#[inline(always)]", _ALLOWED_DEAD)
        function(out, event, always, checked)
