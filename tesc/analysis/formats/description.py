"""What a format prints, in words and as an example."""

from __future__ import annotations

from tesc.analysis.formats import conversions as conv
from tesc.syntax.data_models import expansion
from tesc.syntax.inttypes import PRI_MACROS, macro_letter
from tesc.syntax.printf import parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tesc.analysis.formats.pairing import Pairing
    from tesc.syntax.printf import Conversion, Macro

_NUMBERS = {
    "d": "a signed decimal number",
    "i": "a signed decimal number",
    "u": "an unsigned decimal number",
    "o": "an octal number",
    "x": "a hexadecimal number",
    "X": "a hexadecimal number in upper case",
    "b": "a binary number",
    "B": "a binary number",
}
_OTHERS = {
    "c": "a character",
    "lc": "a wide character",
    "C": "a wide character",
    "s": "a string",
    "ls": "a wide string",
    "S": "a wide string",
    "p": "an address, as 0x and hexadecimal digits",
    "m": "the text of errno, and takes no argument",
    **dict.fromkeys("fF", "a decimal fraction"),
    **dict.fromkeys("eE", "a fraction with an exponent"),
    **dict.fromkeys("gG", "a fraction, with an exponent if that is shorter"),
    **dict.fromkeys("aA", "a hexadecimal fraction"),
}
_BASES = {"x": "0x", "X": "0X", "b": "0b", "B": "0B", "o": "0"}


def printed(conversion: Conversion) -> str | None:
    """What a conversion prints, in words: `a hexadecimal number, in at least 8 characters`.

    None if that is unknown.
    """
    if conv.is_literal_percent(conversion):
        return "a percent sign"
    if not conv.known_macro(conversion):
        return None
    macro = conversion.macro.name if conversion.macro else ""
    # The letter and what is printed are the same on every data model.
    length, letter = conv.expanded(conversion.length, conversion.letter, macro, "lp64")
    length = length if letter in "cs" and length == "l" else ""
    if letter == "n":
        return "nothing: it stores how many characters have been printed so far"
    what = _NUMBERS.get(letter) or _OTHERS.get(length + letter) or _OTHERS.get(letter)
    return None if what is None else what + "".join(_form(conversion, letter))


def _form(conversion: Conversion, letter: str) -> list[str]:
    """What a conversion's flags, width and precision add to its description."""
    flags, precision = conversion.flags, conversion.precision
    parts = []
    if "#" in flags and letter in _BASES:
        parts.append(f" after {_BASES[letter]}")
    if precision is not None:
        at = "as many" if precision[:1] == "*" else precision or "0"
        more = " as a parameter says" if precision[:1] == "*" else ""
        if letter in "sS":
            parts.append(f" of at most {at} bytes{more}")
        elif letter in _NUMBERS:
            parts.append(f", with at least {at} digits{more}")
        else:
            parts.append(f", with {at} digits after the point{more}")
    width = conversion.width
    if width:
        many = "as many characters as a parameter says" if width[:1] == "*" else f"{width} characters"
        parts.append(f", in at least {many}")
        if "-" in flags:
            parts.append(", left-aligned")
        elif "0" in flags:
            parts.append(", filled with zeros")
    if "+" in flags:
        parts.append(", always with a sign")
    elif " " in flags:
        parts.append(", with a space in place of a missing sign")
    if "'" in flags:
        parts.append(", with its thousands grouped")
    return parts


def sample(format_text: str, paired: Sequence[Pairing], names: Sequence[str]) -> str:
    """What a format prints, with each parameter's name in angle brackets in place of its value.

    `"addr 0x%" PRIx64 " len %zu"` gives `addr 0x<addr> len <len>`. A made-up value would not show which
    parameter it is. A prefix that a conversion prints itself, such as the `0x` of `%p`, is before the
    bracket; a conversion that takes no parameter stays as it is.
    """
    parsed = parse_format(format_text)
    by_conversion: Mapping[int, int] = {
        pair.slot.conversion: pair.parameter
        for pair in paired
        if pair.slot.role == "value" and pair.parameter is not None
    }
    macros = iter(parsed.macros)
    joined = parsed.joined
    text = ""
    at = 0
    for index, conversion in enumerate(parsed.conversions):
        start = joined.index("%", at)
        text += _text(joined[at:start], macros)
        at = start + len(conversion.text)
        if conversion.macro is not None:
            at -= len(next(macros).name) - 1
        parameter = by_conversion.get(index)
        text += conversion.text if parameter is None else _value(conversion, names[parameter])
        if conv.is_literal_percent(conversion):
            text = text[:-1]
    return text + _text(joined[at:], macros)


def _text(joined: str, macros: Iterator[Macro]) -> str:
    """The text between conversions, with macros that belong to none, such as `"a " PRIx64`, expanded."""
    first, *rest = joined.split("\ud800")
    for part in rest:
        name = next(macros).name
        first += (expansion(name, "lp64") if name in PRI_MACROS else name) + part
    return first


def _value(conversion: Conversion, name: str) -> str:
    letter = conversion.letter
    if conversion.macro is not None and conv.known_macro(conversion):
        letter = macro_letter(conversion.macro.name)
    if letter == "n":
        return ""
    before = "0x" if letter == "p" else _BASES.get(letter, "") if "#" in conversion.flags else ""
    return f"{before}<{name or '?'}>"
