"""The lexer for Pygments is found by its entry point, loses no character, and highlights correctly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.editors.tree_sitter import mutations

pygments = pytest.importorskip("pygments", reason="pytest 8 brings Pygments")
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename  # noqa: E402
from pygments.token import Error  # noqa: E402

ROOT = Path(__file__).parent.parent
FILES = [path for path in sorted((ROOT / "examples").rglob("*trace-events")) if path.is_file()]


@pytest.fixture(scope="module")
def lexer():
    return get_lexer_by_name("trace-events", stripnl=False, ensurenl=False)


def _tokens(lexer, text: str) -> list[tuple[str, str]]:
    return [(str(kind)[6:], value) for kind, value in lexer.get_tokens(text) if value.strip()]


def test_it_is_found_by_the_files_name():
    for name in ("trace-events", "qapi.trace-events"):
        assert get_lexer_for_filename(name).name == "trace-events"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# c", [("Comment.Single", "# c")]),
        ("# tesc: ignore[TE401]", [("Comment.Special", "# tesc: ignore[TE401]")]),
        ("prefix host_", [("Keyword.Namespace", "prefix"), ("Name.Namespace", "host_")]),
        (
            "disable a_*, b",
            [
                ("Keyword.Namespace", "disable"),
                ("Name.Function", "a_*"),
                ("Punctuation", ","),
                ("Name.Function", "b"),
            ],
        ),
        (
            'include "a/b" prefix x_ base 0x10',
            [
                ("Keyword.Namespace", "include"),
                ("Literal.String", '"a/b"'),
                ("Keyword.Namespace", "prefix"),
                ("Name.Namespace", "x_"),
                ("Keyword.Namespace", "base"),
                ("Literal.Number", "0x10"),
            ],
        ),
        (
            'disable a(const struct B *c) "d %-5d\\t0x%" PRIx64',
            [
                ("Keyword", "disable"),
                ("Name.Function", "a"),
                ("Punctuation", "("),
                ("Keyword", "const"),
                ("Keyword", "struct"),
                ("Name.Class", "B"),
                ("Operator", "*"),
                ("Name.Variable", "c"),
                ("Punctuation", ")"),
                ("Literal.String", '"'),
                ("Literal.String", "d "),
                ("Literal.String.Interpol", "%-5d"),
                ("Literal.String.Escape", "\\t"),
                ("Literal.String", "0x"),
                ("Literal.String.Interpol", "%"),
                ("Literal.String", '"'),
                ("Name.Constant", "PRIx64"),
            ],
        ),
        (
            "include(void)",
            [
                ("Name.Function", "include"),
                ("Punctuation", "("),
                ("Keyword.Type", "void"),
                ("Punctuation", ")"),
            ],
        ),
    ],
)
def test_colours(lexer, line, expected):
    assert _tokens(lexer, line + "\n") == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples(lexer, path):
    text = path.read_text("utf-8")
    assert "".join(value for _, value in lexer.get_tokens(text)) == text


@given(st.randoms(use_true_random=False))
def test_nothing_is_lost_and_nothing_is_an_error(random):
    text = mutations.text(random, lines=6).replace("\r\n", "\n").replace("\r", "\n")  # as Pygments does
    lexer = get_lexer_by_name("trace-events", stripnl=False, ensurenl=False)
    tokens = list(lexer.get_tokens(text))
    assert "".join(value for _, value in tokens) == text
    assert all(kind not in Error for kind, _ in tokens)
    # A broken line does not change the highlighting of the next one.
    whole = list(lexer.get_tokens(f"{text}\nidle(void)\n"))
    assert whole[-5:] == list(lexer.get_tokens("idle(void)\n"))


def test_qemu(lexer, qemu_tree):
    for path in sorted(qemu_tree.rglob("trace-events")):
        text = path.read_text("utf-8")
        assert "".join(value for _, value in lexer.get_tokens(text)) == text
