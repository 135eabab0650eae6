"""Depfiles as make and ninja really read them, and names that no depfile can contain."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tesc.depfile import Unwritable, rule

FINE = ["plain", "a b", "a  b", "a#b", "a$b", "a:b", "a\\b", "a\\ b", "~a", "é", "a,b", "a@b+c-d"]
WRONG = ["a\tb", "a\nb", "a;b", "a|b", "a*b", "a?b", "a[b]", "a%b", "a=b", "a<b", "a>b", "a^b", "a`b"]
WRONG += ["a&", "a&b", "a(b)", "a'b", 'a"b', "a\\:b"]


@pytest.mark.parametrize("name", FINE)
def test_make_and_ninja_read_it_alike(need, tmp_path, name):
    """One command makes the output; it runs again only if the input changes."""
    make, ninja = need("make", "make"), need("ninja", "ninja-build")
    folder = tmp_path / name
    folder.mkdir()
    (folder / "in").write_text("1")
    (tmp_path / "given.d").write_text(rule(["out"], [f"{name}/in"]))
    command = "echo run >> log; touch out; cp given.d out.d"
    (tmp_path / "build.ninja").write_text(
        f"rule made\n  command = {command}\n  depfile = out.d\nbuild out: made\n"
    )
    (tmp_path / "Makefile").write_text(f"out:\n\t{command}\n-include out.d\n")
    for program in (ninja, make):
        for made in ("out", "out.d", "log", ".ninja_deps", ".ninja_log"):
            Path(tmp_path, made).unlink(missing_ok=True)
        os.utime(folder / "in", (1, 1))
        runs = []
        for _ in range(3):
            done = subprocess.run([program, "out"], cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            runs.append((tmp_path / "log").read_text().count("run"))
            if len(runs) == 2:
                newer = (tmp_path / "out").stat().st_mtime + 5
                os.utime(folder / "in", (newer, newer))
        assert runs == [1, 1, 2], program


@pytest.mark.parametrize("name", WRONG)
def test_what_they_read_differently_is_refused(name):
    with pytest.raises(Unwritable, match="no rule for make and ninja"):
        rule(["out"], [name])
    with pytest.raises(Unwritable):
        rule([name], ["in"])
