"""benchmarks/lsp still runs; its figures are not checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LSP = Path(__file__).parents[2] / "benchmarks" / "lsp"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, LSP, *arguments], capture_output=True, text=True)


def test_once():
    small = ("-n", "2", "--starts", "1", "--files", "3", "--events", "20", "--large", "50", "--settle", "0.1")
    done = run(*small, "--alone")
    assert (done.returncode, done.stderr) == (0, "")
    first, head, *rows = done.stdout.split("\n\n")[0].splitlines()
    assert first == "3 files, 20 events or functions, 2 requests of each kind"
    assert head.split() == ["tesc", "p50", "p95"]
    kinds = [
        "initialize",
        "start to first diagnostics",
        "edit",
        "hover",
        "completion",
        "definition",
        "peak memory",
    ]
    assert [row.split("  ")[0] for row in rows] == kinds
    for row in rows[:-1]:
        assert row.count(" ms") == 2


def test_wrong_numbers():
    assert run("-n", "0").returncode == run("--files", "0").returncode == 2
