"""Rust's view of parameters and formats, as translated by QEMU 10.2's tracetool.

For compat `fixed`, `rust_fixed` replaces translations that are wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tesc.syntax.c_type import parse_type
from tesc.syntax.inttypes import TRACETOOL_LENGTHS, TRACETOOL_MACRO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.codegen.qemu.output import Output
    from tesc.units.unit import UnitEvent

_C_KEYWORDS = frozenset("char int void short long signed unsigned".split())
# The keys are sorted words, without `signed`, and without `int` next to others.
_TYPES = {
    "int": "std::ffi::c_int",
    "long": "std::ffi::c_long",
    "long long": "std::ffi::c_longlong",
    "short": "std::ffi::c_short",
    "char": "std::ffi::c_char",
    "bool": "bool",
    "unsigned": "std::ffi::c_uint",
    # tracetool's signedness is wrong here, but programs rely on its types.
    "long unsigned": "std::ffi::c_long",
    "long long unsigned": "std::ffi::c_ulonglong",
    "short unsigned": "std::ffi::c_ushort",
    "char unsigned": "u8",
    "int8_t": "i8",
    "uint8_t": "u8",
    "int16_t": "i16",
    "uint16_t": "u16",
    "int32_t": "i32",
    "uint32_t": "u32",
    "int64_t": "i64",
    "uint64_t": "u64",
    "void": "()",
    "size_t": "usize",
    "ssize_t": "isize",
    "uintptr_t": "usize",
    "intptr_t": "isize",
    "ptrdiff_t": "isize",
}
# C promotes these as variadic arguments, Rust does not.
_PROMOTED = frozenset(
    """std::ffi::c_short std::ffi::c_ushort std::ffi::c_char std::ffi::c_schar std::ffi::c_uchar
    i8 u8 i16 u16 bool""".split()
)
# The parts of a format that tracetool accepts: strings with some of C's escapes, some macros, spaces.
_TEXT = r'(?:[^"\\]|\\[\\"abfnrt]|\\x[0-9a-fA-F]{2})*'
_BETWEEN = rf"{TRACETOOL_MACRO}|\s+"
_TOKEN = rf'"({_TEXT})"|{_BETWEEN}'
# The only spelling that tracetool treats as a string.
_C_STRING = "const char *"
_QUOTE = '"'


@lru_cache(maxsize=None)
def rust_type(type_text: str) -> str | None:
    """The Rust type of a C type; None if tracetool has none (`signed`, `long short`)."""
    text = type_text.rstrip()
    pointer = text.endswith("*")
    if pointer:
        text = text[:-1].rstrip()
        if text.endswith("*"):
            text = "void"
    words = text.split()
    const = "const" in words
    if const:
        words.remove("const")
    if words and words[0] in _C_KEYWORDS:
        if "signed" in words:
            words.remove("signed")
        if len(words) > 1 and "int" in words:
            words.remove("int")
        words.sort()
    found = _TYPES.get(" ".join(words))
    if found and pointer:
        return f"*{'const' if const else 'mut'} {found}"
    return found


@lru_cache(maxsize=None)
def _spelled(type_text: str, fixed: bool, string: bool = False) -> tuple[str | None, str]:
    """The Rust type of a parameter, and the text after its name in the call of a printf-like function."""
    if string:
        return "&std::ffi::CStr", ".as_ptr()"
    if fixed:
        from tesc.codegen.qemu.rust_fixed import fixed_type

        found = fixed_type(type_text)
    else:
        found = rust_type(type_text)
    kind = found or "()"
    return found, " as std::ffi::c_int" if kind in _PROMOTED else f" /* as {kind} */"


def _type(out: Output, event: UnitEvent, type_text: str) -> str:
    found, _ = _spelled(type_text, out.fixed)
    if found is None:
        from tesc.units.output_reasons import RUST, RUST_TYPE

        first = next(p for p in event.node.parameters if p.type.text == type_text)
        out.refuse(event, first.start, RUST_TYPE.of(RUST, type_text))
        return "()"
    return found


def _strings(out: Output, event: UnitEvent) -> list[bool]:
    """For each parameter, whether Rust programs pass a `&CStr` for it, which is const text."""
    if out.fixed:
        return [
            text is not None and parse_type(type_).points_to_const
            for text, (type_, _) in zip(out.texts(event), event.parameters)
        ]
    return [type_ == _C_STRING for type_, _ in event.parameters]


def parameters(out: Output, event: UnitEvent) -> str:
    """The parameters of the Rust function that programs call."""
    return ", ".join(
        [
            f"_{name}: {spelled or _type(out, event, type_)}"
            for type_, name, (spelled, _) in _parameters(out, event)
        ]
    )


def _parameters(out: Output, event: UnitEvent) -> list[tuple[str, str, tuple[str | None, str]]]:
    """Type and name of each parameter, and how Rust spells it."""
    if out.spelled[0] is not event:  # used by both a function's head and its body
        given = event.parameters
        if out.fixed:
            made = [(t, name, _spelled(t, True, s)) for s, (t, name) in zip(_strings(out, event), given)]
        else:
            made = [(t, name, _spelled(t, False, t == _C_STRING)) for t, name in given]
        out.spelled = event, made
    return out.spelled[1]


def extern_parameters(out: Output, event: UnitEvent) -> str:
    """The parameters of a C function as Rust declares it."""
    return ", ".join(f"_{name}: {_type(out, event, type_)}" for type_, name in event.parameters)


def call_arguments(out: Output, event: UnitEvent) -> list[str]:
    """The arguments of a call to a C function."""
    found = []
    for string, (type_, name) in zip(_strings(out, event), event.parameters):
        # A CStr's pointer is a pointer to c_char; `unsigned char` is a different type.
        cast = ""
        if string and out.fixed and parse_type(type_).base != "char":
            cast = f".cast::<{_type(out, event, type_).partition(' ')[2]}>()"
        found.append(f"_{name}.as_ptr(){cast}" if string else f"_{name}")
    return found


def variadic_arguments(out: Output, event: UnitEvent) -> str:
    """The arguments of a call to a printf-like function after its format."""
    # The function's parameters, which were written earlier, reported types without a translation.
    return ", ".join([f"_{name}{passed}" for _, name, (_, passed) in _parameters(out, event)])


def format_literal(out: Output, event: UnitEvent, begin: str = "", end: str = "") -> str:
    """The event's format as a Rust C string, with PRI macros expanded for 64-bit `long long`."""
    text = event.format
    if out.fixed:
        from tesc.codegen.qemu.rust_fixed import fixed_format

        return f'c"{begin}{fixed_format(out, event)}{end}"'
    pieces = text.split(_QUOTE)
    if "\\" not in text and len(pieces) % 2:
        # Every second part is a string.
        between = [_spelled_out(piece) for piece in pieces[::2]]
        if None not in between:
            pieces[::2] = between  # type: ignore[assignment]  # none is None
            return f'c"{begin}{"".join(pieces)}{end}"'
    parts = []
    at = 0
    token = re.compile(_TOKEN)
    while at < len(text):
        found = token.match(text, at)
        if found is None:
            _refuse_format(out, event, at)
            break
        string, letter, size = found.groups()
        parts.append(string or "" if letter is None else TRACETOOL_LENGTHS[size] + letter)
        at = found.end()
    return f'c"{begin}{"".join(parts)}{end}"'


@lru_cache(maxsize=None)
def _spelled_out(text: str) -> str | None:
    """The expansion of the macros between two strings of a format; None if one is unknown."""
    parts = []
    at = 0
    token = re.compile(_BETWEEN)
    while at < len(text):
        found = token.match(text, at)
        if found is None:
            return None
        parts.append(TRACETOOL_LENGTHS[found[2]] + found[1] if found[1] else "")
        at = found.end()
    return "".join(parts)


def _refuse_format(out: Output, event: UnitEvent, at: int) -> None:
    """Note why the part of a format that starts at `at` cannot be in Rust."""
    from tesc.units.output_reasons import BACKSLASH, ESCAPE, MACRO, RUST

    text = event.format
    if text[at] == _QUOTE:
        at = re.compile(_TEXT).match(text, at + 1).end()  # type: ignore[union-attr]  # it may match nothing
        message = ESCAPE.of(RUST, text[at : at + 2])
    elif text[at] == "\\":
        message = BACKSLASH.of(RUST)
    else:
        word = re.compile(r"\w*").match(text, at)
        message = MACRO.of(RUST, word[0] if word and word[0] else text[at])
    out.refuse_format(event, at, message)
