"""Rust's view of parameters and formats with compat `fixed`.

QEMU's tracetool writes `c_long` for `unsigned long` and `c_char` for `signed char`, loses what `char **`
points to, accepts only one spelling of `const char *`, and keeps escapes that Rust does not have.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_type
from tesc.syntax.inttypes import OWN_MACROS, PRI_MACROS, SHARED_LENGTHS
from tesc.syntax.printf import ESCAPE, SIMPLE_ESCAPES, StringLiteral, parse_format
from tesc.units.output_reasons import MACRO, RUST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent

_TYPES = {
    "char": "std::ffi::c_char",
    "signed char": "std::ffi::c_schar",
    "unsigned char": "std::ffi::c_uchar",
    "short": "std::ffi::c_short",
    "unsigned short": "std::ffi::c_ushort",
    "int": "std::ffi::c_int",
    "unsigned int": "std::ffi::c_uint",
    "long": "std::ffi::c_long",
    "unsigned long": "std::ffi::c_ulong",
    "long long": "std::ffi::c_longlong",
    "unsigned long long": "std::ffi::c_ulonglong",
    "void": "()",
    "bool": "bool",
    **{
        f"{sign}int{size}_t": f"{rust}{size}"
        for sign, rust in (("", "i"), ("u", "u"))
        for size in (8, 16, 32, 64)
    },
    "size_t": "usize",
    "uintptr_t": "usize",
    "ssize_t": "isize",
    "intptr_t": "isize",
    "ptrdiff_t": "isize",
}
# C11 6.4.4.4; Rust has all other simple escapes.
_SIMPLE = {"?": "?", "'": "'", **{letter: f"\\x{ord(SIMPLE_ESCAPES[letter]):02x}" for letter in "abfveE"}}


@lru_cache(maxsize=None)
def fixed_type(type_text: str) -> str | None:
    """The Rust type of a C type, or None."""
    type_ = parse_type(type_text)
    made = _TYPES.get(type_.base or "")
    if made is not None:
        # The words before each star belong to what it points to.
        for const in type_.consts[:-1]:
            made = f"*{'const' if const else 'mut'} {made}"
    return made


def fixed_format(out: Output, event: UnitEvent) -> str:
    """The event's format between the quotes of a Rust C string."""
    text = event.format
    parts = []
    for piece in parse_format(text).pieces:
        if isinstance(piece, StringLiteral):
            parts.append(ESCAPE.sub(_escaped, text[piece.start + 1 : piece.end - 1]))
            continue
        letter, size = PRI_MACROS.get(piece.name, ("", ""))
        if piece.name in OWN_MACROS:
            parts.append("".join(OWN_MACROS[piece.name]))
        elif size in SHARED_LENGTHS:
            parts.append(SHARED_LENGTHS[size] + letter)
        else:
            out.refuse_format(event, piece.start, MACRO.of(RUST, piece.name))
    return "".join(parts)


def _escaped(match: re.Match[str]) -> str:
    """A C escape as a Rust escape."""
    octal, hexa, short, long, other = match.groups()
    if other is not None:
        return _SIMPLE.get(other, match[0])
    if octal or hexa:
        return f"\\x{(int(octal, 8) if octal else int(hexa, 16)) & 255:02x}"
    return f"\\u{{{short or long}}}"
