"""What readers see of parameters and formats, however they are spelled."""

from __future__ import annotations

from functools import lru_cache

from tesc.syntax.c_type import SIGNED_FIXED, UNSIGNED_FIXED, parse_type
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.syntax.printf import Macro

    # A parameter as readers see it, whatever its name: signedness and bits if they are the same on each host,
    # otherwise the type's name.
    Shape = tuple[str, str]


@lru_cache(maxsize=4096)
def shape(type_text: str) -> Shape:
    """A type as readers of its values see it: text, a pointer, or an integer with a signedness and width."""
    c_type = parse_type(type_text)
    if c_type.is_pointer:
        text = c_type.is_char_pointer
        return ("text", "") if text else ("pointer", "")
    base = c_type.base or type_text
    if base in SIGNED_FIXED:
        return "signed", base
    if base in UNSIGNED_FIXED:
        return "unsigned", base
    width = base.replace("unsigned ", "").replace("signed ", "")
    return ("unsigned" if base.startswith("unsigned") or base == "bool" else "signed"), width


@lru_cache(maxsize=16384)
def printed(format_text: str) -> str:
    """What a format prints, whatever its spelling: macros and lengths do not show in the text."""
    parsed = parse_format(format_text)
    macros = iter(parsed.macros)
    text = parsed.joined
    found = []
    at = 0
    for conversion in parsed.conversions:
        start = text.index("%", at)
        found.append(_text(text[at:start], macros))
        letter = conversion.letter
        at = start + len(conversion.text)
        if conversion.macro is not None:
            name = next(macros).name
            letter = PRI_MACROS[name][0] if name in PRI_MACROS else name
            at -= len(name) - 1
        precision = "" if conversion.precision is None else f".{conversion.precision}"
        letter = {"i": "d"}.get(letter, letter)
        found.append(f"%{conversion.position}{conversion.flags}{conversion.width}{precision}{letter}")
    return "".join([*found, _text(text[at:], macros)])


def _text(joined: str, macros: Iterator[Macro]) -> str:
    """The text between conversions; a macro there, which is not part of a conversion, becomes its name."""
    first, *rest = joined.split("\ud800")
    return first + "".join(next(macros).name + part for part in rest)
