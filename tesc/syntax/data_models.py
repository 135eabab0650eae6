"""Data models: C's types on each kind of target, and the expansions of <inttypes.h>'s macros.

A row is what a target's compiler and C library agree on, as observed with gcc 12, clang 14 and libclang 18:

- `lp64` and `ilp32` are glibc's on x86-64 and i386; musl and the 64-bit BSDs but OpenBSD have the same types.
- `llp64` is 64-bit Windows as mingw-w64 10 with ANSI stdio and clang's MSVC target have it.
- `darwin` is macOS, with the macros of Apple's <inttypes.h>; `openbsd` is OpenBSD on amd64 and arm64.
- `wasm32` and `wasm64` are Emscripten's.
- `newlib` is 32-bit ARM with gcc, where int32_t is long; with clang, where it is int, it is `newlib-clang`.
  `newlib64` is 64-bit RISC-V with gcc. newlib 3.3 and picolibc 1.8 agree on each.

tests/syntax/test_data_models.py asks the compilers and headers of each.
"""

from __future__ import annotations

from functools import lru_cache

from tesc.records import record

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


@record
class DataModel:
    """C's types on one kind of target.

    `label` is its name in messages, `hosts` says which systems have it. `long_bits` and `address_bits` are
    the widths of `long` and of an address; `int` has 32 bits and `long long` 64 on all targets. `types` has
    the basic type of each typedef, `lengths` the length (`ll`) of each size in macros' names (`64`, `PTR`).
    """

    name: str
    label: str
    hosts: str
    long_bits: int
    address_bits: int
    types: Mapping[str, str]
    lengths: Mapping[str, str]

    def type(self, name: str) -> str:
        """The basic type of a typedef; a basic type's own name."""
        return self.types.get(name, name)


def _types(int32: str, int64: str, intmax: str, pointer: str, wchar: str, wint: str) -> Mapping[str, str]:
    types = {
        "int8_t": "signed char",
        "int16_t": "short",
        "int32_t": int32,
        "int64_t": int64,
        "intmax_t": intmax,
        "intptr_t": pointer,
        "ptrdiff_t": pointer,
        "ssize_t": pointer,
    }
    types.update({f"u{key}": UNSIGNED[type_] for key, type_ in types.items() if key.startswith("int")})
    types.update({"size_t": UNSIGNED[pointer], "wchar_t": wchar, "wint_t": wint})
    return types


_SIZES = ("8", "16", "32", "64", "MAX", "PTR", "FAST8", "FAST16", "FAST32")


def _lengths(text: str) -> Mapping[str, str]:
    """The lengths of _SIZES, from a list with spaces; `-` means none. LEAST has the exact size's."""
    lengths = {size: "" if word == "-" else word for size, word in zip(_SIZES, text.split())}
    lengths.update({f"LEAST{size}": lengths[size] for size in _SIZES[:4]})
    lengths["FAST64"] = lengths["64"]
    return lengths


# name, label, hosts, bits of long and of an address; then the types of int32_t, int64_t, intmax_t, intptr_t
# (and size_t, ptrdiff_t, ssize_t), wchar_t and wint_t; then the lengths of _SIZES.
_ROWS = (
    (
        ("lp64", "LP64", "64-bit Linux, FreeBSD, NetBSD and illumos", 64, 64),
        ("int", "long", "long", "long", "int", "unsigned int"),
        "- - - l l l - l l",
    ),
    (
        ("ilp32", "ILP32", "32-bit Linux", 32, 32),
        ("int", "long long", "long long", "int", "long", "unsigned int"),
        "- - - ll ll - - - -",
    ),
    (
        ("llp64", "LLP64", "64-bit Windows", 32, 64),
        ("int", "long long", "long long", "long long", "unsigned short", "unsigned short"),
        "- - - ll ll ll - - -",
    ),
    (
        ("darwin", "macOS", "macOS", 64, 64),
        ("int", "long long", "long", "long", "int", "int"),
        "hh h - ll j l hh h -",
    ),
    (
        ("openbsd", "OpenBSD", "64-bit OpenBSD", 64, 64),
        ("int", "long long", "long long", "long", "int", "int"),
        "- - - ll j l - - -",
    ),
    (
        ("wasm32", "wasm32", "Emscripten", 32, 32),
        ("int", "long long", "long long", "long", "int", "unsigned int"),
        "- - - ll ll l - - -",
    ),
    (
        ("wasm64", "wasm64", "Emscripten with MEMORY64", 64, 64),
        ("int", "long long", "long long", "long", "int", "unsigned int"),
        "- - - ll ll l - - -",
    ),
    (
        ("newlib", "newlib", "32-bit newlib and picolibc with gcc", 32, 32),
        ("long", "long long", "long long", "int", "unsigned int", "unsigned int"),
        "hh h l ll ll - - - -",
    ),
    (
        ("newlib-clang", "newlib with clang", "32-bit newlib and picolibc with clang", 32, 32),
        ("int", "long long", "long long", "int", "unsigned int", "int"),
        "hh h - ll ll - hh h -",
    ),
    (
        ("newlib64", "64-bit newlib", "64-bit newlib and picolibc", 64, 64),
        ("int", "long", "long", "long", "int", "unsigned int"),
        "hh h - l l l - - -",
    ),
)

MODELS = {head[0]: DataModel(*head, _types(*types), _lengths(lengths)) for head, types, lengths in _ROWS}
DATA_MODELS = tuple(MODELS)


@lru_cache(maxsize=None)
def expansion(macro: str, model: str) -> str:
    """The expansion of a macro of <inttypes.h> on a data model: `lx` for PRIx64 on lp64."""
    from tesc.syntax.inttypes import PRI_MACROS  # settings only need the models' names

    letter, size = PRI_MACROS[macro]
    return MODELS[model].lengths[size] + letter
