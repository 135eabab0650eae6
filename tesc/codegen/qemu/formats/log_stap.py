"""The SystemTap tapset that prints events as the log backend does."""

from __future__ import annotations

from tesc.codegen.qemu.output import HEADER
from tesc.codegen.qemu.tapset import escaped, read_string
from tesc.syntax.printf import Literal, parse_format
from tesc.units import identifiers
from tesc.units.compat import stap_sizes_dropped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    out(*HEADER, "")
    prefix = options.probe_prefix
    for event in events:
        if event.disabled:
            continue
        out(f"probe {prefix}.log.{event.name} = {prefix}.{event.name} ?", "{")
        for text, (_, name) in zip(out.texts(event), event.parameters):
            if text is not None:
                read_string(out, event, escaped(out, name), text)
        arguments = ", ".join(["pid()", "gettimeofday_ns()", *_arguments(out, event)])
        out(f'    printf("%d@%d {event.name} {_format(out, event)}\\n", {arguments})', "}")
    out("")


def _arguments(out: Output, event: UnitEvent) -> list[str]:
    """What is printed after the process and the time."""
    if out.fixed:
        from tesc.codegen.qemu import stap_fixed

        return stap_fixed.arguments(out, event)
    names = [escaped(out, name) for _, name in event.parameters]
    return [
        name if text is None else identifiers.tapset_text(name, out.fixed)
        for text, name in zip(out.texts(event), names)
    ]


def _format(out: Output, event: UnitEvent) -> str:
    """The format as one string: SystemTap's numbers are all 64 bits wide, so macros lose their size."""
    text = event.format
    parts = []
    for piece in parse_format(text).pieces:
        if isinstance(piece, Literal):
            parts.append(text[piece.start + 1 : piece.end - 1])
        elif piece.name.startswith("PRI") and len(piece.name) > 3:
            parts.append(piece.name[3])
        elif piece.name == "TARGET_FMT_plx":
            parts.append("%016x")
        else:
            out.refuse_macro(event, piece, "the log tapset")
    joined = "".join(parts)
    if not out.fixed:
        return stap_sizes_dropped(joined)
    from tesc.codegen.qemu import stap_fixed

    return stap_fixed.taken(joined)
