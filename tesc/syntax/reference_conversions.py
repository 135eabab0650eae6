"""What QEMU's tracetool reads in types and formats, including spaces; layout must not change it."""

from __future__ import annotations

import re

# How the LTTng generator finds conversions: text that touches a macro is taken as part of it, and conversions
# with flags are not found.
_CONVERSION = r"(%[\d\.]*\w+|%.*?PRI\S+)"
# The only types that tracetool's simple backend and tapsets regard as text.
STRING_SPELLINGS = ("const char*", "char*", "const char *", "char *")
# Replaced in DTrace providers, because dtrace(1) rejects them.
_DTRACE_REPLACED = (
    ("unsigned long long", "uint64_t"),
    ("signed long long", "int64_t"),
    ("long long", "int64_t"),
)
# macOS' dtrace knows bool only by its C99 name, and writes `char *` for `int8_t *` in its header.
MACOS_TYPES = {"bool": "_Bool", "bool *": "_Bool *", "int8_t *": "signed char *"}


def lttng_conversions(format_text: str) -> list[str]:
    """The conversions that the LTTng generator pairs with the parameters, in order."""
    return re.findall(_CONVERSION, format_text)


def replaced(type_text: str) -> str:
    """A type as tracetool writes it into a DTrace provider."""
    for long, fixed in _DTRACE_REPLACED:
        type_text = type_text.replace(long, fixed)
    return type_text


def type_reading(type_text: str) -> tuple[bool, bool, str, bool]:
    """Everything that tracetool derives from the spelling of a type.

    Whether its C generators take it for a string, and whether its LTTng generator does; the type that
    dtrace(1) gets, without spaces; and whether macOS' dtrace gets a different type.
    """
    lttng = "char *" in type_text or "char*" in type_text
    provider = "".join(replaced(type_text).split())
    return type_text in STRING_SPELLINGS, lttng, provider, type_text in MACOS_TYPES
