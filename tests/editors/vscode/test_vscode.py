"""The extension in VS Code itself: its API's tests, and a pass through the window as a person would."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.editors.vscode.conftest import EXTENSION

pytestmark = pytest.mark.e2e

# With this set, the screenshot of the docs is written again.
SCREENSHOT = os.environ.get("TESC_UPDATE_SCREENSHOT") == "1"
PICTURE = EXTENSION.parents[1] / "docs" / "images" / "vscode.png"


def _run(vscode, suite, name, workspace, tmp_path, **job):
    results = tmp_path / "results.json"
    done = vscode(
        "suite.mts",
        {
            "workspace": str(workspace),
            "extension": str(EXTENSION),
            "suite": str(suite),
            "screenshot": str(tmp_path / "end.png"),
            **job,
        },
        TESC_E2E_SUITE=name,
        TESC_E2E_RESULTS=str(results),
    )
    assert results.exists(), done.stdout + done.stderr
    said = json.loads(results.read_text())
    failed = "\n\n".join(f"{test}\n{result}" for test, result in said.items() if result != "passed")
    assert not failed, failed
    assert done.returncode == 0, done.stdout + done.stderr
    return said


def test_features(vscode, suite, kettle, tmp_path):
    assert len(_run(vscode, suite, "features", kettle, tmp_path)) > 10


def test_a_workspace_that_is_not_trusted(vscode, suite, tmp_path, installed):
    """It brings a venv, and settings that name a program: neither runs before it is trusted."""
    workspace = tmp_path / "workspace"
    for program in (workspace / ".venv" / "bin" / "tesc", workspace / "tools" / "tesc"):
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho >'{workspace}/ran'\nexec '{installed('tesc')}' \"$@\"\n")
        program.chmod(0o755)
    (workspace / "trace-events").write_text('lost(int a) "%s"\n')
    (workspace / ".vscode").mkdir()
    (workspace / ".vscode" / "settings.json").write_text(json.dumps({"tesc.path": "tools/tesc"}))
    assert len(_run(vscode, suite, "trust", workspace, tmp_path, untrusted=True)) == 2


def test_as_a_person_would(vscode, vsix, kettle, tmp_path):
    """Install the .vsix, type a wrong event, see it underlined, hover, take the fix from its menu."""
    picture = PICTURE if SCREENSHOT else tmp_path / "vscode.png"
    picture.parent.mkdir(exist_ok=True)
    job = {"workspace": str(kettle), "extensions": [str(vsix)], "screenshot": str(picture)}
    done = vscode("window.mts", job)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert "TE401" in seen["hover"]
    assert seen["fixed"] == 'heater_tick(uint64_t when) "when %" PRIu64'
    assert seen["underlined"] == [4, 3, 0]
    assert Path(picture).read_bytes().startswith(b"\x89PNG")


def test_without_tesc(vscode, bare_vsix, kettle, tmp_path):
    """Colours stay; one message says how to install it."""
    job = {
        "workspace": str(kettle),
        "extensions": [str(bare_vsix)],
        "screenshot": str(tmp_path / "missing.png"),
    }
    done = vscode("missing.mts", job, has_tesc=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert "Install it: pipx install tesc" in seen["text"]
    assert seen["buttons"] == ["Copy pipx Command", "Set tesc.path", "Look Again"]
    assert seen["status"] == "tesc"
    comment, event = seen["colours"]
    assert comment != event


def test_with_a_tesc_that_is_no_server(vscode, vsix, kettle, tmp_path):
    """An older one, say: that is told once, not in the words of a library too."""
    old = tmp_path / "old" / "tesc"
    old.parent.mkdir()
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo tesc 0.0.9 && exit\nexit 2\n')
    old.chmod(0o755)
    job = {
        "workspace": str(kettle),
        "extensions": [str(vsix)],
        "screenshot": str(tmp_path / "old.png"),
        "settings": {"tesc.path": str(old)},
    }
    done = vscode("missing.mts", job, has_tesc=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["text"].startswith(f"tesc 0.0.9 ({old}) does not run as a language server: ")
    assert seen["buttons"] == ["Show Log", "Set tesc.path", "Look Again"]


def test_the_walkthrough_by_its_own_tesc(vscode, vsix, kettle, tmp_path):
    """There is no tesc but the packed one; each step does what it says. Its pictures are taken on the way."""
    folder = EXTENSION / "media" if SCREENSHOT else tmp_path
    job = {"workspace": str(kettle), "extensions": [str(vsix)], "folder": str(folder)}
    done = vscode("pictures.mts", job, has_tesc=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert re.fullmatch(r"tesc \d\S*", seen["status"])  # which none but its own can be
    steps = json.loads((EXTENSION / "package.json").read_text())["contributes"]["walkthroughs"][0]["steps"]
    assert seen["steps"] == [step["title"] for step in steps]
