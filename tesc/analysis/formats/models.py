"""C's basic types on a data model: promotion, signed counterparts, width."""

from __future__ import annotations

from tesc.syntax.c_type import parse_type
from tesc.syntax.data_models import MODELS, UNSIGNED

_SIGNED = {unsigned: signed for signed, unsigned in UNSIGNED.items()}
CHARACTERS = frozenset({"char", "signed char", "unsigned char"})
# Types that are promoted to int as an argument of printf (C11 6.3.1.1 paragraph 2).
PROMOTED = CHARACTERS | {"bool", "short", "unsigned short"}


def macro_type(macro: str) -> str:
    """The type that a macro of <inttypes.h> prints: `uint64_t` for PRIx64."""
    sign = "" if macro[3] in "di" else "u"
    size = macro[4:].lower()
    for kind in ("least", "fast"):
        size = size.replace(kind, f"_{kind}")
    return f"{sign}int{size}_t"


def corresponding(type_: str) -> str:
    """The signed counterpart of an unsigned basic type; all three character types give `signed char`."""
    return "signed char" if type_ == "char" else _SIGNED.get(type_, type_)


def promoted(type_: str) -> str:
    """The basic type of a value of `type_` when it is passed to printf."""
    return "int" if type_ in PROMOTED else type_


def is_integer(type_: str) -> bool:
    """Whether a basic type is an integer type."""
    return type_ in PROMOTED or type_ in UNSIGNED or type_ in _SIGNED


def bits(type_: str, model: str) -> int:
    """The width of an integer type in bits."""
    type_ = corresponding(MODELS[model].type(type_))
    if type_ == "long":
        return MODELS[model].long_bits
    return {"bool": 8, "signed char": 8, "short": 16, "int": 32, "long long": 64}[type_]


def basic(type_text: str, model: str) -> str | None:
    """The basic type of a parameter, or of what it points to; None if it is unknown."""
    declared = parse_type(type_text)
    if declared.base is None or (declared.base == "void" and not declared.pointers):
        return None
    return MODELS[model].type(declared.base)
