"""The SystemTap tapset that prints events as the log backend does."""

from __future__ import annotations

from tesc.codegen.qemu.output import HEADER
from tesc.codegen.qemu.tapset import escaped, read_string
from tesc.syntax.printf import Literal, parse_format
from tesc.units.compat import is_string, stap_sizes_dropped

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
        arguments = "pid(), gettimeofday_ns()"
        for type_, name in event.parameters:
            name = escaped(out, name)
            if is_string(type_):
                read_string(out, name)
                arguments += f", arg{name}_str"
            else:
                arguments += f", {name}"
        out(f'    printf("%d@%d {event.name} {_format(out, event)}\\n", {arguments})', "}")
    out("")


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
    return _without_sizes(joined) if out.fixed else stap_sizes_dropped(joined)


def _without_sizes(text: str) -> str:
    """A joined format in which every conversion is one that SystemTap's printf takes."""
    made = ""
    at = 0
    # Positions count the quote that makes a literal of the text again.
    for one in parse_format(f'"{text}"').conversions:
        flags = "".join(flag for flag in one.flags if flag in "-+ #0")
        precision = "" if one.precision is None else f".{one.precision}"
        made += f"{text[at : one.start - 1]}%{flags}{one.width}{precision}{one.letter}"
        at = one.end - 1
    return made + text[at:]
