"""Every rule's page, and its examples: rules/CODE.md, in the notation that rule_examples.py describes.

The examples on a rule's page are files called trace-events. If the first line of one is `# PATH`, it is
several files, each below its path.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tesc.analysis.diagnostic import SEVERITIES, Diagnostic
from tesc.analysis.registry import all_rules
from tesc.analysis.rule import ChangeRule
from tests.analysis.rule_examples import File, Finding, examples_of, visible

FIXTURES = Path(__file__).with_name("rules")
RULES = {rule.code: rule for rule in all_rules()}
_PATH = re.compile(r"^# ([\w./-]+)\n", re.M)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")

EXAMPLES = [
    pytest.param(path.stem.upper(), files, expected, id=f"{path.stem}-{number}")
    for path in sorted(FIXTURES.glob("*.md"))
    for number, (files, expected) in enumerate(examples_of(path.read_text("utf-8")), 1)
]


def place_of(source, span) -> str:
    (line, column), (end_line, end_column) = source.place(span.start), source.place(span.end)
    return f"{line}:{column}-{end_line}:{end_column}"


def lines_of(text: str) -> list[str]:
    return [line for line in _LINE.findall(text) if line]


def fixed(text: str, edits) -> str:
    """A text after some edits, which must not overlap."""
    after = text
    last = len(text) + 1
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        assert 0 <= edit.span.start <= edit.span.end <= min(last, len(text)), "edits overlap"
        last = edit.span.start
        after = after[: edit.span.start] + edit.text + after[edit.span.end :]
    return after


def changed_lines(before: str, after: str) -> list[str]:
    """The lines of `after` without those that both texts begin or end with."""
    old, new = lines_of(before), lines_of(after)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return [visible(line.rstrip("\r\n")) for line in new]


def described(found: Diagnostic) -> Finding:
    """A diagnostic as written in the examples."""
    place = place_of(found.source, found.span)
    lines = [f"{found.source.path}:{place} {found.code} {visible(found.message)}"]
    if found.severity != RULES[found.code].severity:
        lines.append(f"severity: {found.severity}")
    if found.help is not None:
        lines.append(f"help: {visible(found.help)}")
    for related in found.related:
        place = place_of(related.source, related.span)
        lines.append(f"related: {related.source.path}:{place} {visible(related.message)}")
    if found.fix is not None:
        assert {edit.source for edit in found.fix.edits} == {found.source}
        after = fixed(found.source.text, found.fix.edits)
        changed = changed_lines(found.source.text, after)
        lines.extend(f"fix({found.fix.safety}): {line}".rstrip() for line in changed or [""])
    return lines


def checked(run, files: list[File], changed=None):
    """What is found in an example's files, or in files of the same names with other contents."""
    options = {key: value for file in files for key, value in file.options.items()}
    return run(
        {file.path: file.data for file in files} if changed is None else changed,
        profile=options.get("profile", "default"),
        max_args=int(options["max-args"]) if "max-args" in options else None,
        select=options["select"].split(",") if "select" in options else (),
    )


@pytest.mark.parametrize(("code", "files", "expected"), EXAMPLES)
def test_example(code, files, expected, run):
    assert sorted(map(described, checked(run, files))) == sorted(expected)


@pytest.mark.parametrize(("code", "files", "expected"), EXAMPLES)
def test_fixes_remove_what_was_found_and_break_nothing(code, files, expected, run):
    found = checked(run, files)
    kinds = Counter((d.code, d.message) for d in found)
    for one in found:
        if one.fix is None:
            continue
        assert RULES[one.code].fixable, f"{one.code} has a fix and does not say so"
        assert one.fix.safety in ("safe", "unsafe")
        after = fixed(one.source.text, one.fix.edits).encode("utf-8", "surrogateescape")
        left = checked(run, files, {f.path: after if f.path == one.source.path else f.data for f in files})
        now = Counter((d.code, d.message) for d in left)
        assert now[one.code, one.message] < kinds[one.code, one.message], "the finding is still there"
        assert {code for code, _ in now} <= {code for code, _ in kinds}, "the fix made another mistake"


@pytest.mark.parametrize("code", RULES)
class TestRule:
    def test_has_a_fixture_with_good_and_bad_examples(self, code):
        path = FIXTURES / f"{code.lower()}.md"
        assert path.exists(), f"write {path}"
        expected = [findings for _, findings in examples_of(path.read_text("utf-8"))]
        heads = [head for findings in expected for head, *_ in findings]
        assert any(f" {code} " in head for head in heads), f"nothing finds {code}"
        assert [] in expected, "no example is right"

    def test_has_a_page(self, code):
        rule = RULES[code]
        page = rule.page()
        summary = rule.summary()
        assert re.fullmatch(r"[A-Z`'].*[.]", summary), "the first line is one sentence"
        assert page.split("\n")[1] == "", "a blank line follows the summary"
        assert "\nWrong:" in page
        assert "\nRight:" in page.split("\nWrong:")[1]

    def test_has_metadata(self, code):
        rule = RULES[code]
        assert re.fullmatch(r"TE\d{3}", code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
        assert rule.severity in SEVERITIES
        assert type(rule).__module__.endswith(f".{code.lower()}_{rule.name.replace('-', '_')}")

    def test_is_fixable_if_it_says_so(self, code):
        text = (FIXTURES / f"{code.lower()}.md").read_text("utf-8")
        fixes = [
            line
            for _, findings in examples_of(text)
            for head, *more in findings
            for line in more
            if f" {code} " in head and line.startswith("fix(")
        ]
        assert bool(fixes) == RULES[code].fixable

    def test_page_examples_behave(self, code, run):
        rule = RULES[code]
        wrong, right = page_examples(rule.page())
        select = () if rule.on_by_default else ("ALL",)
        spoilt = SPOILT[code](wrong) if code in SPOILT else page_files(wrong)
        found = [d.code for d in run(spoilt, profile=rule.example_profile, select=select)]
        assert code in found, "what the page calls wrong is not found"
        if isinstance(rule, ChangeRule):
            select = (code,)  # every change matters to some kind of reader
        found = [d.code for d in run(page_files(right or wrong), profile=rule.example_profile, select=select)]
        assert found == [], "what the page calls right is not"


# Mistakes that a page describes but cannot show: the file, or files by path.
SPOILT = {
    "TE002": lambda text: text[:-1].encode(),
    "TE005": lambda text: text.encode("latin-1"),
    "TE006": lambda text: text.replace("\n", "\r\n").encode(),
    "TE506": lambda text: {f"{n}": text.replace("another-one", f"{n + 1}") for n in range(66)},
}


def page_examples(page: str) -> tuple[str, str]:
    """The indented text below `Wrong:` and below `Right:`."""
    wrong, right = re.split(r"^Right:", page.split("\nWrong:", 1)[1], flags=re.M)
    return indented(wrong), indented(right)


def indented(text: str) -> str:
    return "".join(f"{line[4:]}\n" for line in text.splitlines() if line.startswith("    "))


def page_files(text: str) -> dict[str, str]:
    """The files of an example: one, or those that its comments name."""
    if not _PATH.match(text):
        return {"trace-events": text}
    _, *parts = re.split(_PATH, text)
    return dict(zip(parts[::2], parts[1::2]))


def test_names_are_unique():
    assert len({rule.name for rule in all_rules()}) == len(all_rules())


def test_fixtures_belong_to_rules():
    assert {path.stem.upper() for path in FIXTURES.glob("*.md")} <= set(RULES)
