"""`tesc explain` and `tesc rules` as users run them."""

from __future__ import annotations

import json

import pytest

from tesc.analysis.registry import all_rules
from tests.cli.running import run

pytestmark = pytest.mark.usefixtures("own_folder")


class TestExplain:
    def test_by_code_and_by_name(self):
        by_code, by_name = run("explain", "te405"), run("explain", "errno-format")
        assert by_code.out == by_name.out
        assert by_code.out.startswith(
            "TE405 errno-format\nseverity: error\n\nA format prints the text of `errno` with `%m`.\n"
        )

    def test_facts(self):
        assert run("explain", "TE002").out.splitlines()[1] == "severity: error, can be fixed by tesc"
        assert run("explain", "TE412").out.splitlines()[1] == "severity: information"

    def test_several_and_a_family_each_once(self):
        titles = [
            line for line in run("explain", "TE405", "TE4", "TE405").out.splitlines() if line[:2] == "TE"
        ]
        assert titles[0] == "TE405 errno-format"
        assert len(titles) == len(set(titles)) > 3

    def test_all_pages(self):
        out = run("explain", "ALL").out
        assert all(rule.page() in out for rule in all_rules())

    @pytest.mark.parametrize(
        ("selector", "hint"),
        [
            ("nonsense", "'tesc rules' lists them"),
            ("undeclared-evnt", "did you mean undeclared-event?"),
            ("TE4011", "did you mean TE411 or TE401?"),
        ],
    )
    def test_an_unknown_rule(self, selector, hint):
        ran = run("explain", "TE405", selector)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == f"tesc: error: no rule is called '{selector}'; {hint}\n"


class TestRules:
    def test_text(self):
        ran = run("rules")
        assert (ran.status, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert [line[:5] for line in lines] == [rule.code for rule in all_rules()]
        assert "TE412  missing-format               information           An event has no format." in lines
        assert (
            "TE002  missing-final-newline        error            fix  A file does not end with a newline."
            in lines
        )

    def test_json(self):
        entries = json.loads(run("rules", "--format", "json").out)
        assert [entry["code"] for entry in entries] == [rule.code for rule in all_rules()]
        assert {
            "code": "TE406",
            "name": "newline-in-format",
            "severity": "error",
            "on_by_default": True,
            "fixable": True,
            "summary": "A format contains a newline.",
        } in entries
