"""README and tutorial work for somebody with just python3, git and gcc."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_fresh_clone(need, tmp_path, skip_without):
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a clone")
    for program in ("git", "gcc"):
        need(program, program)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(tmp_path), "lark"]
    if subprocess.run(command, capture_output=True).returncode:
        skip_without("a network that has Python's packages")
    # Not tests/run in the new clone.
    clean = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/fresh-clone")],
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("README.md: the first command: ok\n")
    assert "docs/tutorial/event.md: ok\n" in done.stdout
    assert done.stdout.endswith("README.md: tests/run: ok\n")
    if os.environ.get("CI") == "true":
        assert "there is no" not in done.stdout
