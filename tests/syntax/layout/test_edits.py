"""Edits to canonical layout: their result is that of `canonical`, and they are minimal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.syntax.layout import canonical, difference, edits, edits_in_line, edits_within
from tesc.syntax.layout.edits import applied
from tesc.syntax.nodes import Edit
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span
from tests.syntax.layout.test_layout import CASES, texts


def tree_of(text):
    return parse(Source("trace-events", text))


def holds(text):
    tree = tree_of(text)
    found = edits(tree)
    assert applied(text, found) == canonical(tree)
    for before, after in zip(found, found[1:]):
        assert before.span.end < after.span.start
    for edit in found:
        assert text[edit.span.start : edit.span.end] != edit.text


@pytest.mark.parametrize(("before", "after"), CASES)
def test_case(before, after):
    for text in (before, before.replace("\n", "\r\n"), before.rstrip("\n"), after):
        holds(text)
        assert applied(text, edits(tree_of(text))) == after


@given(texts)
@settings(max_examples=300, deadline=None)
def test_they_do_what_canonical_does(text):
    holds(text)


@given(texts, st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=300, deadline=None)
def test_within_lines_nothing_else_changes_and_all_means_the_same(text, first, more):
    tree = tree_of(text)
    found = edits_within(tree, first + 1, first + 1 + more)
    starts = [*tree.source.line_starts, len(text), len(text)]
    if found:
        assert starts[first] <= found[0].span.start
        assert found[-1].span.end <= starts[min(first + 1 + more, len(starts) - 1)]
    after = applied(text, found)
    assert difference(tree, tree_of(after)) is None
    # Line ends stay the same.
    if "\r" in text and "\n" not in text.replace("\r\n", ""):
        assert "\n" not in after.replace("\r\n", "")


@given(texts, st.integers(-1, 20))
@settings(max_examples=200, deadline=None)
def test_in_a_line_only_spaces_change(text, number):
    tree = tree_of(text)
    for edit in edits_in_line(tree, number):
        assert not text[edit.span.start : edit.span.end].strip(" \t") and not edit.text.strip(" ")
        assert tree.source.place(edit.span.start)[0] == number


def test_they_are_as_small_as_can_be():
    text = 'a(int  x,int y) "%d"\n\n\n  b(void) "x"\r\nc(void) "x" '
    assert edits(tree_of(text)) == [
        Edit(Span(6, 7), ""),
        Edit(Span(9, 9), " "),
        Edit(Span(22, 25), ""),
        Edit(Span(36, 38), "\n"),
        Edit(Span(49, 50), "\n"),
    ]


def test_a_directive_moves_alone():
    text = 'include "a"\n\n# A heading.\na(void) "x"\nb(void)  "x"\ndisable a\nc(void) "x"\n'
    assert edits(tree_of(text)) == [
        Edit(Span(13, 13), "disable a\n\n"),
        Edit(Span(46, 47), ""),
        Edit(Span(51, 61), ""),
    ]


def test_lines_with_mistakes_stay():
    text = 'a(int  x "%d"\n  b( void )  "x"\n'
    assert applied(text, edits(tree_of(text))) == 'a(int  x "%d"\nb(void) "x"\n'


def test_parts_of_a_move_stay():
    text = 'a(void)  "x"\ndisable a\n'
    tree = tree_of(text)
    assert edits_within(tree, 1, 2) == [Edit(Span(0, 23), 'disable a\n\na(void) "x"\n')]
    assert edits_within(tree, 1, 1) == [Edit(Span(8, 9), "")]
    assert edits_within(tree, 2, 2) == []


def test_a_move_keeps_line_ends():
    text = 'a(void) "x"\r\ndisable a\r\n'
    assert applied(text, edits_within(tree_of(text), 1, 2)) == 'disable a\r\n\r\na(void) "x"\r\n'


def test_lines_beyond_the_end_have_none():
    tree = tree_of("a( void )\n")
    assert edits_within(tree, 2, 9) == edits_in_line(tree, 2) == edits_in_line(tree, 0) == []
    assert edits_within(tree, 1, 9) == edits_in_line(tree, 1) != []


@pytest.mark.slow
def test_large_files_do_not_take_long():
    lines = [f'event_{number}( int  x ) "%d"' for number in range(4000)]
    holds("\n".join(["prefix p_", *lines, "disable event_1*", *lines, ""]))
