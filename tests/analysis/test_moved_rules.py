"""Rules that have been replaced by others: their codes and names still work."""

from __future__ import annotations

import json

import pytest

from tesc import codes
from tesc.analysis import baseline
from tesc.analysis.registry import all_rules, moved, named
from tesc.cli.main import main

TEXT = 'map_page(uint32_t length) "length %ul"\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TE106", ["TE105", "TE108"]),
        ("invalid-prefix", ["TE105", "TE108"]),
        ("te423", ["TE418"]),
        ("misplaced-width", ["TE418"]),
        ("prefix-without-conversion", ["TE418"]),
        ("TE427", ["TE418"]),
        ("TE503", ["TE501"]),
        ("unit-too-large", ["TE506"]),
    ],
)
def test_an_old_selector_means_its_replacement(old, new):
    assert [rule.code for rule in named(old)] == new
    assert moved(old) == f"{old} is {' and '.join(new)} now"


def test_no_name_means_two_things():
    known = {word.upper() for rule in all_rules() for word in (rule.code, rule.name)}
    assert not known & {word.upper() for rule in all_rules() for word in rule.formerly}
    assert moved("TE418") is None


def test_old_codes_are_not_reused():
    gone = {word for rule in all_rules() for word in rule.formerly if word.startswith("TE")}
    assert gone <= codes.RESERVED.keys()
    assert not gone & {rule.code for rule in all_rules()}


def test_constants_are_codes_of_rules():
    constants = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert constants <= {rule.code for rule in all_rules()}


def test_a_baseline_of_old_codes_still_accepts():
    entry = {"code": "TE423", "path": "x", "place": "p", "message": "m", "count": 2}
    accepted = baseline.read(json.dumps({"version": 1, "findings": [entry]}).encode())
    assert accepted == {("TE418", "x", "p", "m"): 2}


def test_an_old_suppression_works_with_a_note(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trace-events").write_text(f"# tesc: ignore[TE423] as the log has it\n{TEXT}")
    assert main(["check", "--output-format=concise", "--isolated"]) == 0
    assert capsys.readouterr().out == "trace-events:1:16: note[TE008]: TE423 is TE418 now\n"


def test_an_old_selection_gives_a_note(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trace-events").write_text(TEXT)
    main(["check", "--output-format=concise", "--isolated", "--select=TE423"])
    printed = capsys.readouterr()
    assert printed.out.startswith("trace-events:1:35: warning[TE418]: '%ul' prints a number and then 'l'")
    assert printed.err == "tesc: note: TE423 is TE418 now\n"
