"""The SystemTap tapset that prints each event as a record of a simpletrace file."""

from __future__ import annotations

from tesc.codegen.qemu.tapset import escaped, read_string
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    out.head()
    out("")
    prefix = options.probe_prefix
    for event in events:
        if event.disabled:
            continue
        out(f"probe {prefix}.simpletrace.{event.name} = {prefix}.{event.name} ?", "{")
        _record(out, event)
        out("}")
    out("")


def _record(out: Output, event: UnitEvent) -> None:
    """Print type 1, the event's index, time, length and process, then the arguments."""
    sizes = ["24"]  # the part before the arguments, without the type
    conversions = ""
    arguments = ""
    for text, (_, name) in zip(out.texts(event), event.parameters):
        name = escaped(out, name)
        if text is not None:
            read_string(out, event, name, text)
            copied = identifiers.tapset_text(name, out.fixed)
            length = identifiers.tapset_length(name, out.fixed)
            out(f"    {length} = strlen({copied})")
            sizes.append(f"4 + {length}")
            conversions += "%4b%.*s"
            arguments += f", {length}, {length}, {copied}"
        else:
            sizes.append("8")
            conversions += "%8b"
            arguments += f", {name}"
    head = f"1, {event.index}, gettimeofday_ns(), {' + '.join(sizes)}, pid()"
    out(f'    printf("%8b%8b%8b%4b%4b{conversions}", {head}{arguments})')
