"""The cost grows in proportion to the input: four times the input takes at most five times the steps.

A step is an executed line of Python, or a call. Nothing here measures time.
"""

from __future__ import annotations

import sys

import pytest

from tesc.analysis.check import check
from tesc.analysis.fixing import apply, outlook, settle
from tesc.analysis.selection import chosen
from tesc.analysis.source_suppressions import ignored_in, is_ignored
from tesc.config.globs import matches
from tesc.file_settings import Overrides
from tesc.syntax.layout import canonical
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.patterns import Names
from tesc.workspace import Workspace

TIMES, AT_MOST = 4, 5


def steps(run) -> int:
    """How many lines and calls a function takes."""
    count = 0

    def traced(frame, event, argument):
        nonlocal count
        count += 1
        return traced

    def profiled(frame, event, argument):
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(traced)
    sys.setprofile(profiled)
    try:
        run()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


def checked(text: str, profile: str = "default"):
    workspace = Workspace(Overrides(isolated=True, profile=profile))
    workspace.add_source(Source("trace-events", text))
    workspace.resolve()
    rules, levels = chosen(workspace.settings)
    return check(workspace.units, rules, workspace.settings, {}, levels)


def events(number: int, form: str = 'e{0}(int a) "a %d"\n') -> str:
    return "".join(form.replace("{0}", str(at)) for at in range(number))


def line(parameters: str = "int a", text: str = "", words: str = "") -> str:
    return f'e({parameters}) "{text}" {words}\n'


def fixed(number: int) -> None:
    """Many fixes in one file, some of which overlap."""
    found = checked(events(number, 'e{0}(int a) "%x %s"\n'))
    assert len(found) >= number
    assert outlook(found)
    apply(found, unsafe=True)
    settle(found, lambda texts: [], unsafe=True)


def ignored(number: int) -> None:
    comment = "# tesc: ignore[TE407] by hand\n"
    assert not [
        one for one in checked(events(number, comment + 'e{0}(int a) "a %x"\n')) if one.code == "TE407"
    ]


def ignored_in_c(number: int) -> None:
    """Comments on their own lines, all of which apply to the line after the last comment."""
    text = "// tesc: ignore[TE602] a\n" * number + "trace_gone();\n"
    assert ignored_in(Source("a.c", text)) == {number + 1: frozenset({"TE602"})}


def asked_for_calls_in_c(number: int) -> None:
    source = Source("a.c", "// tesc: ignore[TE603] a\ntrace_e(1);\n" * number)
    assert all(is_ignored(source, source.line_starts[2 * at + 1], "TE603") for at in range(number))


def disabled(number: int) -> None:
    text = events(number)
    lines = "".join(f"disable e{at}, x{at}*\n" for at in range(number // 4))
    assert len(checked(text + lines)) >= number // 4


INPUTS = {
    "stars in an exclude pattern": (lambda n: matches("*a" * n + "*b", "/r", "/r/" + "a" * 200), 100),
    "stars in a disable pattern": (lambda n: Names(["a" * 200]).matching("*a" * n + "*b"), 100),
    "a path that a pattern with stars matches": (lambda n: matches("*a*a*a*b", "/r", "/r/" + "a" * n), 400),
    "comments that ignore, and findings": (ignored, 60),
    "comments that ignore in C": (ignored_in_c, 60),
    "calls in C that comments ignore": (asked_for_calls_in_c, 60),
    "fixes in one file": (fixed, 60),
    "disable patterns, and events": (disabled, 80),
    "events that are sound": (lambda n: checked(events(n)), 150),
    "events of one name": (lambda n: checked(events(n, 'e(int a) "a %d"\n')), 60),
    "names that differ in capitals": (lambda n: checked(events(n, "a{0}(void)\nA{0}(void)\n")), 60),
    "quotes in a line": (lambda n: checked(line(words='"a" ' * n)), 100),
    # An odd number of quotes leaves the last string open; an even one makes macros of every second word.
    "broken quotes in a line": (lambda n: checked(line(words='"a ' * (n | 1))), 101),
    "words between strings in a line": (lambda n: checked(line(words='"a "a ' * n)), 60),
    "percent signs in a line": (lambda n: checked(line(text="% " * n)), 60),
    "conversions in a line": (lambda n: checked(line(text="%d " * n)), 60),
    "parameters of an event": (lambda n: checked(line(", ".join([f"int a{at}" for at in range(n)]))), 60),
    "macros in a line": (lambda n: checked(line(words='"a" ' + "PRIx64 " * n)), 60),
    "blanks in a line": (lambda n: checked(line(text=" " * n, words=" " * n + "x")), 400),
    "lines that are no items": (lambda n: checked("what is this\n" * n), 30),
    "lines to lay out": (lambda n: canonical(parse(Source("t", events(n, "e{0}( int  a )\n\n\n")))), 60),
}


@pytest.mark.parametrize("what", INPUTS)
def test_growth(what):
    run, size = INPUTS[what]
    run(8)  # loads and compiles what is needed only once
    few = steps(lambda: run(size))
    many = steps(lambda: run(size * TIMES))
    assert many <= few * AT_MOST, f"{many / few:.1f} times the steps for {TIMES} times as much"


def test_steps_are_counted():
    def quadratic(number):
        return [a for a in range(number) for b in range(number) if len("ab") == a * b]

    assert steps(lambda: quadratic(40)) > 10 * steps(lambda: quadratic(10))
