"""Emacs in its own terminal, with Eglot and the mode of editors/emacs."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.editors.conftest import EDITORS

DRIVER = Path(__file__).with_name("emacs.el")
MODE = EDITORS / "emacs"


@pytest.fixture
def emacs(need, skip_without):
    program = need("emacs", "emacs-nox")
    if not list(Path("/usr/share/emacs/site-lisp").glob("elpa*/eglot*")):
        skip_without("Eglot (Debian's package elpa-eglot)")
    return program


def test_emacs(emacs, need, installed, wire, expected, tmp_path):
    out = tmp_path / "out.json"
    environment = {
        **os.environ,
        "OUT": str(out),
        "TESC": str(installed("tesc")),
        "MODE": str(MODE),
        "HOME": str(tmp_path),
        "TERM": "xterm",
    }
    wanted = expected(wire / "trace-events")
    done = subprocess.run(
        [need("script", "bsdutils"), "-qec", f"'{emacs}' -nw -Q -l '{DRIVER}'", "/dev/null"],
        cwd=wire,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert out.exists(), done.stdout
    seen = json.loads(out.read_text())
    assert "problem" not in seen, (seen, done.stdout)
    assert seen["mode"] == "trace-events-mode"
    assert seen["faces"] == [
        "font-lock-function-name-face",
        "font-lock-type-face",
        "font-lock-preprocessor-face",
        "font-lock-comment-delimiter-face",
    ]
    assert [tuple(one) for one in seen["diagnostics"]] == wanted
    assert seen["jumped"] == 5
    assert seen["renamed"] == ['wire_start(int port) "port %d"', "    trace_wire_start(port);"]


def test_the_mode_compiles_without_warnings(emacs, tmp_path):
    copy = tmp_path / "trace-events-mode.el"
    copy.write_bytes((MODE / copy.name).read_bytes())
    strict = "(setq byte-compile-error-on-warn t)"
    subprocess.run([emacs, "-Q", "--batch", "--eval", strict, "-f", "batch-byte-compile", copy], check=True)
