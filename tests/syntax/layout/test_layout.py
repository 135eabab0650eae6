"""Canonical layout: examples (cases.md), and invariants for every text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tesc.syntax.layout import canonical, changes, difference
from tesc.syntax.nodes import Comment
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

_BLOCK = re.compile(r"^```(trace-events|canonical)\n(.*?)^```$", re.M | re.S)
_UNSEEN = re.compile(r"\{U\+([0-9A-F]{4,6})\}")


def cases():
    text = Path(__file__).with_name("cases.md").read_text("utf-8")
    blocks = [(kind, _UNSEEN.sub(lambda m: chr(int(m[1], 16)), body)) for kind, body in _BLOCK.findall(text)]
    for at, (kind, body) in enumerate(blocks):
        if kind == "trace-events":
            following = blocks[at + 1] if at + 1 < len(blocks) else ("", "")
            expected = following[1] if following[0] == "canonical" else body
            yield pytest.param(body, expected, id=str(sum(k == "trace-events" for k, _ in blocks[: at + 1])))


CASES = list(cases())


def tree_of(text):
    return parse(Source("trace-events", text))


def laid_out(text):
    return canonical(tree_of(text))


def after_fixes(text):
    """A text after repeatedly applying all offered edits."""
    for _ in range(20):
        found = changes(tree_of(text))
        if not found:
            return text
        first = len(text) + 1
        # Changes that overlap a later one wait for the next round.
        for change in reversed(found):
            edits = sorted(change.edits, key=lambda e: (e.span.start, e.span.end), reverse=True)
            if not edits or edits[0].span.end > first or (edits[0].span.end == first and len(edits) > 1):
                continue
            for edit in edits:
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
            first = edits[-1].span.start
    raise AssertionError(f"no end of fixing {text!r}")


def with_lf(text):
    return re.sub(r"\r\n?", "\n", text)


@pytest.mark.parametrize(("before", "after"), CASES)
def test_case(before, after):
    assert laid_out(before) == after
    assert laid_out(after) == after
    assert laid_out(before.replace("\n", "\r\n")) == after
    assert laid_out(before.rstrip("\n")) == after
    assert difference(tree_of(before), tree_of(after)) is None
    assert after_fixes(before) == after


PIECES = [
    *'\n\r\t ,()*#"',
    *("\r\n", "\n\n", "  ", '""', "\\", "%", "\ufeff", "\u00a0", "\udc80", "é", "\x0c", "0x10"),
    *(
        "disable ",
        "include ",
        "prefix ",
        "base ",
        "tcg ",
        "void",
        "int",
        "const char",
        "uint64_t",
        "struct",
        "hwaddr",
    ),
    *("PRIx64", "u8", "foo", "a_b", "x*", '"a %d"', '"b  0x%"', '"p"', "# c", "# tesc: ignore[TE302]"),
    *("# tesc: ignore-file[TE101]", "# SPDX-License-Identifier: MIT", "\nfoo(void)\n", "\ndisable x*\n"),
    *('\ninclude "p"\n', "\nprefix p_\n", "\n# heading\n", '\nbar(int  x,char*s) "%d"PRIx64 "%s"\n'),
]
LINES = [
    *("", "  ", "# c", "# tesc: ignore[TE302]", "# tesc: ignore-file[TE101]", "# Copyright"),
    *(
        "prefix p_",
        "prefix  q_",
        'include "a"',
        'include  "b" base 1',
        "disable x*",
        "disable  y*,z",
        "a(void)",
    ),
    *("b(int x,int y)", "broken("),
]
texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from(PIECES)).map("".join),
    st.lists(st.sampled_from(LINES[:-1]), max_size=12).map("\n".join),
    st.lists(st.sampled_from(LINES), max_size=12).map("\n".join),
)


def holds(text):
    """All invariants of every text."""
    before = tree_of(text)
    made = canonical(before)
    after = tree_of(made)
    assert difference(before, after) is None
    assert canonical(after) == made, "not idempotent"
    assert not made or made.endswith("\n")
    assert "\r" not in made
    assert "\n\n\n" not in made
    assert not made.startswith("\n") and not made.endswith("\n\n")
    comments = sorted(item.text for item in before.items if isinstance(item, Comment))
    assert sorted(item.text for item in after.items if isinstance(item, Comment)) == comments
    ink = str.maketrans("", "", " \t\r\n")
    assert sorted(made.translate(ink)) == sorted(text.translate(ink)), "not only spaces changed"
    assert len(after.errors) == len(before.errors)
    assert changes(after) == [], "laid out, and still something to change"
    # Line ends, and a missing last one, are the concern of other rules.
    assert canonical(tree_of(after_fixes(with_lf(text)))) == made
    if text and with_lf(text).endswith("\n"):
        assert after_fixes(with_lf(text)) == made


@settings(max_examples=400, deadline=None)
@given(texts)
@example("prefix\n")
@example('a(int x) "b" u8"c"')
@example('#tesc:ignore-file\ndisable x\ninclude""\n')
@example("# tesc: ignore-file[TE101]\na(void)\ndisable x*")
def test_any_text(text):
    holds(text)


REAL = """\
# See docs/devel/tracing.rst for syntax documentation.

# lance.c
lance_mem_readw(uint64_t addr, uint32_t ret) "addr=0x%"PRIx64"val=0x%04x"
v9fs_symlink(uint16_t tag, uint8_t id, int32_t fid,  char* name, char* symname, uint32_t gid) "tag %d %s"
disable ide_ioport_read(uint32_t addr, const char *reg, void *s)  "rd @ 0x%"PRIx32" (%s); 0x%02"PRIx32"; %p"
guest_bus_reset(void)"reset"
prefix usb_
include "hw/usb/trace-events" prefix virtio_ base 0x8000000000000000
disable usb_*, virtio_?_*
"""


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_real_lines_with_spaces_and_mistakes(data):
    """Lines as people write them, each with some characters inserted or removed."""
    lines = data.draw(st.lists(st.sampled_from(REAL.split("\n")), max_size=8))
    text = "\n".join(lines)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 2))
        more = data.draw(st.sampled_from(["", " ", "  ", "\t", "\n", ",", "*", '"', "(", ")", "#", "x"]))
        text = text[:at] + more + text[at + gone :]
    holds(text)


def test_a_difference_is_reported_by_its_line():
    before = tree_of('# c\na(int x, char *y) "%d %s"\nb(void)\n')
    for other in (
        '# c\na(int x, char *y) "%d  %s"\nb(void)\n',
        '# c\na(int x, char **y) "%d %s"\nb(void)\n',
        '# c\na(int x, char *y) "%d %s"\n',
        'b(void)\n# c\na(int x, char *y) "%d %s"\n',
    ):
        assert difference(before, tree_of(other)) in (2, 3)
    assert difference(before, tree_of('a(int x, char *y) "%d %s"\nb(void)\n')) == 1
    assert difference(before, tree_of('# c\na( int x,char*y )  "%d %s"\n\nb(void)')) is None


def test_large_files_do_not_take_long():
    text = "a(void)\n" + "# x\ndisable x*\n\n" * 3000 + "b(int  x)\n" * 3000
    assert laid_out(text).startswith("# x\ndisable x*\n\n# x")
