"""benchmarks/decode still runs, and its reader prints what tesc prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DECODE = Path(__file__).parents[2] / "benchmarks" / "decode"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, DECODE, *map(str, arguments)], capture_output=True, text=True)


def made_up(folder: Path) -> tuple[Path, Path]:
    """The benchmark's own trace."""
    namespace = {"__name__": "decode", "__file__": str(DECODE)}
    exec(compile(DECODE.read_text(), DECODE, "exec"), namespace)
    return namespace["make_up"](folder, 1000)


def test_once():
    done = run("-n", 1, "--records", 1000)
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("1,000 records", "a reader like simpletrace.py", "--stats", "--format chrome"):
        assert word in done.stdout


def test_the_reader_prints_what_tesc_prints(tmp_path):
    events, trace = made_up(tmp_path)
    command = [sys.executable, "-m", "tesc", "decode", trace, f"--events={events}", "--format=simpletrace"]
    ours = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert run("--reader", events, trace).stdout == ours
    assert ours.count("\n") == 1000


def test_compared_with_the_reference(tmp_path):
    """A miniature QEMU: a simpletrace.py that does nothing."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "simpletrace.py").write_text("")
    events, trace = made_up(tmp_path)
    done = run("-n", 1, f"--qemu={tmp_path}", f"--trace={trace}", f"--events={events}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "a reader like" not in done.stdout
    assert run(f"--trace={trace}").returncode == 2
    assert run(f"--qemu={tmp_path}/none").returncode == 2
