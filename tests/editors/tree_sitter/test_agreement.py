"""The grammar accepts and rejects the same lines as tesc."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.editors.conftest import EDITORS
from tests.editors.tree_sitter import mutations, shapes

ROOT = EDITORS.parent
FILES = [path for path in sorted((ROOT / "examples").rglob("*trace-events")) if path.is_file()]


def _differences(parser, text: str) -> list[tuple]:
    """The lines that the two parse differently: their text, and both results."""
    ours = shapes.of_tesc(text)
    theirs = shapes.of_tree_sitter(text, parser.parse(text.encode()).root_node)
    found = []
    for number, (_, line) in enumerate(shapes.split_lines(text)):
        pair = [(number in seen.wrong, seen.shapes.get(number)) for seen in (ours, theirs)]
        if pair[0] != pair[1]:
            found.append((line, *pair))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples(parser, path):
    assert _differences(parser, path.read_text("utf-8")) == []


def test_qemu(parser, qemu_tree):
    files = sorted(Path(qemu_tree).rglob("trace-events"))
    assert len(files) > 50
    for path in files:
        assert _differences(parser, path.read_text("utf-8")) == [], path


@pytest.mark.parametrize("line", mutations.SOUND)
def test_the_lines_to_break_are_valid(parser, line):
    for text in (f"{line}\n", f"{line}\r\n{line}\r", line):
        assert not shapes.of_tesc(text).wrong
        assert _differences(parser, text) == []


def _fuzzed(parser, seed: int, lines: int) -> None:
    random = Random(seed)
    broken = 0
    for _ in range(lines // 50):
        text = mutations.text(random)
        assert _differences(parser, text) == [], text
        broken += len(shapes.of_tesc(text).wrong)
    assert lines * 0.2 < broken < lines * 0.5  # enough valid and broken lines


def test_a_thousand_broken_lines(parser):
    _fuzzed(parser, seed=2, lines=1_000)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_ten_thousand_broken_lines(parser, seed):
    _fuzzed(parser, seed, lines=10_000)


LONG = {
    "prose": "This " * 30,
    "qualifiers": "foo(int " + "const " * 40 + "x",
    "pointers": "foo(" + "struct a *" * 30 + " x",
    "parameters": "foo(" + "int a b, " * 30 + ') "x"',
    "patterns": "disable " + "a b, " * 30,
    "pieces": "foo(void) " + '"a" b ' * 30 + ",",
    "conversions": 'foo(int a) "' + "%d \\n" * 30,
    "parentheses": "x(" * 40,
    "quotes": '"' * 41,
    "commas": ", " * 30,
    "disable": "disable " * 30,
    "include": "include " * 30,
}


@pytest.mark.parametrize("line", LONG.values(), ids=LONG)
def test_a_long_mistake_leaves_the_next_line_alone(parser, line):
    text = f'a(int x) "%d"\n{line}\nb(int x) "%d"\nc(void)\n'
    seen = shapes.of_tree_sitter(text, parser.parse(text.encode()).root_node)
    assert seen.wrong == {1}
    assert seen.shapes.keys() == {0, 2, 3}
