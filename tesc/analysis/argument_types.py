"""The kind of value that an argument is, if the C text around its call shows it."""

from __future__ import annotations

import re

from tesc.analysis.formats.models import bits, is_integer
from tesc.syntax.c_type import parse_type
from tesc.syntax.data_models import MODELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.syntax.c_type import CType
    from tesc.uses.use import Argument

TEXT = "text"
INTEGER = "integer"

# Typedefs of integers in GLib, POSIX and QEMU 10.2 with one width on all 64-bit hosts, or wider than
# an int: GLib's glib/gtypes.h, POSIX's sys/types.h, QEMU's include/exec/hwaddr.h, cpu-common.h, vaddr.h.
_TYPEDEFS = {
    "gint": "int", "guint": "unsigned int", "gboolean": "int", "gint8": "int8_t", "guint8": "uint8_t",
    "gint16": "int16_t", "guint16": "uint16_t", "gint32": "int32_t", "guint32": "uint32_t",
    "gint64": "int64_t", "guint64": "uint64_t", "gsize": "size_t", "gssize": "ssize_t",
    "gulong": "unsigned long", "glong": "long", "gushort": "unsigned short",
    "off_t": "int64_t", "hwaddr": "uint64_t", "vaddr": "uint64_t", "dma_addr_t": "uint64_t",
    "uint": "unsigned int", "ulong": "unsigned long", "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t",
    "u64": "uint64_t", "__u8": "uint8_t", "__u16": "uint16_t", "__u32": "uint32_t", "__u64": "uint64_t",
    "__s32": "int32_t", "__s64": "int64_t", "pid_t": "int", "gchar": "char", "_Bool": "bool",
}  # fmt: skip
_NUMBER = re.compile(r"[-~]?\s?(?:0[xX][0-9A-Fa-f]+|[0-9]+)[uUlL]*")
_CAST = re.compile(r"\(((?:[A-Za-z_]\w* ?)+\**)\) ?(?![-+&*]? ?\()([^?:|&+<>=]+)")
_LITERAL = re.compile(r'(?:"" ?)+')


def declared_type(argument: Argument) -> CType | None:
    """The type of an argument: that of its variable in the function, or that of a cast; None if unknown."""
    text = argument.type
    if not text:
        cast = _CAST.fullmatch(argument.text)
        if cast is None:
            return None
        text = cast[1]
    if text.endswith("[]"):
        text = f"{text[:-2]} *"
    words = [_TYPEDEFS.get(word, word) for word in text.replace("*", " * ").split()]
    return parse_type(" ".join(words))


def kind_of(argument: Argument) -> str | None:
    """The kind of an argument: TEXT, INTEGER, or None for anything else and for unknown types."""
    if _LITERAL.fullmatch(argument.text):
        return TEXT
    if _NUMBER.fullmatch(argument.text):
        # 0 can also be a null pointer.
        return INTEGER if argument.text.strip("0") else None
    return kind_of_type(declared_type(argument))


def kind_of_type(declared: CType | None) -> str | None:
    """The kind of a type's values: TEXT, INTEGER or None."""
    if declared is None or declared.base is None:
        return None
    if declared.pointers:
        return TEXT if declared.is_char_pointer else None
    return INTEGER if is_integer(MODELS["lp64"].type(declared.base)) else None


def width(declared: CType | None) -> int | None:
    """How many bits an integer type has on LP64; None for anything else."""
    if declared is None or declared.base is None or declared.pointers:
        return None
    basic = MODELS["lp64"].type(declared.base)
    return bits(basic, "lp64") if is_integer(basic) else None
