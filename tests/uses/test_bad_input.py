"""C that no compiler accepts: no exception, findings within the text, and no called event looks unused."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tesc.analysis.check import check
from tesc.analysis.selection import chosen
from tesc.file_settings import Overrides
from tesc.syntax.source import Source
from tesc.uses import pasting
from tesc.uses.index import Index
from tesc.workspace import Workspace

EVENTS = """\
net_send(int bytes) "bytes %d"
net_recv(const char *name, uint64_t addr) "name %s addr 0x%" PRIx64
net_up(void) ""
net_down(void) ""
"""
RIGHT = [
    "static void f{0}(const char *name, uint64_t addr, int n)\n{{\n    trace_net_send(n);\n}}\n",
    "static void f{0}(const char *name, uint64_t addr, int n)\n{{\n    trace_net_recv(name, addr);\n}}\n",
    "#define T{0}(op, ...) trace_net_##op(__VA_ARGS__)\nstatic void f{0}(int n)\n{{\n    T{0}(up);\n}}\n",
    "static void f{0}(int n)\n{{\n    if (n) {{\n        trace_net_down();\n    }}\n}}\n",
]
# Lines that do not belong into C code.
JUNK = [
    *("/* open", "// \\", '"open', "'", "'''", "}}}", ")", "(", "{", "#", "#define", "#define X(", "#endif"),
    *(
        "#elif 1",
        "#else",
        "@@ ` @",
        "\0\x01\x7f",
        "\udcff\udcfe",
        "#define A(x) A(x)",
        "??/",
        "\\",
        "R",
        'L"',
    ),
    *(
        "#define P(a) Q(a)\n#define Q(a) P(a) trace_net_##a",
        "P(up)",
        "x = y",
        ";;;;",
        "<<<<<<< HEAD",
        "* " * 300,
    ),
]
WORDS = [
    *(
        "trace_net_send(",
        "trace_net_recv",
        "TRACE_NET_UP",
        "trace_##a",
        "(",
        ")",
        ",",
        '"',
        "'",
        "/*",
        "*/",
        "//",
    ),
    *(
        "\n",
        "\\\n",
        "#define M(a)",
        "#if 0\n",
        "#if X\n",
        "#else\n",
        "#endif\n",
        "##",
        "{",
        "}",
        "M(",
        "n",
        "1",
    ),
    *("\udcff", "é", '#include "trace.h"\n', 'R"x(', ')x"', "trace_event_get_state(", " ", "((", "))", ";"),
]


def findings(text: str):
    workspace = Workspace(Overrides(isolated=True, profile="qemu", select=("TE6", "TE608")))
    workspace.add_source(Source("net/trace-events", EVENTS))
    workspace.resolve()
    index = Index()
    index.update("net/net.c", text.encode("utf-8", "surrogateescape"))
    rules, levels = chosen(workspace.settings)
    return check(workspace.units, rules, workspace.settings, {}, levels, None, index), index


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_words_in_any_order(start):
    for seed in range(start, start + 50):
        pick = random.Random(seed)
        text = "".join(pick.choices(WORDS, k=pick.randrange(400)))
        found, index = findings(text)
        for one in found:
            assert 0 <= one.span.start <= one.span.end <= len(one.source.text)
        # An editor's index, whose text was one character longer before, is the same.
        again = Index()
        again.update("net/net.c", (text + "n").encode("utf-8", "surrogateescape"))
        again.update("net/net.c", text.encode("utf-8", "surrogateescape"))
        assert again.uses_in("net/net.c") == index.uses_in("net/net.c")


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_a_line_that_does_not_belong_there_hides_no_call_around_it(start):
    for seed in range(start, start + 50):
        pick = random.Random(seed)
        parts = [one.format(number) for number, one in enumerate(pick.choices(RIGHT, k=9) + RIGHT)]
        pick.shuffle(parts)
        junk = pick.choice(JUNK)
        parts.insert(pick.randrange(len(parts)), junk + "\n\n")
        found, _ = findings('#include "trace.h"\n' + "".join(parts))
        assert [(one.code, one.message) for one in found] == [], (seed, junk)


def test_calls_below_an_unclosed_comment_count():
    found, _ = findings("".join(one.format(0) for one in RIGHT).replace("{\n", "{\n/* typed\n", 1))
    assert found == []


def test_a_text_of_very_many_macros_is_not_searched_for_each(monkeypatch):
    searched = Counter()
    occurrences = pasting._Expanding._occurrences

    def counting(self, word, start, end):
        searched[start, end] += 1
        return occurrences(self, word, start, end)

    monkeypatch.setattr(pasting._Expanding, "_occurrences", counting)
    chain = "".join(f"#define M{n}(op) M{n + 1}(op) trace_net_##op()\n" for n in range(200))
    text = (
        f"{chain}#define Z(op) "
        + " \\\n".join(["trace_net_##op(1);"] * 200)
        + "\nvoid f(void) { M0(up) Z(send) }\n"
    )
    _, index = findings(text)
    assert {use.name for use in index.uses_in("net/net.c")} >= {"net_up", "net_send"}
    assert searched[0, len(text)] <= 32
