"""A single printf conversion: whether it is valid, and which argument it takes.

The facts are those of gcc 12's format checking (-Wformat, C gnu11, no -Wpedantic): C11 7.21.6.1,
POSIX's `'` and positions, and the GNU C library's additions.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.analysis.formats.models import CHARACTERS, PROMOTED, basic, corresponding, promoted
from tesc.records import record
from tesc.syntax.c_type import parse_type
from tesc.syntax.data_models import MODELS, UNSIGNED, expansion
from tesc.syntax.inttypes import PRI_MACROS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from tesc.syntax.printf import Conversion

    ConversionErrorKind = Literal[
        "unknown",
        "percent",  # a `%%` with something between its two characters
        "length",
        "flag",
        "repeated",
        "cancelled",  # has no effect because of `other`
        "width",
        "precision",
    ]

SIGNED_LETTERS = frozenset("di")
INTEGER_LETTERS = SIGNED_LETTERS | frozenset("uoxXbB")
_FLOATING_LETTERS = "eEfFgGaA"
# The flags that are valid with each letter.
FLAGS = {
    **dict.fromkeys("di", "-0+ 'I"),
    **dict.fromkeys("oxXbB", "-0#"),
    "u": "-0'I",
    **dict.fromkeys("fFgG", "-0+ #'I"),
    **dict.fromkeys("eE", "-0+ #I"),
    **dict.fromkeys("aA", "-0+ #"),
    **dict.fromkeys("cCsSpm", "-"),
    "n": "",
}
_WITHOUT_WIDTH = "n"
_WITHOUT_PRECISION = "cCpn"
_LENGTHS = ("hh", "h", "ll", "l", "q", "L", "j", "z", "Z", "t")
_SIGNED_TYPES = {
    "": "int",
    "hh": "signed char",
    "h": "short",
    "l": "long",
    "ll": "long long",
    "q": "long long",
    "L": "long long",
    "j": "intmax_t",
    "z": "ssize_t",
    "Z": "ssize_t",
    "t": "ptrdiff_t",
}
# The argument's type by length and letter, except for integers.
_OTHER_TYPES = {
    **dict.fromkeys(_FLOATING_LETTERS, "double"),
    **{f"l{letter}": "double" for letter in _FLOATING_LETTERS},
    **{f"L{letter}": "long double" for letter in _FLOATING_LETTERS},
    "c": "int",
    "lc": "wint_t",
    "C": "wint_t",
    "s": "char *",
    "ls": "wchar_t *",
    "S": "wchar_t *",
    "p": "void *",
    "m": "",
    **{f"{length}n": f"{type_} *" for length, type_ in _SIGNED_TYPES.items() if length != "L"},
}


@record
class ConversionError:
    """Why a conversion is invalid.

    `what` is the character or length that is wrong.
    """

    kind: ConversionErrorKind
    what: str = ""
    other: str = ""


def is_literal_percent(conversion: Conversion) -> bool:
    return conversion.letter == "%" and conversion.text == "%%"


def takes_value(conversion: Conversion) -> bool:
    """Whether a conversion, if it is valid, takes an argument in addition to those of `*`."""
    return conversion.macro is not None or conversion.letter not in ("%", "m")


def known_macro(conversion: Conversion) -> bool:
    """False if the conversion's macro is not from <inttypes.h>, so nothing is known about it."""
    return conversion.macro is None or conversion.macro.name in PRI_MACROS


@lru_cache(maxsize=None)
def expanded(length: str, letter: str, macro: str, model: str) -> tuple[str, str]:
    """The length and letter as printf reads them, after a macro of <inttypes.h> is expanded.

    A length before a macro is added to the expansion: `%l" PRIx64` is `%llx` on LP64 and `%lllx`, which is
    invalid, on ILP32.
    """
    if not macro:
        return length, letter
    text = length + expansion(macro, model)
    length = next((known for known in _LENGTHS if text.startswith(known)), "")
    return length, text[len(length)]


@lru_cache(maxsize=None)
def conversion_error(
    flags: str, width: str, precision: str | None, length: str, letter: str, macro: str, model: str
) -> ConversionError | None:
    """What is wrong with a conversion on a data model, whatever its argument; None if it is valid."""
    length, letter = expanded(length, letter, macro, model)
    if letter == "%":
        return ConversionError("percent")
    if precision is not None and precision.startswith("-"):
        return ConversionError("unknown", "-")
    if letter not in FLAGS:
        return ConversionError("unknown", letter)
    if wanted(length, letter) is None:
        return ConversionError("length", length)
    for number, flag in enumerate(flags):
        if flag in flags[:number]:
            return ConversionError("repeated", flag)
        if flag not in FLAGS[letter]:
            return ConversionError("flag", flag)
    if width and letter in _WITHOUT_WIDTH:
        return ConversionError("width", width)
    if precision is not None and letter in _WITHOUT_PRECISION:
        return ConversionError("precision", f".{precision}")
    return _cancelled(flags, precision, letter)


def _cancelled(flags: str, precision: str | None, letter: str) -> ConversionError | None:
    """The error if a flag is overridden by a flag or the precision: C11 7.21.6.1 paragraph 6."""
    if " " in flags and "+" in flags:
        return ConversionError("cancelled", " ", "the flag '+'")
    if "0" in flags and "-" in flags:
        return ConversionError("cancelled", "0", "the flag '-'")
    if "0" in flags and precision is not None and letter in INTEGER_LETTERS:
        return ConversionError("cancelled", "0", "a precision")
    return None


def conversion_error_on(conversion: Conversion, model: str) -> ConversionError | None:
    """`conversion_error` for a parsed conversion."""
    if is_literal_percent(conversion) or not known_macro(conversion):
        return None
    c = conversion
    return conversion_error(
        c.flags, c.width, c.precision, c.length, c.letter, c.macro.name if c.macro else "", model
    )


@lru_cache(maxsize=None)
def wanted(length: str, letter: str) -> str | None:
    """The type of the argument that a length and a letter take; None if they are not valid together.

    The name is C's (`size_t`), and pointers end in ` *`; it is empty for `%m`, which takes no argument.
    """
    if letter in INTEGER_LETTERS:
        type_ = _SIGNED_TYPES.get(length)
        if type_ is None or letter in SIGNED_LETTERS:
            return type_
        # C has no name for an unsigned ptrdiff_t.
        return {"intmax_t": "uintmax_t", "ssize_t": "size_t"}.get(type_) or UNSIGNED.get(type_, type_)
    return _OTHER_TYPES.get(length + letter)


@lru_cache(maxsize=None)
def rejecting(
    length: str, letter: str, macro: str, type_text: str, models: tuple[str, ...]
) -> tuple[str, ...]:
    """The data models on which a conversion does not take an argument of a parameter's type."""
    rejected = []
    for model in models:
        type_ = wanted(*expanded(length, letter, macro, model))
        if type_ and not accepts(type_, type_text, model):
            rejected.append(model)
    return tuple(rejected)


def accepts(type_: str, type_text: str, model: str) -> bool:
    """Whether gcc accepts a parameter for a conversion that wants `type_`; signedness does not matter.

    Narrow arguments are promoted to int, so `%hhx` fits an int: gcc accepts it too.
    """
    argument = basic(type_text, model)
    if argument is None:
        return True
    declared = parse_type(type_text)
    if not type_.endswith("*"):
        target = promoted(MODELS[model].type(type_))
        return not declared.pointers and corresponding(promoted(argument)) == corresponding(target)
    if type_ == "void *" or not declared.pointers:
        return declared.pointers > 0
    target = MODELS[model].type(type_[:-2])
    if declared.pointers > 1:
        return False
    # Only %n writes; it wants a pointer to a signed type, and strings are of char or wchar_t.
    if "const" in declared.words and type_ not in ("char *", "wchar_t *"):
        return False
    if target == "char":
        return argument in CHARACTERS
    return corresponding(argument) == corresponding(target)


@lru_cache(maxsize=None)
def other_sign(length: str, letter: str, macro: str, type_text: str, model: str) -> bool:
    """Whether an integer that a conversion accepts differs from it in signedness (gcc's -Wformat-signedness).

    Narrow unsigned types become int, but all their values print the same. Conversions that truncate their
    argument are left out.
    """
    length, letter = expanded(length, letter, macro, model)
    argument = basic(type_text, model)
    if argument is None or parse_type(type_text).pointers:
        return False
    if letter not in INTEGER_LETTERS or length in ("h", "hh"):
        return False
    narrow = argument == "bool" or (argument in PROMOTED and argument.startswith("unsigned"))
    return not narrow and promoted(argument).startswith("unsigned") == (letter in SIGNED_LETTERS)
