"""The macros of <inttypes.h> that formats use, and QEMU's own few."""

from __future__ import annotations

# C11 7.8.1: PRI, a conversion, and the width or kind of integer.
_PRI_SIZES = [f"{kind}{bits}" for kind in ("", "LEAST", "FAST") for bits in (8, 16, 32, 64)] + ["MAX", "PTR"]
# Each macro's letter and size.
PRI_MACROS = {f"PRI{letter}{size}": (letter, size) for letter in "diouxX" for size in _PRI_SIZES}
# The lengths of sizes on all hosts, ignoring exact widths of data models: glibc, musl and mingw-w64 define
# the macros of 8 and 16 bits without a length, since narrow arguments are passed as int (newlib has `hh` and
# `h`). LEAST and FAST differ between hosts.
SHARED_LENGTHS = {"8": "", "16": "", "32": "", "64": "ll", "MAX": "j", "PTR": "z"}
# The lengths that QEMU 10.2's tracetool writes for Rust, for the macros that it knows.
TRACETOOL_LENGTHS = {"8": "hh", "16": "h", "32": "", "64": "ll", "PTR": "t", "MAX": "j"}
TRACETOOL_MACRO = rf"PRI([duixX])({'|'.join(TRACETOOL_LENGTHS)})"
# QEMU's own macros that are whole conversions.
OWN_MACROS = {"TARGET_FMT_plx": ("%016", "ll", "x")}


def macro_letter(name: str) -> str:
    """The letter of a macro's conversion; empty if its name has none.

    Anything may follow the letter: tracetool takes any such name for a macro of <inttypes.h>.
    """
    return OWN_MACROS[name][2] if name in OWN_MACROS else name[3:4] if name.startswith("PRI") else ""


def macro_length(name: str) -> str:
    """The length in a macro's expansion, according to SHARED_LENGTHS."""
    return OWN_MACROS[name][1] if name in OWN_MACROS else SHARED_LENGTHS.get(name[4:], "")
