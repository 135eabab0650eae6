"""Drafts formats: the conversions that fit a parameter, and a whole format for several."""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.analysis.formats.advice import Advice, advise
from tesc.records import record, replace
from tesc.syntax.c_type import UNSIGNED_FIXED
from tesc.syntax.data_models import UNSIGNED
from tesc.syntax.inttypes import macro_letter
from tesc.syntax.printf import Conversion, parse_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tesc.config.settings import Compat
    from tesc.syntax.c_type import CType, Declaration
    from tesc.syntax.nodes import Event


_PLAIN = Conversion(
    start=0,
    end=1,
    position="",
    flags="",
    width="",
    precision=None,
    length="",
    letter="",
    macro=None,
    text="%",
)
_INTEGER_LETTERS = frozenset("diuxX")
# Names of values that are usually shown in hex, if the file does not show otherwise.
_IN_HEX = re.compile(r"addr|base$|mask|flags?$|bits$|regs?$|iova|gpa$|gva$|pa$|va$|pc$|reg_?val")


def fitting(type_: CType, partial: Conversion | None = None, compat: Compat = "qemu") -> list[Advice]:
    """The conversions that print a type, simplest first; `partial` is an unfinished one.

    Only conversions that every tracer reads correctly in outputs of this `compat` are returned. For a number
    in hex, `before` is the 0x to write before it.
    """
    begun = partial or _PLAIN
    made: list[Advice] = []
    for letter in _letters(type_, compat):
        # `advise` takes %s for a char to mean the character.
        wanted = "s" if letter == "c" else letter
        advice = advise(replace(begun, letter=wanted, length=""), type_)
        if advice is not None and is_hex(advice):
            advice = replace(advice, before="0x")
        if advice is not None and advice not in made:
            made.append(advice)
    return made


def _letters(type_: CType, compat: Compat) -> str:
    """The letters of the conversions that may print a type, simplest first."""
    if not type_.pointers:
        return "cd" if type_.base == "char" else "dx"
    if type_.is_char_pointer:
        # Where a format prints the address of a `char *`, QEMU's own outputs still read text (TE432).
        return "sp" if compat == "fixed" else "s"
    return "p"


def is_hex(advice: Advice) -> bool:
    """Whether a conversion prints a number in hex."""
    return advice.tail[-1:] == "x" or advice.macro.startswith("PRIx")


@record
class Habits:
    """How a file prints: for each parameter's name whether it is mostly in hex, and what follows labels."""

    hexadecimal: Mapping[str, bool]
    separator: str


def habits(events: Iterable[Event]) -> Habits:
    """How events print their parameters; events with other numbers of conversions are left out."""
    hexadecimal: dict[str, int] = {}
    labels = 0
    for event in events:
        if event.format is None:
            continue
        letters, equals = _printed(event.format.text)
        if len(letters) != len(event.parameters):
            continue
        labels += equals
        for letter, parameter in zip(letters, event.parameters):
            if letter in _INTEGER_LETTERS:
                name = parameter.name
                hexadecimal[name] = hexadecimal.get(name, 0) + (1 if letter in "xX" else -1)
    return Habits({name: number > 0 for name, number in hexadecimal.items()}, "=" if labels > 0 else " ")


@lru_cache(maxsize=16384)
def _printed(text: str) -> tuple[tuple[str, ...], int]:
    """The letter of each conversion, and how many more labels end with = than without.

    The letter is `*` for a conversion that does not take exactly one argument.
    """
    parsed = parse_format(text)
    letters = [
        (macro_letter(one.macro.name) if one.macro else one.letter) if one.arguments == 1 else "*"
        for one in parsed.conversions
    ]
    ends = [parsed.text_before(index).removesuffix("0x")[-2:] for index in range(len(letters))]
    separators = [end[1] for end in ends if end[1:] in ("=", " ") and (end[0].isalnum() or end[0] == "_")]
    return tuple(letters), 2 * separators.count("=") - len(separators)


def draft(parameters: Sequence[Declaration], known: Habits, before: str = "") -> str | None:
    """The rest of a format for some parameters, from inside a literal to the format's end.

    For example `addr 0x%" PRIx64 " len %zu"`; `before` is the literal's text so far. None if one of the
    parameters has no conversion.
    """
    made = ""
    for number, parameter in enumerate(parameters):
        fits = fitting(parameter.type)
        if not fits:
            return None
        so_far = made if number else before
        begun = so_far.endswith(("0x", "0X"))
        in_hex = begun or _in_hex(parameter, known)
        advice = next((one for one in fits if is_hex(one) == in_hex), fits[0])
        if not (begun or _labels(so_far, parameter.name)):
            made += "" if not so_far or so_far.endswith(" ") else " "
            made += f"{parameter.name}{known.separator}" if parameter.name else ""
        made += ("" if begun else advice.before) + advice.head
        made += f'" {advice.macro} "' if advice.macro else advice.tail
    return made[:-2] if made.endswith(' "') else f'{made}"'


def _labels(text: str, name: str) -> bool:
    """Whether text ends with a parameter's name as a label: `addr ` or `addr=`."""
    label = text.rstrip(" =:")
    return bool(name) and label != text and re.search(rf"(?<![A-Za-z0-9_]){name}$", label) is not None


def _in_hex(parameter: Declaration, known: Habits) -> bool:
    if parameter.type.pointers:
        return False
    if parameter.name in known.hexadecimal:
        return known.hexadecimal[parameter.name]
    base = parameter.type.base
    unsigned = base in UNSIGNED.values() or base in UNSIGNED_FIXED
    return unsigned and base != "size_t" and _IN_HEX.search(parameter.name) is not None
