"""Data models: which C type a typedef is, and what the macros of <inttypes.h> stand for.

LP64 and ILP32 are glibc's on x86-64 and i386, with gcc 12's predefined types. LLP64 is 64-bit
Windows as mingw-w64's headers with ANSI stdio and the MSVC target of clang define it.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record
from tesc.syntax.c_type import parse_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# C11 6.2.5 paragraph 6: the unsigned type that corresponds to each signed one.
UNSIGNED = {
    "signed char": "unsigned char",
    "short": "unsigned short",
    "int": "unsigned int",
    "long": "unsigned long",
    "long long": "unsigned long long",
}
_SIGNED = {unsigned: signed for signed, unsigned in UNSIGNED.items()}
CHARACTERS = frozenset({"char", "signed char", "unsigned char"})
# C11 6.3.1.1 paragraph 2: what becomes int as an argument of printf.
PROMOTED = CHARACTERS | {"bool", "short", "unsigned short"}


@record
class DataModel:
    """The names of C types on one kind of host: `types` gives what each typedef is there."""

    name: str
    types: Mapping[str, str]

    @property
    def label(self) -> str:
        return self.name.upper()

    def type(self, name: str) -> str:
        """The basic type that a type's name stands for."""
        return self.types.get(name, name)


def _model(name: str, int64: str, pointer: str, wchar: str, wint: str) -> DataModel:
    types = {
        "int8_t": "signed char",
        "int16_t": "short",
        "int32_t": "int",
        "int64_t": int64,
        "intmax_t": int64,
        "intptr_t": pointer,
        "ptrdiff_t": pointer,
        "ssize_t": pointer,
    }
    types.update({f"u{key}": UNSIGNED[type_] for key, type_ in types.items() if key.startswith("int")})
    types.update({"size_t": UNSIGNED[pointer], "wchar_t": wchar, "wint_t": wint})
    return DataModel(name, types)


MODELS = {
    model.name: model
    for model in (
        _model("lp64", "long", "long", "int", "unsigned int"),
        _model("ilp32", "long long", "int", "long", "unsigned int"),
        _model("llp64", "long long", "long long", "unsigned short", "unsigned short"),
    )
}

# The length that the macros of a basic type write; those of narrow types write none.
_LENGTHS = {"long": "l", "long long": "ll"}


@lru_cache(maxsize=None)
def expansion(macro: str, model: str) -> str:
    """What a macro of <inttypes.h>, such as PRIx64, stands for: `lx`.

    glibc's FAST16 and FAST32 are as wide as a pointer, mingw-w64's are short and int.
    """
    letter, size = macro[3], macro[4:]
    types = MODELS[model].types
    if size in ("FAST16", "FAST32"):
        wide = types["intptr_t"] if model != "llp64" else "int"
    elif size in ("MAX", "PTR"):
        wide = types[f"int{size.lower()}_t"]
    else:
        wide = types["int64_t"] if size.endswith("64") else "int"
    return _LENGTHS.get(wide, "") + letter


def macro_type(macro: str) -> str:
    """The type that a macro of <inttypes.h> is for: `uint64_t` for PRIx64."""
    sign = "" if macro[3] in "di" else "u"
    size = macro[4:].lower()
    for kind in ("least", "fast"):
        size = size.replace(kind, f"_{kind}")
    return f"{sign}int{size}_t"


def corresponding(type_: str) -> str:
    """The signed type for a basic type that is unsigned; the three character types are one here."""
    return "signed char" if type_ == "char" else _SIGNED.get(type_, type_)


def promoted(type_: str) -> str:
    """The basic type that a value of `type_` has as an argument of printf."""
    return "int" if type_ in PROMOTED else type_


def is_integer(type_: str) -> bool:
    """Whether a basic type is an integer's."""
    return type_ in PROMOTED or type_ in UNSIGNED or type_ in _SIGNED


def bits(type_: str, model: str) -> int:
    """How wide an integer type is, whatever its name."""
    type_ = corresponding(MODELS[model].type(type_))
    wide = 64 if model == "lp64" else 32
    return {"bool": 8, "signed char": 8, "short": 16, "int": 32, "long": wide, "long long": 64}[type_]


def basic(type_text: str, model: str) -> str | None:
    """The basic type of a parameter, or of what it points to; None where that isn't known."""
    declared = parse_type(type_text)
    if declared.base is None or (declared.base == "void" and not declared.pointers):
        return None
    return MODELS[model].type(declared.base)
