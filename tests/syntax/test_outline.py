"""The parts of an event's line while it is being typed."""

from __future__ import annotations

import pytest

from tesc.syntax.outline import format_before, outline


@pytest.mark.parametrize(
    ("line", "name", "pieces", "close", "format_"),
    [
        ('a(int b, long c) "x"', "a", ["int b", " long c"], 15, 17),
        ("  disable a (", "a", [""], None, None),
        ("a(int b,", "a", ["int b", ""], None, None),
        ('a(int b, "x %d"', "a", ["int b", " "], None, 9),
        ("a(void)", "a", ["void"], 6, None),
        ("a(int (*f)(int, int), b[2,3])", "a", ["int (*f)(int, int)", " b[2,3]"], 28, None),
        ("tcg disable a(int b)", "a", ["int b"], 19, None),
        ("a\x0c(int\x0cb)", "a", ["int\x0cb"], 8, None),
        ('a(int b) c "x"', "a", ["int b"], 7, 11),
    ],
)
def test_parts(line, name, pieces, close, format_):
    found = outline(line)
    assert found.name == name
    assert line[found.open] == "("
    assert [line[piece.start : piece.end] for piece in found.pieces] == pieces
    assert (found.close, found.format) == (close, format_)
    assert found.end == found.pieces[-1].end


@pytest.mark.parametrize("line", ["", "a", "# a(", 'include "a(b"', 'include "x" prefix y', "disable a, b"])
def test_other_lines_have_none(line):
    assert outline(line) is None


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ('"a %d b"', 4, '"a %"'),
        ('"a %d b"', 8, '"a %d b"'),
        ('"a %" PRIx64', 8, '"a %" PR'),
        ('"a \\" b"', 7, '"a \\" b"'),
        ('"a \\" b"', 4, '"a \\\\"'),
        ('"a', 1, '""'),
        ('"', 0, ""),
    ],
)
def test_a_format_up_to_a_column_is_whole(line, column, expected):
    assert format_before(line, 0, column) == expected
