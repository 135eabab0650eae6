"""The extension in VS Code itself: its API's tests, and a pass through the window as a person would."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.editors.vscode.conftest import EXTENSION, make_kettle

pytestmark = pytest.mark.e2e

# With this set, the pictures of the walkthrough and the docs are replaced.
UPDATE = os.environ.get("TESC_UPDATE_SCREENSHOT") == "1"
PICTURES = ("findings", "fix", "callers", "generated", "walkthrough")


@pytest.fixture(scope="module")
def in_the_host(vscode, suite, installed, tmp_path_factory):
    """The extension host's tests, by suite and name: "passed", or what failed; and the finished process.

    The workspace contains a venv, and settings that name a program.
    """
    folder = tmp_path_factory.mktemp("suites")
    workspace = make_kettle(folder / "kettle")
    for program in (workspace / ".venv" / "bin" / "tesc", workspace / "tools" / "tesc"):
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho >'{workspace}/ran'\nexec '{installed('tesc')}' \"$@\"\n")
        program.chmod(0o755)
    (workspace / ".vscode").mkdir()
    (workspace / ".vscode" / "settings.json").write_text(json.dumps({"tesc.path": "tools/tesc"}))
    results = folder / "results.json"
    job = {
        "workspace": str(workspace),
        "extension": str(EXTENSION),
        "suite": str(suite),
        "screenshot": str(folder / "end.png"),
    }
    done = vscode("suite.mts", job, TESC_E2E_RESULTS=str(results))
    assert results.exists(), done.stdout + done.stderr
    return json.loads(results.read_text()), done


def failures(said: dict[str, str]) -> str:
    return "\n\n".join(f"{test}\n{result}" for test, result in said.items() if result != "passed")


def test_a_workspace_that_is_not_trusted(in_the_host):
    """Neither the venv's program nor the one that its settings name is run before it is trusted."""
    said, _ = in_the_host
    assert not failures(said["trust"])
    assert len(said["trust"]) == 3


def test_features(in_the_host):
    said, done = in_the_host
    assert not failures(said["features"])
    assert len(said["features"]) > 10
    assert done.returncode == 0, done.stdout + done.stderr


def test_as_a_person_would(vscode, vsix, kettle, tmp_path):
    """With the packed extension's own tesc. Each step of the walkthrough does what it says."""
    job = {"workspace": str(kettle), "extensions": [str(vsix)], "folder": str(tmp_path)}
    # With this home, the pictures show `~/kettle`.
    done = vscode("window.mts", job, has_tesc=False, HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert re.fullmatch(r"tesc \d\S*", seen["status"])
    assert "TE401" in seen["hover"]
    assert seen["fixed"] == 'heater_tick(uint64_t when) "when %" PRIu64'
    assert seen["underlined"] == [4, 3, 0]
    steps = json.loads((EXTENSION / "package.json").read_text())["contributes"]["walkthroughs"][0]["steps"]
    assert seen["steps"] == [step["title"] for step in steps]
    for name in PICTURES:
        picture = (tmp_path / f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        if UPDATE:
            (EXTENSION / "media" / f"{name}.png").write_bytes(picture)


@pytest.fixture(scope="module")
def without_server(vscode, bare_vsix, tmp_path_factory):
    """What a window shows where there is no tesc, and where a setting names one that cannot serve."""
    folder = tmp_path_factory.mktemp("without")
    program = folder / "bin" / "tesc"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo tesc 0.0.9 && exit\nexit 2\n')
    program.chmod(0o755)
    workspace = make_kettle(folder / "kettle")
    (workspace / ".vscode").mkdir()
    job = {
        "workspace": str(workspace),
        "wrong": {"tesc.path": str(program)},
        "extensions": [str(bare_vsix)],
        "folder": str(folder),
    }
    done = vscode("missing.mts", job, has_tesc=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (*json.loads(done.stdout.splitlines()[-1]), program)


def test_without_tesc(without_server):
    """Colours stay; one message says how to install it."""
    seen, _, _ = without_server
    assert "Install it: pipx install tesc" in seen["text"]
    assert seen["buttons"] == ["Copy pipx Command", "Set tesc.path", "Look Again"]
    assert seen["status"] == "tesc"
    comment, event = seen["colours"]
    assert comment != event


def test_with_a_tesc_that_is_no_server(without_server):
    """An old version, for example: one message, and no second one in the words of a library."""
    _, seen, program = without_server
    assert seen["text"].startswith(f"tesc 0.0.9 ({program}) does not run as a language server: ")
    assert seen["buttons"] == ["Show Log", "Set tesc.path", "Look Again"]
