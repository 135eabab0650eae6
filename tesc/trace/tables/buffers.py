"""Makes Arrow arrays from lists and numpy arrays, by their buffers.

`pyarrow.array` would import pandas if it is installed, which costs some tenths of a second and memory. The
layout is that of the Arrow Columnar Format: a validity bitmap, least significant bit first, then the values
or, for text, the offsets and the bytes.
"""

from __future__ import annotations

from array import array
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Arrow = Any

# The type codes of `array` by size; those of signed types are lower-case.
_CODES = {8: "b", 16: "h", 32: "i", 64: "q"}


def numbers(pa: Arrow, values: Sequence[int | None], type_: Arrow) -> Arrow:
    """A list of integers, some of which may be None, as a column of a type of integers or timestamps."""
    unsigned = str(type_).startswith("u")
    code = _CODES[type_.bit_width]
    data = array(code.upper() if unsigned else code, [value or 0 for value in values])
    return pa.Array.from_buffers(type_, len(values), [_there(pa, values), pa.py_buffer(data)])


def truths(pa: Arrow, values: Sequence[bool | None]) -> Arrow:
    """A list of booleans, some of which may be None, as a column."""
    data = pa.py_buffer(_bits([bool(value) for value in values]))
    return pa.Array.from_buffers(pa.bool_(), len(values), [_there(pa, values), data])


def texts(pa: Arrow, values: Sequence[str | None]) -> Arrow:
    """A list of strings, some of which may be None, as a column."""
    encoded = [(value or "").encode() for value in values]
    offsets = array("i", accumulate(map(len, encoded), initial=0))
    buffers = [_there(pa, values), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def vector(pa: Arrow, values: Any, type_: Arrow) -> Arrow:
    """A numpy array, exactly as wide as the type (booleans: of any width), as a column."""
    if pa.types.is_boolean(type_):
        import numpy

        bits = numpy.packbits(values, bitorder="little")
        return pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(bits)])
    return pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(values)])


def _there(pa: Arrow, values: Sequence[object]) -> Arrow:
    """The validity bitmap: which values are not None; None if all are valid."""
    return pa.py_buffer(_bits([value is not None for value in values])) if None in values else None


def _bits(truths: Sequence[bool]) -> bytes:
    digits = "".join(["01"[truth] for truth in reversed(truths)])
    return int(digits or "0", 2).to_bytes(-(-len(truths) // 8), "little")
