"""Invariants of the tree of any text: properties of the parser and of its recovery."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tesc.syntax.lines import UNSEEN, parse_line
from tesc.syntax.nodes import Comment, Disable, Event, Include, Malformed, ParseError, Prefix, Tree, Word
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span, split_lines

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
QEMU = os.path.join(os.path.dirname(ROOT), "shared", "conformance", "qemu", "inputs")

REAL_LINES = [
    "# See docs/devel/tracing.rst for syntax documentation.",
    "",
    "# ide/core.c",
    'ide_ioport_read(uint32_t addr, const char *reg, void *bus) "rd @ 0x%"PRIx32" (%s); bus %p"',
    'qemu_vmalloc(size_t size, void *ptr) "size %zu ptr %p"',
    'disable tlb_flush(void *env, uint64_t addr) "env=%p addr=0x%" PRIx64',
    'vm_state_notify(int running, int reason, const char *reason_str) "running %d reason %d (%s)"',
    "reset(void)",
    'ccid_bulk_in_copy_out(const char *s, unsigned long long n)  "%s: \\"%llu\\""  ',
    '\tindented ( unsigned  int\tx ) "x"',
    'include "hw/usb/trace-events" prefix usb_ base 0x8000000000000000',
    "prefix esp_",
    "disable vga_*, cirrus_?lt",
    "disable prefix*, base?_b, prefix_*",
]
# Pieces that turn valid lines into invalid ones, and invalid ones into worse.
PIECES = [*"(),;\"'\\*%#{}[]<>=&:.-+$|", "...", "//", "/*", "*/", "int", "void", "PRIx64", '"%d"', "include"]
PIECES += [
    "prefix",
    "base",
    "disable",
    "“",
    "”",
    "é",
    "，",
    "（",
    "\ufeff",
    "\x00",
    "\x0c",
    "\udc80",
    "\u2028",
    " ",
]


def qemu_lines() -> list[str]:
    """The lines of QEMU's files, if the conformance inputs are next to this checkout."""
    lines = []
    for folder, _, names in sorted(os.walk(QEMU)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                lines += file.read().decode("utf-8", "surrogateescape").splitlines()
    return lines


real_line = st.sampled_from(REAL_LINES + qemu_lines()[::7])


@st.composite
def broken_line(draw: st.DrawFn) -> str:
    """A real line with a few pieces inserted, removed or doubled."""
    line = draw(real_line)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(line)))
        kind = draw(st.sampled_from("insert cut double word".split()))
        length = draw(st.integers(1, 8))
        if kind == "insert":
            line = line[:at] + draw(st.sampled_from(PIECES)) + line[at:]
        elif kind == "cut":
            line = line[:at] + line[at + length :]
        elif kind == "double":
            line = line[:at] + line[at : at + length] + line[at:]
        else:
            line = line[:at] + draw(st.text(max_size=4)) + line[at:]
    return line


made_line = st.lists(st.sampled_from([*PIECES, "foo", "int a", "size_t ", "%"]), max_size=14).map("".join)
any_text = st.text(st.characters() | st.sampled_from("\r\n\t \"(),*'\\#\udc80"), max_size=120)
line_end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
files = st.lists(st.tuples(st.one_of(broken_line(), made_line, real_line), line_end), max_size=6).map(
    lambda lines: "".join(line + end for line, end in lines)
)
texts = st.one_of(any_text, files)
few = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def tree_of(text: str) -> Tree:
    return parse(Source("trace-events", text))


def spans(node: object) -> list[Span]:
    """Every span of a node or problem, including those of its parts."""
    if isinstance(node, Event):
        found = [
            node.span,
            node.name_span,
            node.parameters_span,
            Span(node.open, node.open),
            Span(node.close, node.close),
        ]
        found += [word.span for word in node.properties]
        for parameter in node.parameters:
            found += [parameter.span, parameter.type_span, parameter.name_span]
        if node.format is not None:
            start = node.format.start
            found.append(Span(start, start + len(node.format.text)))
            found += [Span(start + c.start, start + c.end) for c in node.format.parsed.conversions]
        return found
    if isinstance(node, Include):
        return [node.span, node.path_span, *(word.span for word in (node.prefix, node.base) if word)]
    if isinstance(node, Prefix):
        return [node.span, node.name.span]
    if isinstance(node, Disable):
        return [node.span, *(word.span for word in node.patterns)]
    if isinstance(node, Malformed):
        return [node.span, *([node.name.span] if node.name else [])]
    if isinstance(node, ParseError):
        return [node.span, *(edit.span for edit in node.edits)]
    assert isinstance(node, Comment)
    return [node.span]


def line_of(problem: ParseError, tree: Tree) -> int:
    return tree.source.place(problem.span.start)[0]


@few
@given(texts)
def test_every_visible_line_is_one_item(text: str) -> None:
    tree = tree_of(text)
    visible = [
        number for number, (_, line) in enumerate(split_lines(text), 1) if UNSEEN.sub(" ", line).strip(" \t")
    ]
    assert [item.line for item in tree.items] == visible


@few
@given(texts)
def test_spans_lie_on_their_line(text: str) -> None:
    tree = tree_of(text)
    lines = split_lines(text)
    nodes: list[tuple[int, object]] = [(item.line, item) for item in tree.items]
    nodes += [(line_of(problem, tree), problem) for problem in tree.errors]
    for number, node in nodes:
        start, line = lines[number - 1]
        for span in spans(node):
            assert start <= span.start <= span.end <= start + len(line), (node, span)


@few
@given(texts)
def test_problems_are_in_order_and_say_something(text: str) -> None:
    tree = tree_of(text)
    starts = [problem.span.start for problem in tree.errors]
    assert starts == sorted(starts)
    for problem in tree.errors:
        assert re.fullmatch(r"TE\d{3}", problem.code) and problem.message
        assert not re.search(
            r"[A-Z]{2,}_|\b(RPAR|COMMA|STAR|__ANON)", re.sub(r"""(['"]).*\1""", "", problem.message)
        )


@few
@given(texts)
def test_a_malformed_line_has_a_problem(text: str) -> None:
    tree = tree_of(text)
    wrong = {line_of(problem, tree) for problem in tree.errors}
    assert {item.line for item in tree.items if isinstance(item, Malformed)} <= wrong


@few
@given(texts)
def test_a_broken_line_leaves_the_others_alone(text: str) -> None:
    tree = tree_of(text)
    for number in {line_of(problem, tree) for problem in tree.errors}:
        start, line = split_lines(text)[number - 1]
        blanked = tree_of(text[:start] + " " * len(line) + text[start + len(line) :])
        assert blanked.items == tuple(item for item in tree.items if item.line != number)


@few
@given(texts)
def test_a_good_event_repeats_its_text(text: str) -> None:
    tree = tree_of(text)
    wrong = {line_of(problem, tree) for problem in tree.errors}
    for event in tree.events:
        if event.line not in wrong:
            check_text(event, text)


def check_text(event: Event, text: str) -> None:
    """The parts of an event are where it says, with only spaces and commas between them."""
    at = event.start
    parts = [*event.properties, Word(event.name_start, event.name), Word(event.open, "(")]
    parts += [Word(parameter.start, parameter.declaration.text) for parameter in event.parameters]
    if event.void:
        parts.append(Word(text.index("void", event.open), "void"))
    parts.append(Word(event.close, ")"))
    if event.format is not None:
        parts.append(Word(event.format.start, event.format.text))
    for part in parts:
        assert not UNSEEN.sub(" ", text[at : part.start]).strip(" \t,")
        own = text[part.start : part.start + len(part.text)]
        # A declaration has spaces instead of invisible characters; a format keeps them.
        assert part.text in (own, UNSEEN.sub(" ", own))
        at = part.start + len(part.text)
    assert not UNSEEN.sub(" ", text[at : event.end]).strip(" \t")
    for parameter in event.parameters:
        declared = parameter.declaration
        assert declared.text.startswith(declared.type.text)
        assert declared.text[declared.name_start : declared.name_end] == declared.name


@few
@given(st.one_of(real_line, broken_line(), made_line))
def test_the_shortcut_and_lark_agree(line: str) -> None:
    for _, text in split_lines(line):
        tree = tree_of(text)
        if tree.events:
            item, problems = parse_line(text, 0, 1)
            assert (item, problems) == (tree.items[0], list(tree.errors))


@few
@given(st.lists(st.tuples(st.sampled_from(["", " ", "\t"]), broken_line()), max_size=4))
def test_a_line_means_the_same_anywhere(lines: list[tuple[str, str]]) -> None:
    text = "".join(blank + re.sub("[\r\n]", "", line) + "\n" for blank, line in lines)
    together = tree_of(text).errors
    alone = []
    for start, line in split_lines(text):
        for problem in tree_of(line).errors:
            alone.append(
                (problem.code, problem.span.start + start, problem.span.end + start, problem.message)
            )
    assert [(p.code, p.span.start, p.span.end, p.message) for p in together] == alone


def test_every_broken_line_is_reported_and_every_good_one_read() -> None:
    broken = ["foo(int a", 'foo(int a) "x', "foo int a)", "foo(int)", "<<<<<<< HEAD"]
    text = "".join(f'good_{index}(int a) "a %d"\n{broken[index % len(broken)]}\n' for index in range(50))
    tree = tree_of(text)
    assert [line_of(problem, tree) for problem in tree.errors] == list(range(2, 101, 2))
    assert [event.name for event in tree.events if event.line % 2] == [f"good_{index}" for index in range(50)]


@pytest.mark.skipif(not os.path.isdir(QEMU), reason="there are no conformance inputs beside this checkout")
def test_the_files_of_qemu_are_good() -> None:
    text = "\n".join(qemu_lines()) + "\n"
    tree = tree_of(text)
    assert not tree.errors
    for event in tree.events:
        check_text(event, text)


@pytest.mark.parametrize(
    "line",
    [
        "foo(" + "int a, " * 15_000,
        '"' * 1_000_001,
        "(" * 1_000_000,
        "foo(int a) " + "\\" * 1_000_000,
        "\udc80x" * 50_000,
        "foo(a" + "[" * 9_000 + ")",
        "foo(" + "/*" * 4_500,
        "foo(a(*" + " " * 9_000,
        "foo(int a) " + "'" * 9_000,
        'foo(int a) "' + "PRIx64 " * 1_200,
        "foo(" + ",@" * 4_000,
        'foo(int a) "x" ' + "\\" * 9_000,
        "include x base " + "1+" * 4_000,
        "disable " + ",a b" * 2_000,
        "a" * 9_000 + "-(",
        "“" * 9_000,
        "foo(" + "int a " * 1_500 + ")",
    ],
    ids=lambda line: line[:16],
)
def test_a_very_long_line_has_few_problems(line: str) -> None:
    tree = tree_of(line + "\nfoo(void)\n")
    assert 0 < len(tree.errors) <= 10
    assert tree.events[-1].name == "foo" and tree.events[-1].line == 2
