"""What the reference's LTTng generator takes for conversions: layout must not change it."""

from __future__ import annotations

import re

# How the LTTng generator finds conversions: a macro hides what touches it,
# and flags hide a conversion from it.
_CONVERSION = re.compile(r"(%[\d\.]*\w+|%.*?PRI\S+)")
# What the simple backend and the tapsets of QEMU's tracetool take for text: exactly these.
STRING_SPELLINGS = ("const char*", "char*", "const char *", "char *")


def lttng_conversions(format_text: str) -> list[str]:
    """The conversions that the LTTng generator pairs with the parameters, in order."""
    return _CONVERSION.findall(format_text)


def string_spelling(type_text: str) -> tuple[bool, bool]:
    """Whether the reference takes a type for a string: its generators of C, and that of LTTng."""
    lttng = "char *" in type_text or "char*" in type_text
    return type_text in STRING_SPELLINGS, lttng
