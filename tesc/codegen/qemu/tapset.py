"""What SystemTap's three tapsets share."""

from __future__ import annotations

from tesc.units import identifiers
from tesc.units.compat import STAP_RESERVED_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output
    from tesc.units.text import Text
    from tesc.units.unit import UnitEvent

# Longer text is truncated, as in the simple backend's records (MAX_TRACE_STRLEN).
_MAX_STRING = 512


def escaped(out: Output, name: str) -> str:
    """A parameter's name as a tapset spells it."""
    # tracetool does not know that this word is reserved.
    return f"{name}_" if name in STAP_RESERVED_WORDS or (out.fixed and name == "private") else name


def read_string(out: Output, event: UnitEvent, name: str, text: Text) -> None:
    """Write code that copies the text at `name` in the program to a variable of the tapset."""
    variable = identifiers.tapset_text(name, out.fixed)
    most = str(min(_MAX_STRING, _MAX_STRING if text.bytes is None else text.bytes))
    if text.limit is not None:
        limit = escaped(out, event.parameters[text.limit][1])
        # printf ignores a negative precision.
        most = f"({limit} < 0 || {limit} > {most} ? {most} : {limit})"
    out(
        "    try {",
        f'        {variable} = {name} ? user_string_n({name}, {most}) : "<null>"',
        "    } catch {}",
    )
