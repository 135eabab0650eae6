"""The playground in Chromium: tesc in Pyodide finds, fixes and generates the same as here."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.editors.vscode.conftest import EXTENSION, ROOT, npm

__all__ = ["npm"]  # use the extension's Node and playwright-core
DRIVER = Path(__file__).with_name("browser") / "playground.mjs"


@pytest.fixture(scope="module")
def site(skip_without):
    """The site that docs/build has built, served on this machine; returns its address."""
    folder = ROOT / "build" / "docs"
    if not (folder / "playground" / "wheels.json").exists():
        skip_without("site with its playground (docs/build)")
    # Wheels of this tree as it is now, because they contain copies.
    subprocess.run(
        [sys.executable, ROOT / "docs" / "generator" / "wheels.py", folder / "playground"], check=True
    )
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.e2e
def test_playground(npm, site, browser, tmp_path):
    picture = os.environ.get("TESC_PICTURES")
    screenshot = Path(picture, "playground.png") if picture else tmp_path / "playground.png"
    job = {
        "playwright": str(EXTENSION / "package.json"),
        "chromium": browser,
        "url": site,
        "screenshot": str(screenshot),
    }
    done = npm.run("node", DRIVER, json.dumps(job))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["asked"] == []  # nothing is fetched from anywhere else
    assert seen["problems"] == []
    assert seen["example"] == ["error[TE401]", "error[TE001]", "error[TE406]", "note[TE412]"]
    assert seen["marked"][0] == "%d"
    assert seen["diff"] == ["+++ trace-events\n", '+lamp(uint64_t x) "%" PRIu64\n']
    assert seen["page"].endswith("/rules/TE401.html")
    assert seen["fixed"] == seen["carried"] == 'lamp(uint64_t x) "%" PRIu64\n'
    assert seen["generated"].rstrip("\n") == _header(tmp_path, seen["fixed"]).rstrip("\n")
    assert screenshot.stat().st_size > 10_000


def _header(folder: Path, text: str) -> str:
    """What this tree's tesc generates from a text, with the playground's names."""
    (folder / "trace-events").write_text(text)
    options = ["--format=h", "--backends=log", "--group=playground"]
    subprocess.run(
        [sys.executable, "-m", "tesc", "tracetool", *options, "trace-events", "out"], cwd=folder, check=True
    )
    return (folder / "out").read_text()
