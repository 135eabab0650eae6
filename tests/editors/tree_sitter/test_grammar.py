"""The grammar as editors get it: the trees of its corpus, its queries, and its generated files."""

from __future__ import annotations

import json
import re

import pytest

from tests.editors.conftest import EDITORS
from tests.editors.tree_sitter.conftest import GRAMMAR

_CASE = re.compile(
    r"^={5,}\n(?P<name>[^\n]+)\n={5,}\n(?P<text>.*?)^---\n(?P<tree>.*?)(?=^={5}|\Z)", re.M | re.S
)
CASES = [
    pytest.param(case["text"], case["tree"], id=f"{path.stem}: {case['name']}")
    for path in sorted((GRAMMAR / "test" / "corpus").glob("*.txt"))
    for case in _CASE.finditer(path.read_text("utf-8"))
]
QUERIES = [*sorted((GRAMMAR / "queries").glob("*.scm")), *sorted(EDITORS.glob("*/queries/**/*.scm"))]


@pytest.mark.parametrize(("text", "tree"), CASES)
def test_corpus(parser, text, tree):
    assert str(parser.parse(text.encode()).root_node) == re.sub(r"\s+(?=\))", "", " ".join(tree.split()))


def test_the_corpus_is_read_whole():
    files = (GRAMMAR / "test" / "corpus").glob("*.txt")
    assert len(CASES) == sum(path.read_text("utf-8").count("\n---\n") for path in files) > 5


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.relative_to(EDITORS).as_posix())
def test_queries_name_existing_nodes(language, path):
    import tree_sitter

    assert tree_sitter.Query(language, path.read_text("utf-8")).pattern_count > 0


def test_colours(language, parser):
    import tree_sitter

    text = (
        b'# a\ndisable foo(const struct Bar *b, uint8_t c) "x %p\\t" PRIx8\ninclude "y" prefix z base 0x10\n'
    )
    query = tree_sitter.Query(language, (GRAMMAR / "queries" / "highlights.scm").read_text("utf-8"))
    captured = tree_sitter.QueryCursor(query).captures(parser.parse(text).root_node)
    seen = {name: [node.text.decode() for node in nodes] for name, nodes in captured.items()}
    assert seen["comment"] == ["# a"]
    assert seen["function"] == ["foo"]
    assert seen["keyword.modifier"] == ["disable", "const"]
    assert seen["type"] == ["Bar"]
    assert seen["variable.parameter"] == ["b", "c"]
    assert seen["character.special"] == ["%p"]
    assert seen["string.escape"] == ["\\t"]
    assert seen["constant.macro"] == ["PRIx8"]
    assert sorted(seen["keyword.import"]) == ["base", "include", "prefix"]
    assert seen["string.special.path"] == ['"y"']


def test_words_are_those_that_tesc_knows():
    """The grammar has to list the types again; the lists are the same."""
    from tesc.syntax import c_type

    rules = json.loads((GRAMMAR / "src" / "grammar.json").read_text("utf-8"))["rules"]

    def words(rule: str) -> set[str]:
        return {one["value"] for one in rules[rule]["members"]}

    kinds = (c_type.ALLOWED_WORDS | c_type.FLOATING_WORDS) - c_type.QUALIFIERS
    assert words("primitive_type") == kinds
    assert words("type_qualifier") == c_type.QUALIFIERS
    tags = rules["_tag"]["content"]["content"]["members"]
    assert {one["value"] for one in tags} == c_type.TAG_WORDS


def test_generated_files_are_of_this_grammar():
    """As far as that can be checked without the generator: each rule is also in the generated files."""
    said = (GRAMMAR / "grammar.js").read_text("utf-8")
    rules = json.loads((GRAMMAR / "src" / "grammar.json").read_text("utf-8"))["rules"]
    assert list(rules) == re.findall(r"^    (\w+): \(", said[said.index("rules: {") :], re.M)
    parser = (GRAMMAR / "src" / "parser.c").read_text("utf-8")
    assert "#define LANGUAGE_VERSION 14\n" in parser
    named = {name for name in rules if not name.startswith("_")}
    assert {name for name in named if f'= "{name}"' not in parser} == set()
