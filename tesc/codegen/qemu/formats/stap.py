"""The SystemTap tapset that names the probes and their arguments."""

from __future__ import annotations

from tesc.codegen.qemu.tapset import escaped
from tesc.units.output_reasons import PERCENT, TAPSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    out.head()
    out("")
    for event in events:
        if event.disabled:
            continue
        mark = f'process("{options.binary}").mark("{event.name}")'
        out(f"probe {options.probe_prefix}.{event.name} = {mark}", "{")
        for number, parameter in enumerate(event.node.parameters, 1):
            name = escaped(out, parameter.name)
            # tracetool uses the line as a Python format, in which '%%' is a '%'.
            if "%" in name.replace("%%", ""):
                out.refuse(event, parameter.start, PERCENT.of(TAPSET))
            name = name.replace("%%", "%")
            out(f"  {name} = $arg{number};")
        out("}")
    out("")
