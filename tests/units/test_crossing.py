"""Formats of events that cross the guest tunnel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.syntax.printf import parse_format
from tesc.units.crossing import pointers_as_numbers


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"%s"', '"0x%" PRIx64'),
        ('"%p"', '"0x%" PRIx64'),
        ('"a %s b"', '"a 0x%" PRIx64 " b"'),
        ('"a %s b %p"', '"a 0x%" PRIx64 " b 0x%" PRIx64'),
        ('"%s%p%s"', '"0x%" PRIx64 "0x%" PRIx64 "0x%" PRIx64'),
        # Numbers, and what only looks like a pointer's conversion, stay.
        ('"%d %zu %x 100%% %%s"', '"%d %zu %x 100%% %%s"'),
        ('"%d %s %u"', '"%d 0x%" PRIx64 " %u"'),
        # Macros, other literals, the spaces between them.
        ('"%s %" PRIu64', '"0x%" PRIx64 " %" PRIu64'),
        ('"%" PRIu64 " %s"', '"%" PRIu64 " 0x%" PRIx64'),
        ('"%" PRIu64 "%s"', '"%" PRIu64 "0x%" PRIx64'),
        ('"a"  " %p"  "b"', '"a"  " 0x%" PRIx64 ""  "b"'),
        ('"%s"  ', '"0x%" PRIx64  '),
        # Flags, widths and precisions of a text mean nothing for an address.
        ('"%-10s|%.8s|%20p|%ls"', '"0x%" PRIx64 "|0x%" PRIx64 "|0x%" PRIx64 "|0x%" PRIx64'),
        # If a width or precision is an argument, its `*` stays.
        ('"%*s"', '"0x%*" PRIx64'),
        ('"%.*s x"', '"0x%.*" PRIx64 " x"'),
        ('"%-*.*s"', '"0x%*.*" PRIx64'),
        # A conversion that spans two literals.
        ('"%" "s"', '"0x%" PRIx64'),
        ('""', '""'),
    ],
)
def test_pointers_become_numbers(before, after):
    assert pointers_as_numbers(before) == after


PIECES = st.lists(
    st.sampled_from(
        [
            "%s",
            "%p",
            "%d",
            "%zu",
            "%%",
            "%*s",
            "%.*s",
            "%-8s",
            " ",
            "text",
            '" PRIx64 "',
            '" "',
            "\\\\",
            '\\"',
        ]
    ),
    max_size=8,
)


@given(PIECES)
def test_the_conversions_take_as_many_arguments_as_before(pieces):
    text = '"' + "".join(pieces).replace('" PRIx64', '%" PRIx64') + '"'
    before = parse_format(text)
    after = parse_format(pointers_as_numbers(text))
    assert not after.flaws or before.flaws
    assert len(after.conversions) == len(before.conversions)
    assert [(c.width, c.precision) for c in after.conversions if "*" in (c.width, c.precision)] == [
        (c.width if c.width == "*" or c.letter not in "sp" else "", c.precision)
        for c in before.conversions
        if "*" in (c.width, c.precision)
    ]
    assert not [c for c in after.conversions if c.letter in "sp" and c.macro is None]


@given(PIECES)
def test_what_has_no_pointers_stays(pieces):
    text = '"' + "".join(piece for piece in pieces if piece[-1] not in "sp") + '"'
    assert pointers_as_numbers(text) == text
