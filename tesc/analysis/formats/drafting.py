"""Formats written for parameters: the conversions that fit one, and a whole format for several."""

from __future__ import annotations

import re
from collections import Counter

from tesc.analysis.formats.advice import Advice, advise
from tesc.analysis.formats.models import UNSIGNED
from tesc.records import record, replace
from tesc.syntax.c_type import UNSIGNED_FIXED
from tesc.syntax.printf import Conversion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tesc.syntax.c_type import CType, Declaration
    from tesc.syntax.nodes import Event


_PLAIN = Conversion(0, 1, "", "", "", None, "", "", None, "%")
# Between a label and its conversion.
_SEPARATOR = re.compile(r"[A-Za-z0-9_]([= ])(?:0x)?%")
# What people read in hex, where a file has no habit of its own.
_IN_HEX = re.compile(r"addr|base$|mask|flags?$|bits$|regs?$|iova|gpa$|gva$|pa$|va$|pc$|reg_?val")


def fitting(type_: CType, partial: Conversion | None = None) -> list[Advice]:
    """The conversions that print a type, the plainest first; `partial` is what there is of one.

    Of a number in hex, `before` is the 0x that belongs before it.
    """
    begun = partial or _PLAIN
    letters = "cd" if type_.base == "char" and not type_.pointers else "sp" if type_.pointers else "dx"
    made: list[Advice] = []
    for letter in letters:
        # To `advise`, %s for a char means the character.
        wanted = "s" if letter == "c" else letter
        advice = advise(replace(begun, letter=wanted, length=""), type_)
        if advice is not None and is_hex(advice):
            advice = replace(advice, before="0x")
        if advice is not None and advice not in made:
            made.append(advice)
    return made


def is_hex(advice: Advice) -> bool:
    """Whether a conversion prints a number in hex."""
    return advice.tail[-1:] == "x" or advice.macro.startswith("PRIx")


@record
class Habits:
    """How a file prints: for each parameter's name whether mostly in hex, and what follows labels."""

    hexadecimal: Mapping[str, bool]
    separator: str


def habits(events: Iterable[Event]) -> Habits:
    """How events print their parameters, where each of their conversions takes one."""
    hexadecimal: Counter[str] = Counter()
    separators: Counter[str] = Counter()
    for event in events:
        parsed = event.format.parsed if event.format else None
        if parsed is None or len(parsed.conversions) != len(event.parameters):
            continue
        separators.update(_SEPARATOR.findall(parsed.joined))
        for conversion, parameter in zip(parsed.conversions, event.parameters):
            letter = conversion.macro.name[3:4] if conversion.macro else conversion.letter
            if conversion.arguments == 1 and letter and letter in "diuxX":
                hexadecimal[parameter.name] += 1 if letter in "xX" else -1
    in_hex = {name: number > 0 for name, number in hexadecimal.items()}
    return Habits(in_hex, "=" if separators["="] > separators[" "] else " ")


def draft(parameters: Sequence[Declaration], known: Habits, before: str = "") -> str | None:
    """The rest of a format for parameters, from within a literal to the format's end.

    `addr 0x%" PRIx64 " len %zu"`; `before` is what stands in the literal. None where there is no
    conversion for one of the parameters.
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
    """Whether a text ends with a parameter's name as its label: `addr ` or `addr=`."""
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
