"""Every rule's page and fixture.

A fixture is rules/CODE.md. Each of its examples is a block ```trace-events, or several without text
between them, for files that are checked together. Below a line of code is what is found in it,
marked by `^` where it is, or by `|` before the character at which something is missing:

    alone(uint64_t addr) "%d"
                          ^^ CODE message
                          severity: warning
                          help: what to write instead
                          related: PATH:LINE:COLUMN-LINE:COLUMN message
                          fix(safe): each line that the fix changes, as it is afterwards

with the severity where it is not the rule's own. Nothing else may be found. What is not a part of one line
is in a block ```expected after the files, as `PATH:LINE:COLUMN-LINE:COLUMN CODE message`, without the
path where there is one file. Blocks ```c and ```rust are sources that use the events. Words after
```trace-events say how to check: `profile=qemu`, `max-args=10`, `select=TE301,TE302` (otherwise all
rules that are on by default run), `file=a/trace-events`, and
how to write the file: `crlf`, `cr`, `latin-1`, `no-final-newline`. `{U+00A0}` stands for a
character that is better not written, both in files and in what is found. With `times=20` there are
that many files, whose path and text have their numbers for `{N}`, from 0, and the next ones for `{N+1}`.

The examples on a rule's page are files called trace-events. Where the first line of one is `# PATH`
they are several files, each below its path.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tesc.analysis.diagnostic import SEVERITIES
from tesc.analysis.registry import all_rules
from tesc.analysis.rule import ChangeRule

FIXTURES = Path(__file__).with_name("rules")
RULES = {rule.code: rule for rule in all_rules()}
_BLOCK = re.compile(r"^```(trace-events|c|rust|expected)\b([^\n]*)\n(.*?)^```$", re.M | re.S)
_MARK = re.compile(r"( *)(\^+|\|) (TE\d{3} .*)$", re.M)
_MORE = re.compile(r"severity: |help: |related: |fix\((?:safe|unsafe)\):")
_PLACE = re.compile(r"\d+:\d+-\d+:\d+ TE")
_PLACED = re.compile(r"(?:([^ :]+):)?(\d+):(\d+)-\d+:\d+ (TE\d{3} .*)$")
_UNSEEN = re.compile(r"\{U\+([0-9A-F]{4,6})\}")
_PATH = re.compile(r"^# ([\w./-]+)\n", re.M)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class File:
    """One file of an example."""

    def __init__(self, words: list[str], text: str) -> None:
        options = dict(word.partition("=")[::2] for word in words)
        known = {"profile", "max-args", "select", "file", "crlf", "cr", "latin-1"}
        known |= {"no-final-newline", "times"}
        assert options.keys() <= known, f"unknown words: {options.keys() - known}"
        self.options = options
        self.path = options.get("file", "trace-events")
        text = _UNSEEN.sub(lambda match: chr(int(match[1], 16)), text)
        if "no-final-newline" in options:
            text = text[:-1]
        if "crlf" in options:
            text = text.replace("\n", "\r\n")
        if "cr" in options:
            text = text.replace("\n", "\r")
        self.data = text.encode("latin-1" if "latin-1" in options else "utf-8")


def numbered(words: list[str], text: str) -> list[File]:
    """The file of a block, or as many as it says."""
    times = next((int(word[6:]) for word in words if word.startswith("times=")), 0)
    if not times:
        return [File(words, text)]

    def number(part: str, n: int) -> str:
        return part.replace("{N}", str(n)).replace("{N+1}", str(n + 1))

    return [File([number(word, n) for word in words], number(text, n)) for n in range(times)]


def examples_of(text: str) -> list[tuple[list[File], list[str]]]:
    """The files and the expected lines of each example of a fixture."""
    examples: list[tuple[list[File], list[str]]] = []
    end = -1
    complete = True
    for block in _BLOCK.finditer(text):
        kind, words, body = block.groups()
        if complete or text[end : block.start()].strip():
            examples.append(([], []))
        end, complete = block.end(), kind == "expected"
        files, expected = examples[-1]
        if kind == "expected":
            assert files, "an expected block without a file before it"
            expected.extend(body.splitlines())
            continue
        code, marks = marked(body)
        made = numbered(words.split(), code)
        assert len(made) == 1 or not marks, "marks in several files of one block"
        files.extend(made)
        expected.extend(f"{made[0].path}:{line}" if _PLACE.match(line) else line for line in marks)
    return [(files, in_order(files, expected)) for files, expected in examples]


def marked(body: str) -> tuple[str, list[str]]:
    """A block's code, and what is marked below its lines, as lines of an expected block."""
    code: list[str] = []
    found: list[str] = []
    margin = None
    for line in body.splitlines(keepends=True):
        mark = _MARK.match(line)
        if mark is not None:
            margin, sign, rest = mark.groups()
            begin = len(margin) + 1
            end = begin + (len(sign) if sign != "|" else 0)
            found.append(f"{len(code)}:{begin}-{len(code)}:{end} {rest}")
        elif margin is not None and line.startswith(margin) and _MORE.match(line, len(margin)):
            found.append(line[len(margin) :].rstrip("\n"))
        else:
            margin = None
            code.append(line)
    return "".join(code), found


def in_order(files: list[File], expected: list[str]) -> list[str]:
    """Expected lines in the order in which findings are reported: by file, place, code and message."""
    groups: list[list[str]] = []
    for line in expected:
        if groups and not _PLACED.match(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    order = [file.path for file in files]

    def place(group: list[str]) -> tuple[int, str, int, int, str]:
        match = _PLACED.match(group[0])
        assert match is not None, f"no place: {group[0]}"
        path = match[1] or order[0]
        known = order.index(path) if path in order else len(order)
        return known, path, int(match[2]), int(match[3]), match[4]

    several = len(files) > 1
    lines = [line for group in sorted(groups, key=place) for line in group]
    return [
        line if several or not _PLACED.match(line) else re.sub(r"^[^ :]+:(?=\d+:\d+-)", "", line)
        for line in lines
    ]


EXAMPLES = [
    pytest.param(path.stem.upper(), files, expected, id=f"{path.stem}-{number}")
    for path in sorted(FIXTURES.glob("*.md"))
    for number, (files, expected) in enumerate(examples_of(path.read_text("utf-8")), 1)
]


def visible(text: str) -> str:
    """A text as fixtures spell it."""
    return "".join(c if c.isprintable() else f"{{U+{ord(c):04X}}}" for c in text)


def place_of(source, span) -> str:
    (line, column), (end_line, end_column) = source.place(span.start), source.place(span.end)
    return f"{line}:{column}-{end_line}:{end_column}"


def lines_of(text: str) -> list[str]:
    return [line for line in _LINE.findall(text) if line]


def fixed(text: str, edits) -> str:
    """A text after the edits, which must not overlap."""
    after = text
    last = len(text) + 1
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        assert 0 <= edit.span.start <= edit.span.end <= min(last, len(text)), "edits overlap"
        last = edit.span.start
        after = after[: edit.span.start] + edit.text + after[edit.span.end :]
    return after


def changed_lines(before: str, after: str) -> list[str]:
    """The lines of `after` between what both begin and end with."""
    old, new = lines_of(before), lines_of(after)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return [visible(line.rstrip("\r\n")) for line in new]


def described(diagnostics, several: bool) -> list[str]:
    """Diagnostics as fixtures spell them."""
    lines = []
    for found in diagnostics:
        path = f"{found.source.path}:" if several else ""
        lines.append(f"{path}{place_of(found.source, found.span)} {found.code} {visible(found.message)}")
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
    """What is found in an example's files, or in these with others' bytes."""
    options = {key: value for file in files for key, value in file.options.items()}
    return run(
        {file.path: file.data for file in files} if changed is None else changed,
        profile=options.get("profile", "default"),
        max_args=int(options["max-args"]) if "max-args" in options else None,
        select=options["select"].split(",") if "select" in options else (),
    )


@pytest.mark.parametrize(("code", "files", "expected"), EXAMPLES)
def test_example(code, files, expected, run):
    assert in_order(files, described(checked(run, files), len(files) > 1)) == expected


@pytest.mark.parametrize(("code", "files", "expected"), EXAMPLES)
def test_fixes_mend_what_was_found_and_break_nothing(code, files, expected, run):
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
        expected = [lines for _, lines in examples_of(path.read_text("utf-8"))]
        assert any(f" {code} " in line for lines in expected for line in lines), f"nothing finds {code}"
        assert any(f" {code} " not in line for lines in expected for line in [*lines, ""]), "nothing is right"
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
        fixes = False
        current = ""
        for _, lines in examples_of(text):
            for line in lines:
                match = re.match(r"(?:[^ ]*:)?\d+:\d+-\d+:\d+ (TE\d+) ", line)
                current = match[1] if match else current
                fixes = fixes or (current == code and line.startswith("fix("))
        assert fixes == RULES[code].fixable

    def test_page_examples_behave(self, code, run):
        rule = RULES[code]
        wrong, right = page_examples(rule.page())
        select = () if rule.on_by_default else ("ALL",)
        spoilt = SPOILT[code](wrong) if code in SPOILT else page_files(wrong)
        found = [d.code for d in run(spoilt, profile=rule.example_profile, select=select)]
        assert code in found, "what the page calls wrong is not found"
        if isinstance(rule, ChangeRule):
            select = (code,)  # any change concerns some reader
        found = [d.code for d in run(page_files(right or wrong), profile=rule.example_profile, select=select)]
        assert found == [], "what the page calls right is not"


# How to make the mistake that the page's text describes and cannot show: the file, or files by path.
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
