"""What the reference reads in the text of types and formats, spaces included: layout must not change it."""

from __future__ import annotations

import re

# How the LTTng generator finds conversions: a macro hides what touches it,
# and flags hide a conversion from it.
_CONVERSION = r"(%[\d\.]*\w+|%.*?PRI\S+)"
# What the simple backend and the tapsets of QEMU's tracetool regard as text: exactly these.
STRING_SPELLINGS = ("const char*", "char*", "const char *", "char *")
# It writes these into a DTrace provider, so that dtrace(1) does not complain.
_DTRACE_REPLACED = (
    ("unsigned long long", "uint64_t"),
    ("signed long long", "int64_t"),
    ("long long", "int64_t"),
)
# macOS' dtrace knows C99's own name of bool only, and makes `char *` of `int8_t *` in its header.
MACOS_TYPES = {"bool": "_Bool", "bool *": "_Bool *", "int8_t *": "signed char *"}


def lttng_conversions(format_text: str) -> list[str]:
    """The conversions that the LTTng generator pairs with the parameters, in order."""
    return re.findall(_CONVERSION, format_text)


def replaced(type_text: str) -> str:
    """A type as the reference writes it into a DTrace provider."""
    for long, fixed in _DTRACE_REPLACED:
        type_text = type_text.replace(long, fixed)
    return type_text


def type_reading(type_text: str) -> tuple[bool, bool, str, bool]:
    """Everything that the reference derives from how a type is spelled.

    Whether it is a string to its generators of C, and to that of LTTng; how dtrace(1) sees it, without
    its spaces; and whether macOS' dtrace gets another type.
    """
    lttng = "char *" in type_text or "char*" in type_text
    provider = "".join(replaced(type_text).split())
    return type_text in STRING_SPELLINGS, lttng, provider, type_text in MACOS_TYPES
