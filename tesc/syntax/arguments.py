"""Which conversion of a format prints which parameter.

Conversions take parameters in order; a `*` takes one of its own before the value, and `%2$s`
(POSIX) names the parameter that it takes.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from tesc.syntax.printf import Conversion

    Role = Literal["width", "precision", "value"]

# Of PRI macros by their size: glibc, musl and mingw-w64 define those of 8 and 16 bits without a
# length, since narrow arguments arrive as int; newlib has `hh` and `h` there.
_MACRO_LENGTHS = {"64": "ll", "MAX": "j", "PTR": "z"}


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
        if macro is None:
            return self.conversion.letter
        return macro.name[3:4] if macro.name.startswith("PRI") else "x"

    @property
    def length(self) -> str:
        """The length as a conversion without a macro would spell it: `ll` for PRIx64."""
        if self.role != "value":
            return ""
        macro = self.conversion.macro
        if macro is None:
            return self.conversion.length
        return _MACRO_LENGTHS.get(macro.name[4:], "") if macro.name.startswith("PRI") else "ll"


def printings(format_text: str) -> dict[int, Printing]:
    """How each parameter is printed, by its index from 0; nothing for those that no conversion takes.

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
        taken: dict[str, int] = {}
        for role, text in (
            ("width", conversion.width),
            ("precision", conversion.precision or ""),
            ("value", conversion.position),
        ):
            if role != "value" and not text.startswith("*"):
                continue
            number = text.strip("*$")
            if number.isdigit():
                taken[role] = int(number) - 1
            else:
                taken[role] = following
                following += 1
        for role in ("width", "precision"):
            if role in taken:
                found.append((taken[role], Printing(conversion, role)))
        if "value" in taken and (conversion.macro is not None or conversion.letter not in ("%", "m")):
            found.append((taken["value"], Printing(conversion, "value", taken.get("precision"))))
    return tuple(found)
