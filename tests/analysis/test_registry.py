"""Which rules a selector selects, and which run."""

from __future__ import annotations

import pytest

from tesc.analysis.registry import UnknownRule, all_rules, named, selected

ALL = [rule.code for rule in all_rules()]
DEFAULT = [rule.code for rule in all_rules() if rule.on_by_default]


def codes(rules) -> list[str]:
    return [rule.code for rule in rules]


def test_rules_come_in_the_order_of_their_codes():
    assert sorted(ALL) == ALL
    assert len(set(ALL)) == len(ALL)


@pytest.mark.parametrize(
    "selector", ["TE301", "te301", "too-many-arguments", "Too-Many-Arguments", " TE301 "]
)
def test_a_code_or_a_name_in_any_case(selector):
    assert codes(named(selector)) == ["TE301"]


@pytest.mark.parametrize("selector", ["TE3", "te3", "TE30"])
def test_a_family(selector):
    found = codes(named(selector))
    assert {"TE301", "TE302"} <= set(found)
    assert all(code.startswith(selector.upper()) for code in found)
    assert set(found) <= set(DEFAULT)


@pytest.mark.parametrize("selector", ["ALL", "all"])
def test_all_includes_rules_that_are_off_by_default(selector):
    assert codes(named(selector)) == ALL


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("TE999", ""),
        ("TE4O1", "; did you mean TE401?"),
        ("te30l", "; did you mean TE301?"),
        ("TEI0S", "; did you mean TE105?"),
        ("TEB4I", "; did you mean TE841?"),
        ("TE8O", "; did you mean TE80?"),  # a family
        ("TE5O7", "; did you mean TE506?"),  # a code that has been replaced
        ("TE-401", "; did you mean TE401?"),
        ("401", "; did you mean TE401?"),
        ("format-type-mismach", "; did you mean format-type-mismatch?"),
        ("format_type mismatch", "; did you mean format-type-mismatch?"),
        ("include-unreadble", "; did you mean include-not-found?"),  # an old name of it
        ("format-type", "; did you mean format-type-mismatch?"),
        ("event-unused", "; did you mean unused-event?"),
        (
            "mismatch",
            "; did you mean format-type-mismatch, signedness-mismatch or argument-kind-mismatch?",
        ),
        ("event", ""),  # too many rules have the word
        ("too-many-argument", "; did you mean too-many-arguments?"),
        ("Missing-Fromat", "; did you mean missing-format?"),
        ("T", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_an_unknown_selector_and_what_was_meant(selector, hint):
    with pytest.raises(UnknownRule) as caught:
        named(selector)
    assert str(caught.value).startswith(f"no rule is called '{selector}'{hint}")
    if not hint:
        assert str(caught.value).endswith(f"'{selector}'")


def test_without_a_selection_the_default_ones_run():
    assert codes(selected([], [])) == DEFAULT


def test_selected_rules_run_in_the_order_of_their_codes_and_once():
    assert codes(selected(["TE405", "TE301", "too-many-arguments", "TE405"], [])) == ["TE301", "TE405"]


def test_ignoring_wins_over_selecting():
    assert codes(selected(["TE301", "TE405"], ["TE301"])) == ["TE405"]
    assert codes(selected(["TE301"], ["TE3"])) == []
    assert codes(selected(["ALL"], ["all"])) == []


def test_ignoring_by_code_name_and_family():
    assert codes(selected([], ["missing-format"])) == [code for code in DEFAULT if code != "TE412"]
    assert codes(selected([], ["te4"])) == [code for code in DEFAULT if not code.startswith("TE4")]
    assert codes(selected(["ALL"], ["TE4"])) == [code for code in ALL if not code.startswith("TE4")]


@pytest.mark.parametrize(("select", "ignore"), [(["nonsense"], []), ([], ["nonsense"]), (["TE3"], ["TE999"])])
def test_unknown_selectors_are_refused_on_both_sides(select, ignore):
    with pytest.raises(UnknownRule):
        selected(select, ignore)
