"""Recipes for code bases with their own types and build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RECIPE = Path(__file__).parents[3] / "examples" / "guest" / "linux"


def test_a_linux_module(tmp_path, need, skip_without):
    """The kernel's own build, with its flags, gives no warning."""
    make = need("make", "make")
    need("gcc", "gcc")
    trees = [
        path for path in sorted(Path("/usr/src").glob("linux-headers-*-*64")) if (path / ".config").exists()
    ]
    if not trees:
        skip_without("the headers of a kernel (linux-headers-cloud-amd64)")
    out = tmp_path / "module"
    words = [f"KERNEL={trees[-1]}", f"TESC={sys.executable} -m tesc", f"OUT={out}"]
    done = subprocess.run([make, "-f", str(RECIPE / "Makefile"), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    assert (out / "lamp_trace.ko").read_bytes()[:4] == b"\x7fELF"
