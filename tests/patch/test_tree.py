"""Whether a patch is already applied is recognized by the files' contents."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tesc.patch.apply import Misfit, apply, lines_of
from tesc.patch.parse import BadPatch, parse_patch
from tesc.patch.tree import PatchedTree

LINES = st.lists(st.sampled_from("abcdefgh"), max_size=30)
RUNS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def diff(old: str, new: str, context: int = 3) -> str:
    pieces = [[line.text for line in lines_of(text)] for text in (old, new)]
    return "".join(difflib.unified_diff(*pieces, "a/trace-events", "b/trace-events", n=context))


def tree(folder: Path, patch: str, content: str | None) -> tuple[PatchedTree, str]:
    file = folder / "trace-events"
    if content is not None:
        file.write_text(content)
    return PatchedTree(parse_patch(patch), str(folder), None), str(file)


@given(LINES, LINES, st.integers(0, 3))
@RUNS
def test_both_ways(tmp_path, old, new, context):
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    assume(old != new and old and new)
    patch = diff(old, new, context)
    hunks = parse_patch(patch)[0].hunks
    # With little context, a file may fit both as old and as new.
    assume(isinstance(apply(lines_of(old), hunks, reverse=True), Misfit))
    assume(isinstance(apply(lines_of(new), hunks), Misfit))
    made, file = tree(tmp_path, patch, old)
    versions = made.versions(file)
    assert (versions.applied, made.after[file]) == (False, new.encode())
    assert file not in made.before
    kept = {number for number, line in enumerate(new.splitlines()) if number not in versions.added[file]}
    assert [new.splitlines()[number] for number in sorted(kept)] == [
        line[1:] for line in kept_lines(old, patch)
    ]
    made, file = tree(tmp_path, patch, new)
    assert made.versions(file).applied
    assert made.before[file] == old.encode()
    assert made.added(file) == versions.added[file]


def kept_lines(old: str, patch: str) -> list[str]:
    """The lines of the old text, each after a space, without those that the patch removes."""
    left = [f" {line}" for line in old.splitlines()]
    at = shift = 0
    for line in patch.splitlines()[2:]:
        if line.startswith("@@"):
            start = int(line.split()[1][1:].split(",")[0])
            empty = line.split()[1].endswith(",0")
            at = start - (0 if empty else 1) + shift
        elif line.startswith("-"):
            del left[at]
            shift -= 1
        elif line.startswith(" "):
            at += 1
    return left


@pytest.mark.parametrize("context", [0, 1, 3])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\nd\ne\n", "a\nb\nc\nd\ne\nf\n"),
        ("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\n"),
        ("a\nb\nc\nd\ne\n", "x\na\nb\nc\nd\ne\n"),
        ("a\na\na\na\na\na\na\na\na\n", "a\na\na\na\na\na\na\na\na\na\n"),
        ("a\nb\nc\nd\ne\nf\n", "a\nb\nd\ne\nf\n"),
    ],
)
def test_lines_at_the_ends_and_lines_that_are_alike(tmp_path, old, new, context):
    for content, applied in ((old, False), (new, True)):
        made, file = tree(tmp_path, diff(old, new, context), content)
        assert made.versions(file).applied == applied


def test_what_fits_neither_way(tmp_path):
    made, file = tree(tmp_path, diff("a\nb\n", "a\nc\n"), "a\nx\n")
    with pytest.raises(BadPatch, match=r"/trace-events: hunk 1 of the patch"):
        made.versions(file)
    assert made.versions("elsewhere") is None
