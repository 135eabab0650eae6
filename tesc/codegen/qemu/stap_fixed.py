"""The log tapset's printf where the reference's is wrong: what SystemTap takes, printing what C prints.

SystemTap's numbers have 64 bits, whatever the argument's type, and its printf knows no length that
would cut one. So an argument that C would cut, or read with the other sign, is cut before.
"""

from __future__ import annotations

import re

from tesc.codegen.qemu.tapset import escaped
from tesc.syntax.arguments import in_order
from tesc.syntax.c_type import SIGNED_FIXED, parse_type
from tesc.syntax.printf import ESCAPE, SIMPLE_ESCAPES, parse_format
from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output
    from tesc.syntax.arguments import Printing
    from tesc.units.unit import UnitEvent

# How many bits a conversion prints, by its length; `long` and what is as wide are 64-bit hosts'.
_WIDTHS = {"hh": 8, "h": 16, "": 32}
# How wide a probe's argument is, and whether it has a sign; others have 64 bits.
_NARROW = {"bool": 8, "int8_t": 8, "uint8_t": 8, "int16_t": 16, "uint16_t": 16, "int32_t": 32, "uint32_t": 32}
_NARROW.update({"char": 8, "signed char": 8, "unsigned char": 8, "short": 16, "unsigned short": 16})
_NARROW.update({"int": 32, "unsigned int": 32})
_SIGNED = SIGNED_FIXED | {"char", "signed char", "short", "int", "long", "long long"}
# C11 6.4.4.4; SystemTap drops the backslash of some, and takes octal numbers for all.
_PLAIN = frozenset('nt\\"')
_CODES = {letter: ord(SIMPLE_ESCAPES[letter]) for letter in "abeEfrv"}


def arguments(out: Output, event: UnitEvent) -> list[str]:
    """What the conversions of an event's format print, in their order."""
    texts = out.texts(event)
    found = []
    for index, printing in in_order(event.format):
        if index >= len(texts):
            continue
        type_, name = event.parameters[index]
        name = escaped(out, name)
        if texts[index] is not None and printing.role == "value":
            found.append(identifiers.tapset_text(name, True))
        else:
            found.append(_number(type_, name, printing))
    return found


def _number(type_text: str, name: str, printing: Printing) -> str:
    """A number as C's printf reads it: cut to the conversion's width, with the conversion's sign."""
    type_ = parse_type(type_text)
    base = type_.base or ""
    letter = printing.letter
    bits = 64 if type_.pointers else _NARROW.get(base, 64)
    signed = not type_.pointers and base in _SIGNED
    width = 8 if letter == "c" else _WIDTHS.get(printing.length, 64)
    if width == 64 or letter not in "diuoxXc":
        return name
    mask = (1 << width) - 1
    if letter in "di":
        if bits < width or (bits == width and signed):
            return name
        sign = 1 << (width - 1)
        return f"((({name} & {mask:#x}) ^ {sign:#x}) - {sign:#x})"
    return f"({name} & {mask:#x})" if signed or bits > width else name


def taken(text: str) -> str:
    """A joined format in which every conversion and escape is one that SystemTap's printf takes."""
    made = ""
    at = 0
    # Positions count the quote that makes a literal of the text again.
    for one in parse_format(f'"{text}"').conversions:
        flags = "".join(flag for flag in one.flags if flag in "-+ #0")
        width = "*" if one.width.startswith("*") else one.width
        precision = "" if one.precision is None else f".{'*' if '*' in one.precision else one.precision}"
        made += f"{_escapes(text[at : one.start - 1])}%{flags}{width}{precision}{one.letter}"
        at = one.end - 1
    return made + _escapes(text[at:])


def _escapes(text: str) -> str:
    return ESCAPE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """One of C's escapes in three octal digits a byte, but for the plainest."""
    octal, hexa, short, long, other = match.groups()
    if other is not None:
        code = _CODES.get(other)
        return f"\\{code:03o}" if code is not None else match[0] if other in _PLAIN else other
    if octal or hexa:
        return f"\\{(int(octal, 8) if octal else int(hexa, 16)) & 255:03o}"
    return "".join(f"\\{byte:03o}" for byte in chr(int(short or long, 16)).encode("utf-8", "replace"))
