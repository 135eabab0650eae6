"""Which conversion of a format prints which parameter.

Conversions take parameters in order; a `*` takes one of its own before the value, and `%2$s`
(POSIX) names the parameter that it takes.
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

    `role` is value, width or precision. `limit` is the index of the parameter that gives the
    precision of this one (`%.*s`), where there is one.
    """

    conversion: Conversion
    role: Role
    limit: int | None = None

    @property
    def letter(self) -> str:
        """The conversion's letter, that of its macro included; `d` for a width or a precision."""
        if self.role != "value":
            return "d"
        macro = self.conversion.macro
        # Headers of QEMU name their own macros so that they print addresses.
        return self.conversion.letter if macro is None else macro_letter(macro.name) or "x"

    @property
    def length(self) -> str:
        """The length as a conversion without a macro would spell it: `ll` for PRIx64."""
        if self.role != "value":
            return ""
        macro = self.conversion.macro
        if macro is None:
            return self.conversion.length
        return macro_length(macro.name) if macro_letter(macro.name) else "ll"


def printings(format_text: str) -> dict[int, Printing]:
    """How each parameter is printed, by its index from 0; without those that no conversion takes.

    `format_text` is the format as it is written, quotes and macros included.
    """
    return dict(in_order(format_text))


@lru_cache(maxsize=16384)
def in_order(format_text: str) -> tuple[tuple[int, Printing], ...]:
    """The same as pairs, in the order of the conversions; a `*` comes before its value."""
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
    """The parameter that a position (`2$`, `*2$`) names, or the following one; and the one after that."""
    number = text.strip("*$")
    return (int(number) - 1, following) if number.isdigit() else (following, following + 1)
