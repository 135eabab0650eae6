"""How QEMU 10.2's tracetool reads types and formats, where that differs from C.

Generators use it to reproduce tracetool's outputs byte for byte, rules to find what tracetool would lose or
reject.
"""

from __future__ import annotations

import re

from tesc.syntax.reference_conversions import lttng_conversions as lttng_conversions  # re-exported

# What it searches for anywhere in a number's type: a char or a short gets no field.
_LTTNG_INTEGERS = ("int", "long", "unsigned", "size_t", "bool")

# SystemTap's printf does not know `z` and `ll`; the log tapset drops them where these match. They are
# compiled when they are needed: most outputs ask this module for other things.
_STAP_SIZES = r"%(\d*)(l+|z)(x|u|d)"
_STAP_Z = r"%(\d*)(z)(x|u|d)"

# D's reserved words as dtrace(1) documents them, and those that tracetool adds.
D_RESERVED_WORDS = frozenset(
    """auto break case char const continue counter default do double else enum extern float for
    goto if import inline int long offsetof probe provider register restrict return self short
    signed sizeof static string stringof struct switch this translator typedef union unsigned
    void volatile while xlate""".split()
)
# SystemTap's reserved words, without `private` (which tracetool does not escape) and with `self`.
STAP_RESERVED_WORDS = frozenset(
    """break catch continue delete else for foreach function global if in limit long next probe
    return self string try while""".split()
)


def lttng_field(type_text: str, conversion: str) -> str:
    """LTTng's field for an argument and its conversion; empty for LTTng's lost field, which TE414 reports."""
    if "char *" in type_text or "char*" in type_text:
        return "string"
    if "x" in conversion or "%p" in conversion or "ptr" in type_text or "*" in type_text:
        return "integer_hex"
    return "integer" if any(word in type_text for word in _LTTNG_INTEGERS) else ""


def stap_sizes_dropped(text: str, long_too: bool = True) -> str:
    """A format's joined text as the log tapset prints it, without the lengths that SystemTap rejects.

    With `long_too` false, as up to QEMU 5.2, only `z` is dropped.
    """
    return re.sub(_STAP_SIZES if long_too else _STAP_Z, r"%\1\3", text)
