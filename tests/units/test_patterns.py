"""Patterns mean what QEMU's `-trace enable=` means by them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.units.patterns import is_literal, pattern


@pytest.mark.parametrize(
    ("text", "names", "others"),
    [
        ("foo", ["foo"], ["fo", "fooo", "Foo", ""]),
        ("*", ["", "foo"], []),
        ("**", ["", "foo"], []),
        ("?", ["f"], ["", "fo"]),
        ("f*", ["f", "foo"], ["of", "F"]),
        ("*o", ["o", "foo"], ["of"]),
        ("f*o", ["fo", "foo", "f_o_o"], ["f", "o", "fox"]),
        ("f?o", ["foo", "f_o"], ["fo", "fooo"]),
        ("*a*b*", ["ab", "xaxbx", "aab"], ["ba", "a", "b"]),
        ("*ab*abc", ["ababc", "abxabc", "ababababc"], ["abc", "ababab"]),
        ("a*?", ["ab", "abc"], ["a"]),
        ("?*?", ["ab", "abc"], ["a", ""]),
        ("*a?*?b*", ["axxb", "aaxxb"], ["axb", "ab"]),
        ("esp_*_command", ["esp_do_command", "esp__command"], ["esp_command"]),
    ],
)
def test_matches(text, names, others):
    assert [bool(pattern(text).fullmatch(name)) for name in names] == [True] * len(names)
    assert [bool(pattern(text).fullmatch(name)) for name in others] == [False] * len(others)


def test_nothing_else_is_special():
    assert not pattern("[ab]").fullmatch("a")
    assert not pattern("a.c").fullmatch("abc")
    assert pattern("[ab]").fullmatch("[ab]")


@given(st.text("ab*?", max_size=10), st.text("ab", max_size=12))
def test_same_as_a_plain_regular_expression(text, name):
    plain = "".join({"*": ".*", "?": "."}.get(char, char) for char in text)
    assert bool(pattern(text).fullmatch(name)) == bool(re.fullmatch(plain, name))


@given(st.text("ab_1", max_size=10))
def test_a_literal_matches_itself_only(text):
    assert is_literal(text)
    assert pattern(text).fullmatch(text)
    assert not pattern(text).fullmatch(f"{text}x")
    assert not is_literal(f"{text}*")
    assert not is_literal(f"?{text}")


@pytest.mark.parametrize(
    "text", ["*a" * 40 + "b", "*a*?" * 20 + "b", "*" * 5000 + "b", "*aaa*" * 100 + "b?c"]
)
def test_many_stars_do_not_take_forever(text):
    """A backtracking matcher would never finish, so this test needs no clock."""
    assert not pattern(text).fullmatch("a" * 5000)
