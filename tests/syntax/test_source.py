"""Lines and places: what ends a line, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.syntax.source import Source, split_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [(0, "")]),
        ("a", [(0, "a")]),
        ("a\n", [(0, "a")]),
        ("a\nb", [(0, "a"), (2, "b")]),
        ("a\n\nb\n", [(0, "a"), (2, ""), (3, "b")]),
        ("\r\n", [(0, "")]),
        ("a\r\nb\r\n", [(0, "a"), (3, "b")]),
        ("a\r\nb", [(0, "a"), (3, "b")]),
        ("a\r\n\r\nb\r\n", [(0, "a"), (3, ""), (5, "b")]),
        ("\r", [(0, "")]),
        ("a\rb\r", [(0, "a"), (2, "b")]),
        ("a\r\rb", [(0, "a"), (2, ""), (3, "b")]),
        ("a\r\r\nb", [(0, "a"), (2, ""), (4, "b")]),
        ("a\n\rb", [(0, "a"), (2, ""), (3, "b")]),
        ("a\nb\r\nc\rd", [(0, "a"), (2, "b"), (5, "c"), (7, "d")]),
        # Python's splitlines would end a line at each of these.
        (
            "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\n",
            [(0, "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i")],
        ),
        ("\x0c\na", [(0, "\x0c"), (2, "a")]),
        # NULs are characters like any other.
        ("a\0\nb\0\r\nc\0\r", [(0, "a\0"), (3, "b\0"), (7, "c\0")]),
        ("\0\r\n\0\0\r\n", [(0, "\0"), (3, "\0\0")]),
        ("日本\n🙂\r\né", [(0, "日本"), (3, "🙂"), (6, "é")]),
    ],
)
def test_lines(text, lines):
    assert split_lines(text) == lines
    source = Source("x", text)
    assert source.line_starts == ([start for start, _ in lines] or [0])
    for number, (start, line) in enumerate(lines, 1):
        assert source.line_text(number) == line
        assert source.place(start) == (number, 1)
        assert source.place(start + len(line)) == (number, len(line) + 1)


@given(st.text(alphabet="ab\0\n\r\x0c\u2028"))
def test_lines_make_up_the_text(text):
    lines = split_lines(text)
    ends = [start for start, _ in lines[1:]] + [len(text)]
    assert [start for start, _ in lines[:1]] == [0] * bool(text)
    for (start, line), end in zip(lines, ends):
        assert text[start : start + len(line)] == line
        assert text[start + len(line) : end] in ("\n", "\r\n", "\r") + (("",) if end == len(text) else ())
        assert "\n" not in line
        assert "\r" not in line


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("", 0, (1, 1)),
        ("ab", 0, (1, 1)),
        ("ab", 1, (1, 2)),
        ("ab", 2, (1, 3)),
        ("ab\n", 2, (1, 3)),
        # The end of a text belongs to its last line: no line begins there.
        ("ab\n", 3, (1, 4)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\ncd", 5, (2, 3)),
        ("ab\r\ncd", 3, (1, 4)),
        ("ab\r\ncd", 4, (2, 1)),
        ("ab\rcd", 3, (2, 1)),
        ("日🙂\t\u0301b", 4, (1, 5)),
        ("日\n🙂b", 3, (2, 2)),
    ],
)
def test_places(text, offset, place):
    assert Source("x", text).place(offset) == place


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a\r\nb", "a\r\nb"),
        ("é日🙂".encode(), "é日🙂"),
        (b"\xe9", "\udce9"),
        (b"a\xff\xc3\xa9\xc3", "a\udcffé\udcc3"),
        # A byte order mark is text, for a rule to find.
        (b"\xef\xbb\xbfa", "\ufeffa"),
        # Surrogates are not UTF-8, nor are overlong forms of a character.
        (b"\xed\xa0\x80", "\udced\udca0\udc80"),
        (b"\xc0\x80", "\udcc0\udc80"),
    ],
)
def test_bytes(data, text):
    source = Source.from_bytes("x", data)
    assert source.text == text
    assert source.text.encode("utf-8", "surrogateescape") == data


def test_the_path_of_a_source():
    assert Source("shown", "").file == "shown"
    assert Source("shown", "", "real").file == "real"
    assert Source.from_bytes("shown", b"", "real").path == "shown"


def test_sources_are_told_apart_by_identity():
    assert Source("x", "a") != Source("x", "a")
