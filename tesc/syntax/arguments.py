"""Which conversion of a format prints which parameter.

Conversions take parameters in order; a `*` takes a parameter before the value, and `%2$s` (POSIX) gives the
number of its parameter.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record
from tesc.syntax.inttypes import macro_length, macro_letter
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from tesc.syntax.printf import Conversion

    Role = Literal["width", "precision", "value"]


@record
class Printing:
    """What a format does with one parameter.

    `role` is value, width or precision. `limit` is the index of the parameter that is this one's precision
    (`%.*s`), or None.
    """

    conversion: Conversion
    role: Role
    limit: int | None = None

    @property
    def letter(self) -> str:
        """The letter of the conversion or of its macro; `d` for a width or a precision."""
        if self.role != "value":
            return "d"
        macro = self.conversion.macro
        # Names of QEMU's own macros do not contain a letter; they print addresses.
        return self.conversion.letter if macro is None else macro_letter(macro.name) or "x"

    @property
    def length(self) -> str:
        """The length as in a conversion without a macro: `ll` for PRIx64."""
        if self.role != "value":
            return ""
        macro = self.conversion.macro
        if macro is None:
            return self.conversion.length
        return macro_length(macro.name) if macro_letter(macro.name) else "ll"


def printings(format_text: str) -> dict[int, Printing]:
    """How each parameter is printed, by its index from 0; parameters without a conversion are missing.

    `format_text` is the format as written, with quotes and macros.
    """
    return dict(in_order(format_text))


@lru_cache(maxsize=16384)
def in_order(format_text: str) -> tuple[tuple[int, Printing], ...]:
    """(index, printing) of each printed parameter, in conversion order; a `*` comes before its value."""
    found: list[tuple[int, Printing]] = []
    following = 0
    for conversion in parse_format(format_text).conversions:
        if not conversion.arguments:
            continue
        precision = None
        if conversion.width.startswith("*"):
            width, following = _taken(conversion.width, following)
            found.append((width, Printing(conversion, "width")))
        if (conversion.precision or "").startswith("*"):
            precision, following = _taken(conversion.precision or "", following)
            found.append((precision, Printing(conversion, "precision")))
        if conversion.macro is not None or conversion.letter not in ("%", "m"):
            value, following = _taken(conversion.position, following)
            found.append((value, Printing(conversion, "value", precision)))
    return tuple(found)


def _taken(text: str, following: int) -> tuple[int, int]:
    """The parameter at a position (`2$`, `*2$`), or else the next one; and the one that is next after it."""
    number = text.strip("*$")
    return (int(number) - 1, following) if number.isdigit() else (following, following + 1)
