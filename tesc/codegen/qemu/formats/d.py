"""The DTrace provider, from which dtrace(1) makes a header and an object."""

from __future__ import annotations

from tesc.syntax.reference_conversions import MACOS_TYPES, replaced
from tesc.units.compat import D_RESERVED_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    macos = options.platform == "darwin" and out.release.has("plain-d-types")
    enabled = [event for event in events if not event.disabled]
    # Without probes, SystemTap's dtrace(1) needs an empty file, macOS' dtrace a provider.
    if not enabled and not macos:
        return
    out.head()
    if out.release.has("spdx"):  # before that, a missing comma in tracetool lost the line
        out("")
    out("provider qemu {")
    for event in enabled:
        arguments = ",".join(_argument(out, type_, name, macos) for type_, name in event.parameters)
        out("", f"probe {event.name}({arguments});")
    out("", "};")


def _argument(out: Output, type_: str, name: str, macos: bool) -> str:
    if macos:
        type_ = MACOS_TYPES.get(type_, type_)
    if out.fixed:
        from tesc.units.d_types import provider_type  # not needed for QEMU's bytes

        type_ = provider_type(type_)
    elif out.release.has("plain-d-types"):
        type_ = replaced(type_)
    return f"{type_} {name}_" if name in D_RESERVED_WORDS else f"{type_} {name}"
