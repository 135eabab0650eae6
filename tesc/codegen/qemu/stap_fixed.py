"""The log tapset's printf with compat `fixed`: valid for SystemTap, and printing the same as C.

SystemTap's numbers have 64 bits, whatever the argument's type, and its printf has no length that truncates.
So an argument that C would truncate, or print with a different signedness, is converted first.
"""

from __future__ import annotations

import re

from tesc.codegen.qemu.tapset import escaped
from tesc.syntax.arguments import in_order
from tesc.syntax.printf import ESCAPE, SIMPLE_ESCAPES, parse_format
from tesc.units import identifiers
from tesc.units.printed_numbers import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output
    from tesc.syntax.arguments import Printing
    from tesc.units.unit import UnitEvent

# C11 6.4.4.4; SystemTap drops the backslash of some; octal escapes work for all.
_PLAIN = frozenset('nt\\"')
_CODES = {letter: ord(SIMPLE_ESCAPES[letter]) for letter in "abeEfrv"}


def arguments(out: Output, event: UnitEvent) -> list[str]:
    """The arguments for the conversions of an event's format, in order."""
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
    """An expression for a number as C's printf reads it: with the conversion's width and signedness."""
    found = cut(type_text, printing)
    if found is None:
        return name
    mask = (1 << found.width) - 1
    if not found.signed:
        return f"({name} & {mask:#x})"
    sign = 1 << (found.width - 1)
    return f"((({name} & {mask:#x}) ^ {sign:#x}) - {sign:#x})"


def taken(text: str) -> str:
    """A joined format with conversions and escapes that SystemTap's printf accepts."""
    made = ""
    at = 0
    # Offsets include the quote that makes the text a literal again.
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
    """A C escape with three octal digits per byte, except the simplest ones."""
    octal, hexa, short, long, other = match.groups()
    if other is not None:
        code = _CODES.get(other)
        return f"\\{code:03o}" if code is not None else match[0] if other in _PLAIN else other
    if octal or hexa:
        return f"\\{(int(octal, 8) if octal else int(hexa, 16)) & 255:03o}"
    return "".join(f"\\{byte:03o}" for byte in chr(int(short or long, 16)).encode("utf-8", "replace"))
