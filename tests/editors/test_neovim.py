"""Neovim, headless, with the recipe of editors/neovim."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.editors.conftest import EDITORS

DRIVER = os.path.join(os.path.dirname(__file__), "neovim.lua")
SETUP = "lua require('tesc').setup({cmd = {os.getenv('TESC'), 'lsp'}, settings = {debounce = 50}})"


@pytest.fixture
def seen(need, installed, wire, tmp_path):
    """What Neovim showed during the session."""
    out = tmp_path / "out.json"
    environment = {**os.environ, "OUT": str(out), "TESC": str(installed("tesc")), "HOME": str(tmp_path)}
    init = tmp_path / "init.vim"
    init.write_text(f"set runtimepath^={EDITORS / 'neovim'}\nset hidden\n{SETUP}\nluafile {DRIVER}\n")
    done = subprocess.run(
        [need("nvim", "neovim"), "--headless", "-u", init, "-i", "NONE", "-n", "trace-events"],
        cwd=wire,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert out.exists(), done.stderr
    result = json.loads(out.read_text())
    assert result.get("problem") is None, result
    assert done.returncode == 0
    return result


def test_neovim(seen, wire, expected):
    assert seen["filetype"] == "trace-events"
    assert seen["syntax"] == "traceEventsName"
    # The file is unchanged: the session saved nothing.
    assert [tuple(one) for one in seen["diagnostics"]] == expected(wire / "trace-events")
    assert len(seen["diagnostics"]) == 2
    assert seen["functions"] == ["v:lua.vim.lsp.omnifunc", "v:lua.vim.lsp.tagfunc"]
    assert seen["jumped"] == [5, 0]
    assert seen["renamed"] == ['wire_start(int port) "port %d"', "    trace_wire_start(port);"]
    assert seen["from_c"] == [3, 0]
    # It does not attach to a source without a trace-events file in or above its folder.
    assert seen["roots"] == [f"trace-events {wire}", f"wire.c {wire}"]
