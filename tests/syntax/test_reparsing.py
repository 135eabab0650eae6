"""A tree updated by its changed lines is the same as the tree of the new text, down to every offset."""

from __future__ import annotations

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.records import replace
from tesc.syntax.nodes import Event
from tesc.syntax.parser import parse
from tesc.syntax.reparsing import changed_lines, parse_again
from tesc.syntax.source import Source

PIECES = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        'a(int x) "%d"\n',
        'usb_on(void *dev, const char *id) "dev %p %s"\r\n',
        "disable b(void)\n",
        "# comment\n",
        'include "x" prefix y base 3\n',
        "prefix p_\n",
        "disable a*, b?\n",
        "a(int x",
        ') "%d"\n',
        'c(unsigned) "%u" x\n',
        "\f",
        "\u2028",
        " ",
        "é\U0001f600",
        "\t",
        '"',
        "a",
        "",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60), TEXTS), min_size=1, max_size=5)


@settings(deadline=None, max_examples=200)
@given(TEXTS, EDITS)
def test_it_is_the_tree_of_the_text(text, edits):
    tree = parse(Source("a", text))
    for at, length, new in edits:
        text = text[:at] + new + text[at + length :]
        tree = parse_again(tree, Source("a", text))
        whole = parse(Source("a", text))
        assert tree.items == whole.items
        assert whole.items == tree.items
        assert tree.errors == whole.errors
        assert tree.source.line_starts == whole.source.line_starts


@settings(deadline=None, max_examples=150)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_is_outside_of_the_changed_lines_is_the_same(head, tail, one, other):
    old, new = Source("a", head + one + tail), Source("a", head + other + tail)
    changed = changed_lines(old, new)
    assert old.text[: changed.start] == new.text[: changed.start]
    assert old.text[changed.end :] == new.text[changed.new_end :]
    for source, end, lines in (
        (old, changed.end, changed.old_lines),
        (new, changed.new_end, changed.new_lines),
    ):
        starts = [*source.line_starts, len(source.text)]
        assert changed.start == starts[changed.first - 1]
        last = changed.first - 1 + lines
        assert end == (source.line_starts[last] if last < len(source.line_starts) else len(source.text))


def test_lines_that_only_move_are_not_read_again():
    text = "".join(f'e{n}(int x) "%d"\n' for n in range(100))
    before = parse(Source("a", text))
    after = parse_again(before, Source("a", text.replace("e50(", "other(")))
    assert [a is b for a, b in zip(after.items, before.items)].count(True) == 50
    assert all(one.written is two for one, two in zip(after.items[51:], before.items[51:]))


def test_a_moved_event_can_be_copied():
    before = parse(Source("a", 'a(int x) "%d"\nb(int y) "%d"\n'))
    event = parse_again(before, Source("a", '# one\na(int x) "%d"\nb(int y) "%d"\n')).events[1]
    other = replace(event, name="c")
    assert other.__class__ is Event
    assert (other.name, other.start, other.line) == ("c", event.start, 3)
    assert pickle.loads(pickle.dumps(event)) == event
    assert hash(event) == hash(pickle.loads(pickle.dumps(event)))
