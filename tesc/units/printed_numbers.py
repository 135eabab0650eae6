"""How C's printf prints a number that a tracer such as SystemTap has in 64 bits."""

from __future__ import annotations

from tesc.records import record
from tesc.syntax.c_type import SIGNED_FIXED, parse_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.arguments import Printing

# The bits that a conversion prints, by its length; `long` is as wide as on 64-bit hosts.
_WIDTHS = {"hh": 8, "h": 16, "": 32}
# The widths of types; others have 64 bits.
_NARROW = {"bool": 8, "int8_t": 8, "uint8_t": 8, "int16_t": 16, "uint16_t": 16, "int32_t": 32, "uint32_t": 32}
_NARROW.update({"char": 8, "signed char": 8, "unsigned char": 8, "short": 16, "unsigned short": 16})
_NARROW.update({"int": 32, "unsigned int": 32})
_SIGNED = SIGNED_FIXED | {"char", "signed char", "short", "int", "long", "long long"}


@record
class Cut:
    """How many bits of a number printf prints, and whether as a signed number."""

    width: int
    signed: bool


def cut(type_text: str, printing: Printing) -> Cut | None:
    """How to truncate a 64-bit number to what printf prints; None if that is the number itself.

    `type_text` is the parameter's type: the number was sign- or zero-extended from it.
    """
    letter = printing.letter
    width = 8 if letter == "c" else _WIDTHS.get(printing.length, 64)
    if width == 64 or letter not in "diuoxXc":
        return None
    bits, signed = width_and_sign(type_text)
    if letter in "di":
        return None if bits < width or (bits == width and signed) else Cut(width, True)
    return Cut(width, False) if signed or bits > width else None


def width_and_sign(type_text: str) -> tuple[int, bool]:
    """A type's width in bits on a 64-bit host, and whether it is signed; pointers are not."""
    type_ = parse_type(type_text)
    base = type_.base or ""
    if type_.pointers:
        return 64, False
    return _NARROW.get(base, 64), base in _SIGNED
