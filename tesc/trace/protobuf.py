"""Writes Protocol Buffers' wire format, as text whose characters are bytes (Latin-1).

`fields` reads it back.

A message is a sequence of fields; each begins with a number for the field and its encoding
(https://protobuf.dev/programming-guides/encoding/).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = (1 << 64) - 1
_VARINT, _FIXED64, _COUNTED = 0, 1, 2
_HALF = (1 << 14) - 1
SHORT = tuple([chr(number) for number in range(128)])
# 14 bits as two bytes, if more follow, and as the last two.
PAIRS = tuple([chr(number & 127 | 128) + chr(number >> 7 | 128) for number in range(_HALF + 1)])
LAST_PAIRS = tuple([chr(number & 127 | 128) + chr(number >> 7) for number in range(_HALF + 1)])


def varint(number: int) -> str:
    """A number of up to 64 bits, seven per byte, the lowest first; two's complement if negative."""
    if 0 <= number < 128:
        return SHORT[number]
    number &= _WORD
    text = ""
    while number > _HALF:
        text += PAIRS[number & _HALF]
        number >>= 14
    return text + (SHORT[number] if number < 128 else LAST_PAIRS[number])


def tag(field: int, coding: int = _VARINT) -> str:
    """The beginning of a field."""
    return varint(field << 3 | coding)


def number(field: int, value: int) -> str:
    """A field of type uint64, int64, uint32, int32, bool or an enumeration's."""
    return tag(field) + varint(value)


def fixed64(field: int, value: int) -> str:
    """A field of type fixed64."""
    return tag(field, _FIXED64) + value.to_bytes(8, "little").decode("latin-1")


def counted(field: int, content: str) -> str:
    """A field of type bytes, or an inner message; text must already be encoded as UTF-8."""
    return tag(field, _COUNTED) + varint(len(content)) + content


def text(field: int, value: str) -> str:
    """A field of type string."""
    return counted(field, value.encode("utf-8").decode("latin-1"))


def fields(message: bytes, field: int) -> Iterator[bytes]:
    """The contents of a message's bytes fields with a number; the message may be incomplete."""
    at = 0
    try:
        while at < len(message):
            key, at = _varint_at(message, at)
            if key & 7 == _VARINT:
                _, at = _varint_at(message, at)
            elif key & 7 == _FIXED64:
                at += 8
            elif key & 7 == _COUNTED:
                size, at = _varint_at(message, at)
                if key >> 3 == field:
                    yield message[at : at + size]
                at += size
            else:
                return
    except IndexError:
        pass


def _varint_at(message: bytes, at: int) -> tuple[int, int]:
    """The number at an offset, and where it ends. Raises IndexError."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            return value, at
