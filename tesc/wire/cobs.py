"""Consistent Overhead Byte Stuffing: bytes without zeros, so that a zero can end each frame.

Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999. Each
code byte is the distance to the next zero; 0xff means that 254 bytes without a zero follow.
"""

from __future__ import annotations


def decode(data: bytes) -> bytes | None:
    """The decoded bytes; None for bytes that no encoder writes."""
    made = bytearray()
    at, size = 0, len(data)
    while at < size:
        code = data[at]
        stop = at + code
        if code == 0 or stop > size:
            return None
        made += data[at + 1 : stop]
        at = stop
        # After 254 bytes without a zero at the end, some encoders add another code, some do not.
        if code < 0xFF and at < size:
            made.append(0)
    return bytes(made)


def encode(data: bytes) -> bytes:
    """The encoding of `data`, without zeros."""
    made = bytearray()
    for part in data.split(b"\0"):
        while len(part) >= 254:
            made += b"\xff" + part[:254]
            part = part[254:]
        made.append(len(part) + 1)
        made += part
    return bytes(made)
