"""Converts payloads to 64-bit words and bytes, and these to values of their parameters' types.

A recorded argument is a word to which the C value was converted (trace/simple.c casts to uint64_t, so
negative numbers are sign-extended), or text: its length in 32 bits and its bytes.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from tesc.limits import RECORD_ARGUMENTS
from tesc.records import record
from tesc.syntax import data_models
from tesc.syntax.c_type import parse_type
from tesc.trace.errors import PayloadMismatch
from tesc.units.text import spelled_as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Union

    Value = Union[int, bytes]
    Values = tuple[Value, ...]

_SIGNED = {"signed char": 8, "char": 8, "short": 16, "int": 32, "long long": 64}
_SIGNED.update(int8_t=8, int16_t=16, int32_t=32, int64_t=64)
_UNSIGNED = {"unsigned char": 8, "unsigned short": 16, "unsigned int": 32, "unsigned long long": 64}
# As wide as `long`; the signed type first.
_LONG = ("long", "unsigned long")
_ADDRESS = ("ssize_t", "intptr_t", "ptrdiff_t", "size_t", "uintptr_t")
_UNSIGNED.update(uint8_t=8, uint16_t=16, uint32_t=32, uint64_t=64)


@record
class Model:
    """A C data model: the bits of `long` and of addresses (and size_t, ptrdiff_t), and its name."""

    long_bits: int
    address_bits: int
    name: str


MODELS = {name: Model(row.long_bits, row.address_bits, name) for name, row in data_models.MODELS.items()}
LP64 = MODELS["lp64"]


@record
class Kind:
    """The meaning of a parameter's word: a number of `bits`, a boolean, or text."""

    bits: int = 64
    signed: bool = False
    text: bool = False
    truth: bool = False
    pointer: bool = False


TEXT = Kind(text=True)


@lru_cache(maxsize=None)
def kind_of(type_text: str, texts: bool = True, model: Model = LP64) -> Kind:
    """The kind of a parameter's type; without `texts`, a `char *` is an address."""
    if texts and spelled_as_text(type_text):
        return TEXT
    declared = parse_type(type_text)
    base = declared.base or ""
    if declared.is_pointer:
        return Kind(model.address_bits, pointer=True)
    if base == "bool":
        return Kind(truth=True)
    if base in _SIGNED:
        return Kind(_SIGNED[base], signed=True)
    if base in _LONG:
        return Kind(model.long_bits, signed=base == "long")
    if base in _ADDRESS:
        return Kind(model.address_bits, signed=not base.startswith(("size", "u")))
    return Kind(_UNSIGNED.get(base, 64))


def number_expression(kind: Kind, word: str) -> str:
    """Python code that converts a word to a number of its type."""
    if kind.truth:
        return f"(1 if {word} else 0)"
    return extended(word, kind.bits, kind.signed)


def extended(word: str, bits: int, signed: bool) -> str:
    """Python code for the lowest bits of a number, as a signed or unsigned number."""
    low = word if bits == 64 else f"{word} & {(1 << bits) - 1:#x}"
    if not signed:
        return f"({low})"
    sign = 1 << (bits - 1)
    return f"((({low}) ^ {sign:#x}) - {sign:#x})"


@lru_cache(maxsize=None)
def splitter(order: str, texts: tuple[bool, ...], words: bool) -> Callable[[bytes], Values]:
    """A function from a payload to its values; it raises PayloadMismatch or struct.error.

    `texts` says for each parameter whether it is text. With `words`, a payload is six words, the first of
    which are the arguments; further parameters were not recorded.
    """
    number = len(texts)
    if words:
        there = min(number, RECORD_ARGUMENTS)
        unpack = struct.Struct(f"{order}{there}Q{8 * (RECORD_ARGUMENTS - there)}x").unpack
        missing = (0,) * (number - there)
        return (lambda payload: unpack(payload) + missing) if missing else unpack
    if not any(texts):
        return struct.Struct(f"{order}{number}Q").unpack
    return _text_splitter(order, texts)


def _text_splitter(order: str, texts: Sequence[bool]) -> Callable[[bytes], Values]:
    """A compiled splitter of payloads with text: offsets depend on the lengths of earlier text."""
    lines = ["def split(payload):", " at = 0"]
    names: dict[str, Any] = {"PayloadMismatch": PayloadMismatch}
    group: list[str] = []

    def unpack(suffix: str, targets: Sequence[str]) -> None:
        name = f"unpack{len(lines)}"
        form = struct.Struct(f"{order}{len(group)}Q{suffix}")
        names[name] = form.unpack_from
        lines.append(f" {', '.join(targets)}, = {name}(payload, at)")
        lines.append(f" at += {form.size}")

    for index, text in enumerate(texts):
        if not text:
            group.append(f"v{index}")
            continue
        unpack("I", [*group, "size"])
        group.clear()
        lines.append(f" v{index} = payload[at : at + size]")
        lines.append(" at += size")
    if group:
        unpack("", group)
    lines.append(" if at != len(payload): raise PayloadMismatch")
    lines.append(f" return ({', '.join(f'v{index}' for index in range(len(texts)))},)")
    exec("\n".join(lines), names)
    made: Callable[[bytes], Values] = names["split"]
    return made


@lru_cache(maxsize=None)
def typer(
    kinds: tuple[Kind, ...], uncertain: bool = False
) -> Callable[[Values], tuple[int | str | bool | None, ...]]:
    """A function that converts values to their types: numbers, bool, str.

    Bytes of text that are not UTF-8 become lone surrogates (Python's surrogateescape). With `uncertain`,
    values may be None, and stay None.
    """
    parts = []
    for index, kind in enumerate(kinds):
        value = f"v[{index}]"
        if kind.text:
            parts.append(f"{value}.decode('utf-8', 'surrogateescape')")
        elif kind.truth:
            parts.append(f"{value} != 0")
        else:
            parts.append(number_expression(kind, value))
    if uncertain:
        parts = [f"None if v[{index}] is None else {part}" for index, part in enumerate(parts)]
    made: Callable[[Values], tuple[int | str | bool | None, ...]] = eval(
        f"lambda v: ({''.join(f'{p}, ' for p in parts)})"
    )
    return made
