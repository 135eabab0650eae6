"""LTTng's fields where the reference's are wrong: one for every argument, shown as its format says.

The reference finds conversions by an expression of its own. It loses fields where a macro, a flag
or a `*` hides one, makes none for `char` and `short`, and takes `char **` for text.
"""

from __future__ import annotations

from tesc.syntax.c_type import parse_type
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.units.unit import UnitEvent

# Types as wide as int or wider, by the type of the other sign. Narrower ones are widened before
# printf sees them, so that their own sign is the one that is printed.
_SIGNED = {
    "unsigned int": "int",
    "unsigned long": "long",
    "unsigned long long": "long long",
    "uint32_t": "int32_t",
    "uint64_t": "int64_t",
    "size_t": "ssize_t",
    "uintptr_t": "intptr_t",
}
_UNSIGNED = {signed: unsigned for unsigned, signed in _SIGNED.items()}


def fields(event: UnitEvent) -> list[str]:
    """The fields of an event that has parameters, in order."""
    letters = _letters(event.format)
    return [_field(type_, name, letters.get(at, "")) for at, (type_, name) in enumerate(event.parameters)]


def _letters(format_text: str) -> dict[int, str]:
    """The conversion letter by the position of the argument that it prints."""
    found: dict[int, str] = {}
    at = 0
    for conversion in parse_format(format_text).conversions:
        letter = conversion.macro.name[3:4] if conversion.macro else conversion.letter
        if conversion.position:
            found[int(conversion.position[:-1]) - 1] = letter
            continue
        taken = conversion.arguments
        if letter in ("%", "m"):
            continue
        for star in range(taken - 1):
            found[at + star] = "d"
        found[at + taken - 1] = letter
        at += taken
    return found


def _field(type_text: str, name: str, letter: str) -> str:
    type_ = parse_type(type_text)
    if type_.is_string and letter != "p":
        return f"ctf_string({name}, {name})"
    if type_.is_pointer or letter in ("x", "X", "p"):
        return f"ctf_integer_hex({type_text}, {name}, {name})"
    other = (_SIGNED if letter in ("d", "i") else _UNSIGNED if letter == "u" else {}).get(type_.base or "")
    return f"ctf_integer({other or type_text}, {name}, {name})"
