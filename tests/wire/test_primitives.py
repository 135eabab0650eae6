"""Integers and COBS: encoding, decoding, and what no encoder writes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.wire import cobs
from tesc.wire.varint import Malformed, read_varint, unzigzag, write_varint, zigzag

WORDS = st.integers(0, (1 << 64) - 1) | st.integers(0, 64).map(lambda n: (1 << n) - 1)


@pytest.mark.parametrize(
    ("value", "hexadecimal"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (300, "ac02"),
        ((1 << 56) - 1, "ff" * 7 + "7f"),
        (1 << 56, "80" * 8 + "01"),
        ((1 << 64) - 1, "ff" * 9),
    ],
)
def test_known_integers(value, hexadecimal):
    data = bytes.fromhex(hexadecimal)
    assert write_varint(value) == data
    assert read_varint(data, 0) == (value, len(data))


@given(WORDS)
@settings(deadline=None)
def test_integers_come_back(value):
    data = write_varint(value)
    assert read_varint(b"x" + data + b"y", 1) == (value, 1 + len(data))
    assert len(data) <= 9


@given(st.binary(max_size=10))
@settings(deadline=None)
def test_each_integer_has_one_spelling(data):
    try:
        value, end = read_varint(data, 0)
    except (Malformed, IndexError):
        return
    assert write_varint(value) == data[:end]


@given(st.integers(-(1 << 63), (1 << 63) - 1))
@settings(deadline=None)
def test_zigzag(value):
    assert unzigzag(zigzag(value)) == value
    assert 0 <= zigzag(value) < 1 << 64


# The well-known examples from Cheshire and Baker's paper.
@pytest.mark.parametrize(
    ("plain", "coded"),
    [
        ("", "01"),
        ("00", "0101"),
        ("0000", "010101"),
        ("11220033", "0311220233"),
        ("11223344", "0511223344"),
        ("11000000", "0211010101"),
    ],
)
def test_known_stuffing(plain, coded):
    assert cobs.encode(bytes.fromhex(plain)) == bytes.fromhex(coded)
    assert cobs.decode(bytes.fromhex(coded)) == bytes.fromhex(plain)


def test_254_bytes_without_a_zero_may_or_may_not_be_terminated():
    data = bytes(range(1, 255))
    assert cobs.decode(b"\xff" + data) == data
    assert cobs.decode(b"\xff" + data + b"\x01") == data


@given(st.binary(max_size=800))
@settings(deadline=None)
def test_stuffing_comes_back(data):
    coded = cobs.encode(data)
    assert 0 not in coded
    assert cobs.decode(coded) == data


@pytest.mark.parametrize("data", [b"\x00", b"\x03a", b"\x05abc", b"\x02a\x00"])
def test_what_no_encoder_writes(data):
    assert cobs.decode(data) is None
