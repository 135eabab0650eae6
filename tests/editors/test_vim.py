"""Vim with ALE in its own terminal, with the files of editors/vim."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.editors.conftest import EDITORS

DRIVER = Path(__file__).with_name("vim.vim")


def test_vim_with_ale(need, skip_without, installed, wire, expected, tmp_path):
    vim, script = need("vim", "vim"), need("script", "bsdutils")
    if not os.path.isdir("/usr/share/vim-ale"):
        skip_without("ALE (Debian's package vim-ale)")
    out = tmp_path / "out.json"
    wanted = expected(wire / "trace-events")
    environment = {
        **os.environ,
        "OUT": str(out),
        "TESC": str(installed("tesc")),
        "RUNTIME": str(EDITORS / "vim"),
        "HOME": str(tmp_path),
        "TERM": "xterm",
    }
    done = subprocess.run(
        [script, "-qec", f"'{vim}' -Nu '{DRIVER}' trace-events", "/dev/null"],
        cwd=wire,
        env=environment,
        capture_output=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert out.exists(), done.stdout[-2000:]
    seen = json.loads(out.read_text())
    assert "problem" not in seen, seen
    assert seen["filetype"] == "trace-events"
    assert seen["expandtab"] == 1  # TE007 warns about tabs
    assert seen["syntax"] == "traceEventsName"
    assert [tuple(one) for one in seen["diagnostics"]] == wanted
    assert seen["jumped"] == [5, 1]
    assert seen["renamed"] == ['wire_start(int port) "port %d"', "    trace_wire_start(port);"]
