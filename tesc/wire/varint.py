"""Variable-length integers: seven bits per byte, lowest first, at most nine bytes.

A byte of 0x80 or more means that another one follows; the ninth byte has eight bits, so that 64 bits take
nine bytes instead of LEB128's ten. Each number has exactly one encoding: longer ones are rejected.
"""

from __future__ import annotations

MOST_BYTES = 9


class Malformed(Exception):
    """The bytes are not a valid encoding."""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at an offset, and its end. Raises Malformed, or IndexError if the data ends first."""
    value = data[at]
    if value < 0x80:
        return value, at + 1
    value &= 0x7F
    for number in range(1, MOST_BYTES):
        byte = data[at + number]
        if number == MOST_BYTES - 1 or byte < 0x80:
            if byte == 0:
                raise Malformed
            return value | byte << 7 * number, at + number + 1
        value |= (byte & 0x7F) << 7 * number
    raise AssertionError("the ninth byte is the last")


def write_varint(value: int) -> bytes:
    """The encoding of a number from 0 to 2**64 - 1."""
    made = bytearray()
    while value > 0x7F and len(made) < MOST_BYTES - 1:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def zigzag(value: int) -> int:
    """A signed number as an unsigned one, which is small if the signed one is near 0."""
    return value << 1 if value >= 0 else ~(value << 1)


def unzigzag(value: int) -> int:
    """The signed number that `zigzag` encoded."""
    return ~(value >> 1) if value & 1 else value >> 1
