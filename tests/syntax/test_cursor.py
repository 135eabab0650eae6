"""What is being typed at a place in a line; `|` is the place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.syntax.cursor import (
    BehindMark,
    BehindPath,
    InFormat,
    InParameters,
    InPath,
    InPatterns,
    InRules,
    Start,
    place_in,
)


def at(marked: str):
    return place_in(marked.replace("|", "", 1), marked.index("|"))


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("|", Start(0, "", (), "")),
        ("  us|b(int a)", Start(2, "us", (), "b(int a)")),
        ("tcg disa|", Start(4, "disa", ("tcg",), "")),
        ("\fus|", Start(1, "us", (), "")),
        ("disable |", InPatterns(8, "", "")),
        ("disable a_*, b?|", InPatterns(13, "b?", "")),
        ('include "|', InPath(9, "", "")),
        (' include "hw/u|sb"', InPath(10, "hw/u", 'sb"')),
        ('include "a" p|', BehindPath(12, (), "")),
        ('include "a" prefix x ba|', BehindPath(21, ("prefix", "x"), "")),
        ('include "a" prefix |', None),
        ('include "a" base |', None),
        ('include "a" "|', None),
        ("# tesc: ignore[|", InRules(15, "", False, "")),
        ("#tesc: ignore-file[TE101, hex-wi|th]", InRules(26, "hex-wi", True, "th]")),
        ("# tesc: ignore[TE101] |", None),
        ("# tesc: |", BehindMark(8, "", "")),
        ("#tesc:igno|re[]", BehindMark(6, "igno", "re[]")),
        ("# tesc |", None),
        ("# ignore[|", None),
        ("# f(|", None),
        ("not an item |at all", Start(12, "", ("not", "an", "item"), "at all")),
        ("a + |", None),
        ("f() ; |", None),
    ],
)
def test_outside_of_events(marked, place):
    assert at(marked) == place


def parameters(marked: str):
    place = at(marked)
    assert isinstance(place, InParameters)
    assert place.begin == marked.index("|") - len(place.text)
    return place.text, [one.name for one in place.others]


@pytest.mark.parametrize(
    ("marked", "text", "others"),
    [
        ("f(|", "", []),
        ("f ( |)", "", []),
        ("disable f(const ch|", "const ch", []),
        ("f(int a, char *|b)", "char *", ["a"]),
        ("f(int a,, |", "", ["a"]),
        ("f(void|", "void", []),
    ],
)
def test_in_parameters(marked, text, others):
    assert parameters(marked) == (text, others)


def form(marked: str):
    """Whether the place is between quotes, the unfinished conversion, the parameters that are left."""
    place = at(marked)
    assert isinstance(place, InFormat)
    partial = place.partial.text if place.partial else None
    return place.literal, partial, [one.name for one in place.left]


@pytest.mark.parametrize(
    ("marked", "literal", "partial", "left"),
    [
        ("f(int a, int b) |", False, None, ["a", "b"]),
        ('f(int a, int b) "|', True, None, ["a", "b"]),
        ('f(int a, int b) "%|"', True, "%", ["a", "b"]),
        ('f(int a, int b) "a %d b %0|8x"', True, "%0", ["b"]),
        ('f(int a, int b) "%% %m %08l|"', True, "%08l", ["a", "b"]),
        ('f(int a, int b) "%.*|"', True, "%.*", ["b"]),
        ('f(int a, int b) "%*d %|"', True, "%", []),
        ('f(uint64_t a, int b) "%" PRIx64 " b %|"', True, "%", ["b"]),
        ('f(uint64_t a, int b) "%" PRIx64| " b', False, "%", ["a", "b"]),
        ('f(uint64_t a, int b) "%"|', False, "%", ["a", "b"]),
        ('f(uint64_t a, int b) "%" PR|', False, "%", ["a", "b"]),
        ('f(int a, int b) "a %d"|', False, None, ["b"]),
        ('f(int a) "100% |', True, None, []),
        (r'f(int a) "\" %|"', True, "%", ["a"]),
        (r'f(int a) "\\" "%|', True, "%", ["a"]),
        ('f(int a "%|"', True, "%", ["a"]),
        ('f(void) "%|"', True, "%", []),
    ],
)
def test_in_formats(marked, literal, partial, left):
    assert form(marked) == (literal, partial, left)


def test_where_a_conversion_and_a_literal_end():
    place = at('f(int a) "a 0x%08|x" ')
    assert (place.begin, place.before, place.after, place.closes) == (14, "a 0x", 'x" ', True)
    place = at('f(int a) "a \U0001f600 %|')
    assert (place.begin, place.before, place.closes) == (14, "a \U0001f600 ", False)


PIECES = [
    "f",
    "(",
    ")",
    '"',
    "%",
    "\\",
    ",",
    " ",
    "int a",
    "PRIx64",
    "*",
    "disable ",
    "include ",
    "#",
    "tesc: ",
]
PIECES += ["ignore[", "]", "\t", "\x00", "\u2028", "\ud800", "\U0001f600", "prefix ", "0x", "08", "$", "l"]


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PIECES)).map("".join), st.data())
def test_any_line_has_places(line, data):
    column = data.draw(st.integers(0, len(line)))
    place = place_in(line, column)
    if place is not None:
        assert 0 <= place.begin <= column
        assert len(place.after) == len(line) - column
