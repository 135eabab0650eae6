"""What SystemTap's three tapsets share."""

from __future__ import annotations

from tesc.units.compat import STAP_RESERVED_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output

# Longer text is cut, as in the simple backend's records.
_MAX_STRING = 512


def escaped(out: Output, name: str) -> str:
    """A parameter's name as a tapset spells it."""
    # The reference does not know that this one is reserved, too.
    return f"{name}_" if name in STAP_RESERVED_WORDS or (out.fixed and name == "private") else name


def read_string(out: Output, name: str) -> None:
    """Copy the text that `name` points to in the program into a variable of the tapset."""
    out(
        "    try {",
        f'        arg{name}_str = {name} ? user_string_n({name}, {_MAX_STRING}) : "<null>"',
        "    } catch {}",
    )
