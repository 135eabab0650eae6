"""Hunks are applied and reverted as by git and patch."""

from __future__ import annotations

import difflib
import subprocess

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tesc.patch.apply import Applied, Misfit, apply, lines_of
from tesc.patch.parse import parse_patch

# Few different lines, so that hunks fit in more than one place.
LINE = st.sampled_from(["a", "b", "c", "", " ", "x\r", "-- ", "+y", "\\", "\f", "-", "ü", "\udcff"])
TEXT = st.tuples(st.lists(LINE, max_size=14), st.booleans()).map(
    lambda drawn: "\n".join(drawn[0]) + ("\n" if drawn[1] and drawn[0] else "")
)
RUNS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def diff(old: str, new: str, context: int = 3) -> str:
    """Python's diff of two texts, with the line about a missing line end, which Python leaves out."""
    lines = difflib.unified_diff(pieces(old), pieces(new), "a/f", "b/f", n=context)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def pieces(text: str) -> list[str]:
    return [line.text for line in lines_of(text)]


def applied(text: str, patch: str, reverse: bool = False) -> str | None:
    (one,) = parse_patch(patch)
    made = apply(lines_of(text), one.hunks, reverse)
    return None if isinstance(made, Misfit) else "".join(line.text for line in made.lines)


def data(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@given(TEXT, TEXT, st.integers(0, 3))
@settings(deadline=None)
def test_there_and_back(old, new, context):
    assume(old != new)
    patch = diff(old, new, context)
    assert applied(old, patch) == new
    assert applied(new, patch, reverse=True) == old


@given(TEXT, TEXT, TEXT, TEXT, st.booleans())
@RUNS
def test_as_git_applies_it(need, tmp_path, old, new, before, after, reverse):
    """Also if the file has changed since: the same hunks apply, in the same places."""
    git = need("git", "git")
    # From an empty text, git creates a file, which must not exist; to an empty text, it removes one.
    assume(old != new and old and new)
    before = before and before.rstrip("\n") + "\n"
    if not (old.endswith("\n") and new.endswith("\n")):
        before = after = ""  # git lets a line without a line end match the start of a longer line
    patch = diff(old, new)
    file = before + (new if reverse else old) + after
    (tmp_path / "f").write_bytes(data(file))
    command = [git, "apply", "--whitespace=nowarn", *(["-R"] if reverse else []), "-"]
    # Outside any checkout, git applies to the working folder.
    alone = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, input=data(patch), capture_output=True, env=alone)
    expected = None
    if not done.returncode:
        left = tmp_path / "f"
        expected = text(left.read_bytes()) if left.exists() else ""
    if expected is None and not any(line.startswith(" ") for line in patch.splitlines()):
        return  # a hunk without context may come from `diff -U0`, which tesc accepts
    assert applied(file, patch, reverse) == expected


@given(TEXT, TEXT, st.booleans())
@RUNS
def test_as_patch_applies_what_diff_writes(need, tmp_path, old, new, reverse):
    assume(old != new)
    for name, content in (("old", old), ("new", new)):
        (tmp_path / name).write_bytes(data(content))
    command = [need("diff", "diffutils"), "-ua", "old", "new"]
    patch = subprocess.run(command, cwd=tmp_path, capture_output=True).stdout
    (tmp_path / "f").write_bytes(data(new if reverse else old))
    command = [need("patch", "patch"), "--binary", "-s", "-o", "out", *(["-R"] if reverse else []), "f"]
    subprocess.run(command, cwd=tmp_path, input=patch, check=True, capture_output=True)
    made = text((tmp_path / "out").read_bytes())
    assert applied(new if reverse else old, text(patch), reverse) == made == (old if reverse else new)


def test_the_hunk_that_does_not_apply_is_reported():
    old = "".join(f"{number}\n" for number in range(40))
    new = old.replace("3\n", "three\n", 1).replace("33\n", "x\n")
    (one,) = parse_patch(diff(old, new))
    assert len(one.hunks) == 2
    assert apply(lines_of(old.replace("34\n", "y\n")), one.hunks) == Misfit(2)
    assert apply(lines_of("nothing\n"), one.hunks) == Misfit(1)
    assert isinstance(apply(lines_of(old), one.hunks), Applied)


@pytest.mark.parametrize("lines", [0, 3])
def test_how_far_hunks_moved(lines):
    old = "a\nb\nc\nd\ne\nf\ng\nh\n"
    (one,) = parse_patch(diff(old, old.replace("e\n", "E\n")))
    made = apply(lines_of("new\n" * lines + old), one.hunks)
    assert isinstance(made, Applied)
    assert made.moved == lines


@pytest.mark.slow
def test_large_files():
    old = "".join(f"event_{number}(void)\n" for number in range(8_000))
    new = old.replace("0(void)\n", "0(int x)\n")
    patch = diff(old, new, 1)
    assert patch.count("@@ -") == 800
    assert applied(old, patch) == new
