"""The EBNF of docs/reference/grammar.md accepts and rejects the same lines as the parser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lark import Lark
from lark.exceptions import LarkError

from tesc.syntax import grammar

PAGE = Path(__file__).parents[2] / "docs/reference/grammar.md"
GOOD = """\
reset(void)
lamp_level(int old, int new) "%d -> %d"
disable lamp_poll(void *dev) "dev %p"
vcpu tcg old(int a) "%d"
uart_write(uint64_t addr, char **v) "addr 0x%" PRIx64 " value \\"%p\\""
lamp () "%d"
include(int prefix) "%d"
include "guest/trace-events"
include "guest/trace-events" prefix openbios_
include "guest/trace-events" prefix openbios_ base 0x8000000000000000
include "guest/trace-events" base 12
prefix host_
disable *_debug, openbios_esp_*
disable a
disable ?, *""".splitlines()
BAD = """\
lamp
lamp(int a
lamp(int a,) "%d"
lamp(int a) %d"
lamp(int a) PRIx64 "%d"
include
include guest
include "a" base -1
include "a" base 1 prefix b
prefix
prefix a b
disable
disable a b
disable a,
lamp(int a) "%d" # comment""".splitlines()


@pytest.fixture(scope="module")
def ebnf():
    page = PAGE.read_text("utf-8")
    rules = [rule.replace("::=", ":") for rule in re.findall(r"```ebnf\n(.*?)\n```", page)]
    words = re.findall(r"^\| `([A-Z_]+)` \| `(.*)` \|$", page, re.M)
    assert len(rules) == len(re.findall(r"^\??[a-z]+:", grammar.text(), re.M))
    terminals = [f"{name}: /{text}/" for name, text in ((n, t.replace("\\|", "|")) for n, t in words)]
    text = "\n".join([*rules, *terminals, r"BLANK: /[ \t]+/", "%ignore BLANK"])
    return Lark(text, parser="earley")


def _takes(parser: Lark, line: str) -> bool:
    try:
        parser.parse(line)
    except LarkError:
        return False
    return True


@pytest.mark.parametrize("line", GOOD)
def test_good_lines(ebnf, line):
    assert _takes(grammar.parser(), line)
    assert _takes(ebnf, line)


@pytest.mark.parametrize("line", BAD)
def test_bad_lines(ebnf, line):
    assert not _takes(grammar.parser(), line)
    assert not _takes(ebnf, line)


def test_each_rule_has_a_diagram():
    for name in re.findall(r"^\??([a-z]+):", grammar.text(), re.M):
        svg = (PAGE.parent / f"grammar/{name}.svg").read_text("utf-8")
        assert svg.startswith("<svg ")
        assert f"![{name}](grammar/{name}.svg)" in PAGE.read_text("utf-8")
