"""The table of data models, compared with compilers and the headers of C libraries."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tesc.syntax.data_models import DATA_MODELS, MODELS, expansion
from tesc.syntax.inttypes import PRI_MACROS

NEWLIB = "/usr/include/newlib"
PICOLIBC = "/usr/lib/picolibc/arm-none-eabi/include"
CLANG = {
    "lp64": ("x86_64-linux-gnu", "x86_64-unknown-freebsd", "x86_64-unknown-netbsd", "sparc64-linux-gnu"),
    "ilp32": ("i386-linux-gnu", "arm-linux-gnueabihf", "powerpc-linux-gnu"),
    "llp64": ("x86_64-w64-windows-gnu", "x86_64-pc-windows-msvc", "aarch64-w64-windows-gnu"),
    "darwin": ("arm64-apple-darwin", "x86_64-apple-darwin"),
    "openbsd": ("x86_64-unknown-openbsd", "aarch64-unknown-openbsd"),
    "wasm32": ("wasm32-unknown-emscripten",),
    "wasm64": ("wasm64-unknown-emscripten",),
    "newlib-clang": ("arm-none-eabi", "riscv32-unknown-elf"),
    "newlib64": ("riscv64-unknown-elf", "aarch64-none-elf"),
}
GCC = {
    "lp64": ("gcc", "gcc", "-m64"),
    "ilp32": ("gcc", "gcc", "-m32"),
    "llp64": ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    "newlib": ("arm-none-eabi-gcc", "gcc-arm-none-eabi"),
}
# C libraries: model, compiler with options, its package, the headers' package and folder.
HEADERS = {
    "glibc": ("lp64", ("gcc", "-m64"), "gcc", "libc6-dev", ""),
    "glibc -m32": ("ilp32", ("gcc", "-m32"), "gcc", "gcc-multilib", ""),
    "musl": ("lp64", ("musl-gcc",), "musl-tools", "musl-dev", ""),
    "mingw-w64": ("llp64", ("x86_64-w64-mingw32-gcc",), "gcc-mingw-w64-x86-64", "mingw-w64-x86-64-dev", ""),
    "newlib": ("newlib", ("arm-none-eabi-gcc",), "gcc-arm-none-eabi", "libnewlib-dev", NEWLIB),
    "newlib with clang": (
        "newlib-clang",
        ("clang", "--target=arm-none-eabi"),
        "clang",
        "libnewlib-dev",
        NEWLIB,
    ),
    "newlib64": ("newlib64", ("clang", "--target=riscv64-unknown-elf"), "clang", "libnewlib-dev", NEWLIB),
    "picolibc": ("newlib", ("arm-none-eabi-gcc",), "gcc-arm-none-eabi", "picolibc-arm-none-eabi", PICOLIBC),
    "picolibc with clang": (
        "newlib-clang",
        ("clang", "--target=arm-none-eabi"),
        "clang",
        "picolibc-arm-none-eabi",
        PICOLIBC,
    ),
}
TYPEDEFS = ("int8", "int16", "int32", "int64", "intmax", "intptr", "ptrdiff", "size", "wchar", "wint")
# C11 7.21.6.1: the types of the length modifiers.
PRINTED = {"": "int", "hh": "signed char", "h": "short", "l": "long", "ll": "long long"}


def predefined(command: list[str]) -> dict[str, str]:
    """A compiler's predefined macros, with types spelled as in the table."""
    done = subprocess.run(
        [*command, "-E", "-dM", "-x", "c", "/dev/null"], capture_output=True, text=True, check=True
    )
    found = dict(re.findall(r"^#define (\w+) (.+)$", done.stdout, re.M))
    return {name: plain(text) if name.endswith("_TYPE__") else text for name, text in found.items()}


def plain(text: str) -> str:
    """`long unsigned int` as `unsigned long`."""
    words = text.split()
    sign = "unsigned " if "unsigned" in words else ""
    rest = [word for word in words if word not in ("unsigned", "signed", "int")]
    return ("signed char" if words == ["signed", "char"] else sign + " ".join(rest or ["int"])).strip()


def assert_types(model: str, macros: dict[str, str], left_out: tuple[str, ...] = ()) -> None:
    row = MODELS[model]
    wanted = {name: row.types[f"{name}_t"] for name in TYPEDEFS if name not in left_out}
    assert {name: macros[f"__{name.upper()}_TYPE__"] for name in wanted} == wanted
    sizes = [int(macros[f"__SIZEOF_{name}__"]) for name in ("LONG", "POINTER", "INT", "LONG_LONG")]
    assert sizes == [row.long_bits // 8, row.address_bits // 8, 4, 8]


@pytest.mark.parametrize(
    ("model", "target"), [(m, target) for m, targets in CLANG.items() for target in targets]
)
def test_types_are_those_of_clang(model, target, need):
    clang = shutil.which("clang-14") or need("clang", "clang")
    # Skip types that depend on the library (glibc's wchar_t on ARM); events do not print them.
    assert_types(model, predefined([clang, f"--target={target}"]), ("wchar", "wint"))


@pytest.mark.parametrize("model", GCC)
def test_types_are_those_of_gcc(model, need):
    name, package, *options = GCC[model]
    assert_types(model, predefined([need(name, package), *options]))


@pytest.mark.parametrize("library", HEADERS)
def test_macros_are_those_of_the_headers(library, need, skip_without, tmp_path):
    model, (compiler, *options), package, headers, folder = HEADERS[library]
    if folder:
        options += ["-isystem", folder]
    names = sorted(PRI_MACROS)
    source = tmp_path / "macros.c"
    # If gcc's own <stdint.h> is included first, newlib's <inttypes.h> defines no 64-bit macros.
    lines = ["#include <sys/types.h>", "#include <stdint.h>", "#include <inttypes.h>"]
    source.write_text("\n".join([*lines, *(f"{name}_ {name}" for name in names), ""]))
    command = [need(compiler, package), *options, "-E", "-P", source]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        skip_without(f"headers of {library} (Debian's package {headers})")
    found = dict(re.findall(r"^(PRI\w+)_ (.*)$", done.stdout, re.M))
    seen = {name: re.sub('[" ]', "", found[name]) for name in names if not own_width(name, library)}
    assert seen == {name: expansion(name, model) for name in seen}


def own_width(name: str, library: str) -> bool:
    """Whether a library, or clang, has its own fast types, which no event can have."""
    return "FAST" in name and library in ("musl", "newlib64")


@pytest.mark.parametrize("model", DATA_MODELS)
def test_macros_print_their_types(model):
    row = MODELS[model]
    for size in ("8", "16", "32", "64", "MAX", "PTR"):
        length = row.lengths[size]
        type_ = row.types[f"int{size.lower()}_t"]
        printed = row.types["intmax_t"] if length == "j" else PRINTED[length]
        narrow = type_ in ("signed char", "short") and length == ""
        assert printed == ("int" if narrow else type_), size
        assert row.types[f"uint{size.lower()}_t"].startswith("unsigned")
