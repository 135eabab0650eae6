"""Compressed traces, whole and cut off, and while they are being written."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import random
import zlib

import pytest

from tesc.trace.compressed import MAGIC, Piped, decompressed
from tesc.trace.errors import Broken

LINES = b"".join(b"%d %d\n" % (number, random.Random(number).getrandbits(64)) for number in range(30_000))


def zstd(data: bytes) -> bytes:
    found: bytes = pytest.importorskip("zstandard").compress(data)
    return found


WAYS = pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd], ids=["gzip", "xz", "zstd"])


def read(data: bytes) -> tuple[bytes, str]:
    """What can be read, and the message of what ends the reading."""
    stream = decompressed(io.BytesIO(data), data[:MAGIC])
    assert stream is not None
    found = b""
    try:
        while True:
            part = stream.read(1 << 18)
            found += part
            if not part:
                return found, ""
    except Broken as broken:
        return found, str(broken)


@WAYS
@pytest.mark.parametrize("parts", [1, 3])
def test_whole(pack, parts):
    assert read(pack(LINES) * parts) == (LINES * parts, "")


@WAYS
@pytest.mark.parametrize("parts", [1, 2])
def test_what_was_written_before_the_end_is_read(pack, parts):
    """A trace is cut off if its writer is killed: its last part matters most."""
    packed = pack(LINES)
    found, message = read(packed * (parts - 1) + packed[:-100])
    assert message.startswith("the compressed file is damaged or ends too early (")
    assert (LINES * parts).startswith(found)
    # zstd and LZMA decompress whole blocks.
    assert len(found) > len(LINES) * parts - (1 << 18 if pack is not gzip.compress else 1 << 12)


@WAYS
def test_what_precedes_something_else_is_read(pack):
    found, message = read(pack(LINES) + b"\x28\xb5\x2f\xfc and so on")
    assert found == LINES
    assert message


@pytest.mark.parametrize("size", [4, 8, 1 << 12, (1 << 17) + 4])
def test_xz_may_be_padded(size):
    """As its format allows after each stream: zero bytes, in multiples of four."""
    padding, packed = bytes(size), lzma.compress(LINES, preset=0)
    assert read(packed + padding) == (LINES, "")
    assert read((packed + padding) * 2) == (LINES * 2, "")
    found, message = read(packed + padding + b"\0")
    assert (found, message) == (
        LINES,
        "the compressed file is damaged or ends too early (its padding is not a multiple of four bytes)",
    )
    found, message = read(packed + padding + packed[:-100])
    assert found.startswith(LINES) and "it ends within a frame" in message


@WAYS
def test_every_beginning_of_a_small_file(pack):
    packed = pack(b"a line\n")
    for length in range(MAGIC, len(packed)):
        found, message = read(packed[:length])
        assert b"a line\n".startswith(found)
        assert message


def test_a_pipe_is_read_as_it_is_written():
    receive, send = os.pipe()
    file = io.FileIO(receive)
    piped = Piped(file)
    packer = zlib.compressobj(wbits=31)
    for line in (b"one\n", b"two\n"):
        os.write(send, packer.compress(line) + packer.flush(zlib.Z_SYNC_FLUSH))
        assert piped.read(1 << 18) == line  # and does not wait for more
    os.write(send, packer.flush())
    os.close(send)
    assert piped.read(1 << 18) == b""
    piped.close()
