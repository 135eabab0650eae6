"""Pages as Markdown and as plain text."""

from __future__ import annotations

import pytest

from tesc.lsp.hovers.page import Code, Marked, Page, counted, listed


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a_b _c_ * d", "a_b \\_c\\_ * d"),
        ("*a* **b", "\\*a\\* \\*\\*b"),
        ("a < b <c> </d> <!--", "a < b \\<c> \\</d> \\<!--"),
        ("[a](b) [c]", "[a\\](b) [c]"),
        ("`a` &amp; a & b", "\\`a\\` \\&amp; a & b"),
        ("C:\\dir \\*", "C:\\dir \\\\\\*"),
        ("~~a~~ ~b", "\\~~a\\~~ ~b"),
        ("bell \x07", "bell \\x07"),
    ],
)
def test_markup_characters_are_escaped(text, markdown):
    page = Page()
    page.text(text)
    assert page.rendered(True) == markdown
    assert page.rendered(False) == text.replace("\x07", "\\x07")


@pytest.mark.parametrize(
    ("code", "markdown"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``b", "``` ``b ```")],
)
def test_code_in_a_sentence(code, markdown):
    page = Page()
    page.text(Code(code))
    assert page.rendered(True) == markdown
    assert page.rendered(False) == code


def test_blocks():
    page = Page()
    page.code("int ```x", "c")
    page.text("Text ", Marked("with `0x`"), ".")
    page.item("one")
    page.item("two ", *listed(["a", "b", "c"], 2))
    page.rule()
    page.text(counted(1, "event"), ", ", counted(1200, "event"))
    assert page.rendered(True) == (
        "````c\nint ```x\n````\n\nText with `0x`.\n\n- one\n- two `a`, `b` and 1 more\n\n---\n\n"
        "1 event, 1,200 events"
    )
    assert page.rendered(False) == (
        "int ```x\n\nText with 0x.\n- one\n- two a, b and 1 more\n\n-----\n\n1 event, 1,200 events"
    )
