"""benchmarks/gen still runs; its figures are not checked."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

GEN = Path(__file__).parents[2] / "benchmarks" / "gen"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, GEN, *arguments], capture_output=True, text=True)


def test_of_a_tree(tmp_path):
    (tmp_path / "lamp").mkdir()
    (tmp_path / "lamp" / "trace-events").write_text('lamp(int level) "%d"\n')
    done = run("-n", "1", f"--tree={tmp_path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 outputs of 1 files, ")
    assert len(re.findall(r"^tesc gen, .*: \d+ ms, \d+ times faster$", done.stdout, re.M)) == 2


def test_compared_with_the_reference(tmp_path):
    """A miniature QEMU: a tracetool.py that does nothing."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tracetool.py").write_text("")
    (tmp_path / "trace-events").write_text('lamp(int level) "%d"\n')
    done = run("-n", "1", f"--qemu={tmp_path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\ntracetool.py, one by one: " in done.stdout


def test_of_nothing(tmp_path):
    done = run(f"--tree={tmp_path}/none")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no" in done.stderr
