"""Each mistake in recovery.md: where and how it is reported, and how the line is read.

A block of recovery.md is a line and what `describe` says of it: under the line each problem, marked
by `^` where it is or by `|` before the character at which something is missing; its help; the
line with the problem's edits; last the item.
"""

from __future__ import annotations

import os
import re

import pytest

from tesc.syntax.nodes import Disable, Event, Include, Malformed, ParseError, Prefix
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recovery.md")


def edited(line: str, problems: list[ParseError]) -> str:
    """The line with all edits of its problems."""
    edits = {edit for problem in problems for edit in problem.edits}
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        line = line[: edit.span.start] + edit.text + line[edit.span.end :]
    return line


def described(item: object) -> str:
    if isinstance(item, Event):
        parameters = ["void"] * item.void
        for parameter in item.parameters:
            flaw = f" [{parameter.declaration.flaw}]" if parameter.declaration.flaw else ""
            parameters.append(parameter.type.before(parameter.name).strip() + flaw)
        head = " ".join([*(word.text for word in item.properties), item.name])
        return f"event {head}({', '.join(parameters)})" + (f" {item.format.text}" if item.format else "")
    if isinstance(item, Include):
        prefix = f" prefix {item.prefix.text}" if item.prefix else ""
        return f"include {item.path}{prefix}" + (f" base {item.base.text}" if item.base else "")
    if isinstance(item, Prefix):
        return f"prefix {item.name.text}"
    if isinstance(item, Disable):
        return "disable " + ", ".join(pattern.text for pattern in item.patterns)
    assert isinstance(item, Malformed)
    return f"malformed {item.name.text}" if item.name else "malformed"


def describe(line: str) -> str:
    """The line, and what the parser says about it."""
    tree = parse(Source("trace-events", line + "\n"))
    out = [line]
    for problem in tree.errors:
        width = problem.span.end - problem.span.start
        margin = " " * problem.span.start
        out.append(f"{margin}{'^' * width or '|'} {problem.code} {problem.message}")
        if problem.help:
            out.append(f"{margin}help: {problem.help}")
        if problem.edits:
            out.append("fixed: " + edited(line, [problem]).replace("\n", "\\n"))
    out += ["item: " + described(item) for item in tree.items]
    return "\n".join(text.rstrip() for text in out)


def cases() -> list[str]:
    with open(CASES, encoding="utf-8") as file:
        return re.findall(r"^```\n(.*?)\n```$", file.read(), re.M | re.S)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.partition("\n")[0])
def test_a_mistake_is_explained(case: str) -> None:
    assert describe(case.partition("\n")[0]) == case


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.partition("\n")[0])
def test_edits_fix_their_problem(case: str) -> None:
    """After applying all edits of a line, only problems without an edit are left."""
    line = case.partition("\n")[0]
    problems = list(parse(Source("trace-events", line + "\n")).errors)
    after = parse(Source("trace-events", edited(line, problems) + "\n")).errors
    left = sorted(problem.message for problem in problems if not problem.edits)
    if any(problem.edits for problem in problems):
        assert sorted(problem.message for problem in after) == left


def test_control_characters_are_spaces() -> None:
    tree = parse(Source("trace-events", "foo(int\x0ca\udc80int b)\x00# c\n"))
    assert [(problem.code, problem.span.start, problem.span.end) for problem in tree.errors] == [
        ("TE001", 9, 9),
        ("TE004", 17, 20),
    ]
    assert [parameter.name for parameter in tree.events[0].parameters] == ["a", "b"]


def test_a_tab_is_a_space() -> None:
    tree = parse(Source("trace-events", 'foo(int\ta int\tb)\t"%d %d"\n'))
    assert [problem.message for problem in tree.errors] == ["expected ',' or ')' after parameter 'a'"]


def test_offsets_count_from_the_start_of_the_file() -> None:
    text = 'good(void)\r\nfoo(int a int b) "x"\r\n'
    tree = parse(Source("trace-events", text))
    assert tree.errors[0].span.start == text.index(" int b")
    second = tree.events[1].parameters[1]
    assert text[second.span.start : second.span.end] == "int b"


def test_an_event_over_two_lines_is_two_problems() -> None:
    tree = parse(Source("trace-events", 'foo(int a,\n    int b) "%d %d"\nbar(void)\n'))
    assert [problem.message for problem in tree.errors] == [
        "expected a parameter and ')' after ','",
        "parameters without an event's name",
    ]
    assert [event.name for event in tree.events] == ["bar"]


def test_a_very_long_line_is_explained_by_the_parser_alone() -> None:
    tree = parse(Source("trace-events", "foo(" + "int a, " * 2000 + "\n"))
    (problem,) = tree.errors
    assert problem.message == "expected a name after 'a,'"
    line = 'foo(int a "' + "x" * 20_000 + '"\n'
    (problem,) = parse(Source("trace-events", line)).errors
    assert (problem.span.start, problem.message) == (10, "expected ',' or ')' after 'a'")
