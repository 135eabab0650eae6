"""Patterns of paths."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.config.globs import matches

CASES = {
    "trace-events": "trace-events a/trace-events a/b/trace-events | a/x.trace-events",
    "*.trace-events": "x.trace-events a/b/x.trace-events | trace-events",
    "a": "a/trace-events b/a/trace-events a | ab/trace-events",
    "a/": "a/trace-events b/a/c/trace-events | b/a a",
    "/a": "a/trace-events a | b/a/trace-events",
    "./a": "a/trace-events | c",
    "a/b": "a/b a/b/trace-events | c/a/b a/bc a",
    "a/b/": "a/b/c | a/b",
    "a/*": "a/b a/b/c | a b/a/c",
    "a/*/c": "a/b/c a/x/c/d | a/c a/b/b/c",
    "a/**/c": "a/c a/b/c a/b/b/c | a/bc ac",
    "**/c": "c a/c a/b/c c/d | bc",
    "a/**": "a/b a/b/c | a b/a/c",
    "a?c": "abc x/abc | a/c abbc",
    "a[bc]d": "abd acd | aad a/d",
    "a[!bc]d": "aad | abd a/d",
    "a[b-d]": "ab ac ad | ae a-",
    "a[+--]": "a+ a, a- | a. ab",
    "[": "[ a/[ | a",
    "a[]": "a[] | a",
    "a[]]": "a] | a",
    "[z-a]": "[z-a] | z",
    "a[b/c]": "a[b/c] | ab",
    "a.b": "a.b | axb",
    "**": "a a/b a/b/c |",
    ".": "a a/b |",
}


@pytest.mark.parametrize("pattern", CASES)
def test_cases(pattern):
    ours, _, others = CASES[pattern].partition("|")
    for path in ours.split():
        assert matches(pattern, os.getcwd(), path), path
    for path in others.split():
        assert not matches(pattern, os.getcwd(), path), path


def test_only_below_the_root():
    assert matches("b", "/a", "/a/b/c")
    assert not matches("b", "/a", "/b/c")
    assert not matches("*", "/a", "/b/c")
    assert not matches("**", "/a", "/")


@given(st.text("ab*?[]!-/.\\{&|~", min_size=1, max_size=12))
def test_any_pattern(pattern):
    matches(pattern, "/a", "/a/b/c")


@given(
    st.lists(
        st.text("ab-.x", min_size=1, max_size=4).filter(lambda name: name.strip(".")), min_size=1, max_size=4
    )
)
def test_a_path_matches_itself_and_what_is_below(names):
    path = "/".join(names)
    assert matches(path, "/r", f"/r/{path}")
    assert matches(f"/{path}", "/r", f"/r/{path}/below")
    assert not matches(f"{path}/", "/r", f"/r/{path}")
