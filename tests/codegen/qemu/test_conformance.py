"""A sample of the recorded outputs of QEMU's own tracetool, if they are next to this tree.

.ci/run compares them all; this takes a second or two.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[4] / "shared" / "conformance" / "run"


@pytest.mark.skipif(not RUN.exists(), reason="the recorded outputs are not part of this tree")
def test_sample():
    environment = {
        **os.environ,
        "TESC": f'"{sys.executable}" -m tesc',
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    command = [sys.executable, RUN, "--suite=qemu", "--sample=23"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith(" passed, 0 failed\n"), done.stdout + done.stderr
    assert done.returncode == 0
