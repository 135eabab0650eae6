"""Each finding has a range that editors can mark, and its fix is offered there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.lsp.positions import visible
from tesc.syntax.source import Source, Span
from tests.lsp.client import span

MISSING = 'lamp_write(uint32_t value unsigned size) "value %u size %u"\n'


@pytest.mark.parametrize(
    ("text", "at", "marks"),
    [
        ("set(int value unsigned x)\n", 8, "        ^^^^^"),
        ("set(int value unsigned x)\n", 10, "        ^^^^^"),
        ("set(int value unsigned x)\n", 13, "        ^^^^^"),
        ("a \u00e9t\u00e9 b\n", 3, "  ^^^"),
        ("( )\n", 1, " ^"),
        ("(\n", 1, "^"),
        ("(", 1, "^"),
        ("a\r\n", 1, "^"),
    ],
)
def test_an_empty_span_becomes_a_word_or_a_character(text, at, marks):
    assert visible(Source("trace-events", text), Span(at, at)) == Span(marks.index("^"), len(marks))


@given(st.text('ab_1 ("%\u00e9\U0001f600\r\n'), st.data())
def test_only_on_an_empty_line_a_mark_is_empty(text, data):
    at = data.draw(st.integers(0, len(text)))
    mark = visible(Source("trace-events", text), Span(at, at))
    assert mark.start <= at <= mark.end
    marked = text[mark.start : mark.end]
    assert "\n" not in marked and "\r" not in marked
    alone = text[max(at - 1, 0) : at] in ("", "\r", "\n") and text[at : at + 1] in ("", "\r", "\n")
    assert (mark.start == mark.end) == alone


@pytest.mark.parametrize(("end", "stop"), [("\r\n", 1), ("\r\n", 2), ("\r", 1), ("\n", 1)])
def test_a_span_of_a_line_end_becomes_what_precedes_it(end, stop):
    """The range of an editor ends before it, and one of CR alone would end in the next line."""
    whole = Source("trace-events", f"value{end}next")
    assert visible(whole, Span(5, 5 + stop)) == Span(0, 5)
    assert visible(whole, Span(3, 5 + stop)) == Span(3, 5)


def test_the_mark_of_a_crlf_line_end_is_within_its_line(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'lamp_on(void) "on"\r\n')
    [found] = client.published(uri)
    assert (found["code"], found["range"]) == ("TE006", span(0, 17, 18))
    where = {"textDocument": {"uri": uri}, "range": span(0, 17, 17), "context": {"diagnostics": [found]}}
    fix = next(one for one in client.request("textDocument/codeAction", where) if one.get("isPreferred"))
    assert (fix["title"], fix["diagnostics"]) == ("End lines with LF", [found])


@given(st.integers(0, 9), st.integers(1, 9))
def test_other_spans_stay(start, length):
    whole = Span(start, start + length)
    assert visible(Source("trace-events", "x" * 20), whole) == whole


@pytest.mark.parametrize("column", [20, 22, 25])
def test_a_fix_is_offered_wherever_its_mark_is(lsp, folder, column):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", MISSING)
    [found] = client.published(uri)
    assert (found["code"], found["range"]) == ("TE001", span(0, 20, 25))
    where = {"textDocument": {"uri": uri}, "range": span(0, column, column)}
    for sent in ([], [found]):
        actions = client.request("textDocument/codeAction", {**where, "context": {"diagnostics": sent}})
        fix = next(one for one in actions if one["kind"] == "quickfix" and one.get("isPreferred"))
        assert fix.get("diagnostics", []) == sent
        [edit] = fix["edit"]["changes"][uri]
        assert edit == {"range": span(0, 25, 25), "newText": ","}
