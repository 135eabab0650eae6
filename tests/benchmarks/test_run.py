"""benchmarks/run still runs; its figures are not checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "benchmarks" / "run"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, RUN, *arguments], capture_output=True, text=True)


def test_once():
    done = run("-n", "1")
    assert (done.returncode, done.stderr) == (0, "")
    for row in ("h, log, 6 events", "c, simple, 340 events", "check, 44 files"):
        assert row in done.stdout


def test_a_tree_compared_with_the_reference(tmp_path):
    """A miniature QEMU: a tracetool.py that does nothing."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tracetool.py").write_text("")
    (tmp_path / "trace-events").write_text('lamp(int level) "%d"\nlamp(int\n')
    done = run("-n", "1", f"--qemu={tmp_path}", f"--tree={tmp_path}", f"--events={tmp_path}/../none")
    assert done.returncode == 2
    (tmp_path / "good").write_text('lamp(int level) "%d"\n')
    done = run("-n", "1", f"--qemu={tmp_path}", f"--tree={tmp_path}", f"--events={tmp_path}/good")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("tesc / tracetool.py", "h, log, good", "check, 1 files, 2 lines"):
        assert word in done.stdout
