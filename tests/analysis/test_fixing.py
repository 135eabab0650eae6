"""Fixes: which are applied together, and what is left after all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tesc.analysis.check import check
from tesc.analysis.diagnostic import Diagnostic, Fix, SourceEdit
from tesc.analysis.fixing import apply, outlook, settle
from tesc.analysis.registry import all_rules
from tesc.file_settings import Overrides
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span
from tesc.workspace import Workspace

INPUTS = Path(__file__).parent.parent / "codegen" / "qemu" / "inputs"
# Off by default, and a matter of layout, which the tests of `tesc fmt` cover.
RULES = [rule for rule in all_rules() if not rule.code.startswith("TE7")]


def found_in(text: str, profile: str = "qemu") -> list[Diagnostic]:
    workspace = Workspace(Overrides(profile=profile, isolated=True))
    workspace.add_source(Source("trace-events", text))
    workspace.resolve()
    return check(workspace.units, RULES, workspace.settings, {})


def text_after_fixes(text: str, unsafe: bool = False, profile: str = "qemu") -> str:
    def again(texts):
        return found_in(texts["trace-events"], profile)

    settled = settle(found_in(text, profile), again, unsafe)
    return settled.texts.get("trace-events", text)


def diagnostic(
    source: Source, *edits: tuple[int, int, str], safety: str = "safe", at: int | None = None
) -> Diagnostic:
    start = edits[0][0] if at is None else at
    fix = Fix(safety, tuple(SourceEdit(source, Span(begin, end), text) for begin, end, text in edits))
    return Diagnostic("TE407", "x", "warning", "", source, Span(start, start + 1), None, None, (), fix)


class TestApply:
    SOURCE = Source("f", "0123456789")

    def applied(self, *diagnostics: Diagnostic, unsafe: bool = False) -> str:
        return apply(diagnostics, unsafe).get(self.SOURCE, self.SOURCE.text)

    def test_edits_of_several_fixes_are_made_together(self):
        one = diagnostic(self.SOURCE, (8, 9, "B"), (1, 2, "a"), at=8)
        two = diagnostic(self.SOURCE, (4, 4, "-"))
        assert self.applied(one, two) == "0a23-4567B9"

    def test_of_two_that_overlap_the_later_one_waits(self):
        assert (
            self.applied(diagnostic(self.SOURCE, (3, 6, "y")), diagnostic(self.SOURCE, (2, 4, "x")))
            == "01x456789"
        )

    def test_a_fix_is_made_whole_or_not_at_all(self):
        first = diagnostic(self.SOURCE, (2, 4, "x"))
        assert self.applied(first, diagnostic(self.SOURCE, (3, 5, "y"), (8, 9, "z"))) == "01x456789"

    @pytest.mark.parametrize("touching", [(2, 2, "y"), (4, 4, "y")])
    def test_an_insertion_at_an_edge_waits(self, touching):
        later = diagnostic(self.SOURCE, touching, at=9)
        assert self.applied(diagnostic(self.SOURCE, (2, 4, "x"), at=0), later) == "01x456789"

    def test_neighbours_do_not_wait(self):
        assert (
            self.applied(diagnostic(self.SOURCE, (2, 4, "x")), diagnostic(self.SOURCE, (4, 6, "y")))
            == "01xy6789"
        )

    def test_the_same_fix_twice_is_made_once(self):
        assert (
            self.applied(diagnostic(self.SOURCE, (2, 2, "x")), diagnostic(self.SOURCE, (2, 2, "x")))
            == "01x23456789"
        )

    def test_unsafe_ones_only_when_asked_for(self):
        unsafe = diagnostic(self.SOURCE, (2, 4, "x"), safety="unsafe")
        assert apply([unsafe]) == {}
        assert self.applied(unsafe, unsafe=True) == "01x456789"

    def test_each_source_is_fixed_separately(self):
        other = Source("g", "abc")
        texts = apply([diagnostic(self.SOURCE, (0, 1, "x")), diagnostic(other, (0, 1, "y"))])
        assert texts == {self.SOURCE: "x123456789", other: "ybc"}


class TestSettle:
    def test_fixes_that_wait_for_each_other(self):
        text = 'lamp(uint64_t a, int b) "%x" PRIx64 " 0x0x%0x8"\n'
        assert text_after_fixes(text) == 'lamp(uint64_t a, int b) "0x%" PRIx64 " 0x%08x"\n'

    def test_says_how_many_were_fixed_and_what_is_left(self):
        text = 'lamp(int a, int b) "%x %m"\nlamp_b(int a) "0x%d"\n'
        settled = settle(found_in(text), lambda texts: found_in(texts["trace-events"]))
        assert settled.fixed == 2
        assert "TE405" in [d.code for d in settled.left]
        assert not any(d.fix for d in settled.left)

    def test_unsafe_fixes(self):
        text = 'trace_lamp(int b) "b %d"\n'
        assert text_after_fixes(text) == text
        assert text_after_fixes(text, unsafe=True) == 'lamp(int b) "b %d"\n'

    def test_a_file_that_would_parse_worse_is_left_alone(self):
        source = Source("f", 'lamp(int a) "%d"\n')
        bad = diagnostic(source, (4, 5, ""))
        settled = settle([bad], lambda texts: pytest.fail("nothing was to change"))
        assert settled.texts == {}
        assert settled.fixed == 0
        assert settled.left == [bad]

    def test_cyclic_fixes_end(self):
        def again(texts):
            source = Source("f", texts["f"])
            return [diagnostic(source, (0, 1, "b" if source.text == "a" else "a"))]

        assert settle(again({"f": "a"}), again).fixed == 20


class TestOutlook:
    SOURCE = Source("f", "0123456789")

    def of(self, safe: int, unsafe: int, both: bool = False) -> str:
        made = [diagnostic(self.SOURCE, (0, 1, ""))] * safe
        return outlook(made + [diagnostic(self.SOURCE, (0, 1, ""), safety="unsafe")] * unsafe, both)

    def test_texts(self):
        assert self.of(0, 0) == ""
        assert self.of(2, 0) == "; 2 can be fixed with --fix"
        assert self.of(2, 1) == "; 2 can be fixed with --fix, 1 more with --unsafe-fixes"
        assert self.of(0, 1) == "; 1 can be fixed with --fix --unsafe-fixes"
        assert self.of(2, 1, both=True) == "; 3 can be fixed with --fix"


LINES = [
    line for path in sorted(INPUTS.rglob("trace-events")) for line in path.read_text("utf-8").splitlines()
]
# Pieces of broken lines.
PIECES = ["", "%", "0x", "x", "d", "l", "u", '"', '""', " ", "#", "*", "08", ":", "(", ",", "\\"]
PIECES += ['" PRIx64 "', "PRIu8", "%n", "1$", "signed ", "long unsigned int ", "\\33", "\\n", "%p", "%m"]
PIECES += ["disable ", "\t", "0x0x", "\r"]


@st.composite
def mutated(draw) -> str:
    text = draw(st.sampled_from([line for line in LINES if "(" in line]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 3)))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return text + draw(st.sampled_from(["\n", "\n", ""]))


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(text=mutated(), unsafe=st.booleans())
def test_fixed_text_parses_no_worse_and_stays(text, unsafe):
    after = text_after_fixes(text, unsafe)
    assert len(parse(Source("f", after)).errors) <= len(parse(Source("f", text)).errors)
    assert text_after_fixes(after, unsafe) == after


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        # After a macro, invisible characters need no string.
        ('"0x%lx "', '"0x%" PRIx64'),
        ('"0x%lx  " " "  ', '"0x%" PRIx64'),
        ('"0x%lx" "" ', '"0x%" PRIx64'),
        ('"0x%lx ." ', '"0x%" PRIx64 " ."'),
        ('"0x%lx " "."', '"0x%" PRIx64 " " "."'),
        ('"0x%" PRIx64 " \\n"', '"0x%" PRIx64'),
        ('"0x%" PRIx64 " " "\\n" ', '"0x%" PRIx64'),
        ('"y 0x%lx \\n"', '"y 0x%" PRIx64'),
        # If the end of a line is removed, so is the space before it.
        ('"0x%" PRIx64 "', '"0x%" PRIx64'),
        ('"0x%" PRIx64" \t', '"0x%" PRIx64'),
        ('"0x%" PRIx64 "" \t', '"0x%" PRIx64'),
        # Nor does a space stay after text that a fix does not touch.
        ('"y %lx, 0x%" PRIx64 " \t', '"y 0x%" PRIx64 ", 0x%" PRIx64'),
        (', "0x%" PRIx64 \t', '"0x%" PRIx64'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_fixed_line_has_no_white_space_at_its_end(line, fixed, end):
    name = "b(uint64_t y, uint64_t z)" if fixed.count("PRI") == 2 else "b(uint64_t y)"
    kept = f'a(int z) "z %d" \t{end}'
    comma = "" if line.startswith(",") else " "
    text = f"{kept}{name}{comma}{line}{end} \t{end}{kept.replace('a', 'c', 1)}"
    left = text_after_fixes(text, unsafe=True)
    assert left.replace("\r", "") == f"{kept}{name} {fixed}{end} \t{end}c{kept[1:]}".replace("\r", "")
