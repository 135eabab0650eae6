"""The extension and its tools: Node, its packages, and VS Code itself, which code-server serves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "editors" / "vscode"
INSTALLER = EXTENSION / "test" / "install-code-server"
# Where code-server was installed; before the tests get a cache of their own.
INSTALLED = Path(
    subprocess.run([INSTALLER, "--where"], capture_output=True, text=True, check=True).stdout.strip()
)

CALLS = """\
static uint64_t heater_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    Heater *heater = opaque;

    trace_heater_read(addr, heater->watts, size);
    return heater->watts;
}

static void heater_mmio_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    Heater *heater = opaque;

    trace_heater_write(addr, value, size);
    trace_heater_power(heater->watts, value);
    heater->watts = value;
}

static void heater_reset_hold(Heater *heater)
{
    trace_heater_reset(heater);
    trace_heater_power(heater->watts, 0);
    heater->watts = 0;
}

static void thermostat_tick(Thermostat *stat)
{
    trace_thermostat_target(stat, stat->target);
    trace_thermostat_poll(stat->celsius);
    if (trace_event_get_state_backends(TRACE_THERMOSTAT_REACHED) && stat->celsius >= stat->target) {
        trace_thermostat_reached(stat->celsius, thermostat_ms_since_start(stat));
    }
}
"""


class Npm(NamedTuple):
    """Where and how the extension's programs run: its folder, and an environment with a recent Node."""

    folder: Path
    env: dict[str, str]

    def run(
        self, *command: str | Path, timeout: float = 1200, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def script(self, name: str, *args: str | Path) -> str:
        """Run a script of package.json, and return what it prints."""
        done = self.run("npm", "run", "--silent", name, "--", *args)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def npm(need, skip_without):
    """The extension with its packages installed as package-lock.json has them."""
    env = dict(os.environ, npm_config_update_notifier="false")
    env["PATH"] = os.pathsep.join([str(INSTALLED / "node" / "bin"), env["PATH"]])
    need("npm", "npm")
    said = subprocess.run(["node", "--version"], env=env, capture_output=True, text=True).stdout
    if not said or int(said[1:].split(".")[0]) < 20:
        skip_without(
            f"Node 20 (editors/vscode/test/install-code-server brings one), only {said.strip() or 'none'}"
        )
    npm = Npm(EXTENSION, env)
    installed, wanted = EXTENSION / "node_modules" / ".package-lock.json", EXTENSION / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        done = npm.run("npm", "ci")
        if done.returncode != 0:
            skip_without(f"the extension's packages (npm ci: {done.stderr.strip()[-500:]})")
        installed.touch()
    return npm


@pytest.fixture(scope="session")
def suite(npm):
    """The script that runs a suite in the extension host."""
    npm.script("build:tests")
    return EXTENSION / "out" / "suite" / "index.js"


@pytest.fixture(scope="session")
def vsix(npm, once, skip_without):
    """The packed extension, with its own tesc."""

    def pack(folder: Path) -> None:
        # Looking for secrets in each file takes longer than everything else.
        options = ["--allow-package-all-secrets", "--allow-package-env-file"]
        done = npm.run(EXTENSION / "pack", folder / "tesc.vsix", *options, PYTHON=sys.executable)
        if "connection" in done.stderr.lower():
            skip_without("package index to get wheels from")
        assert done.returncode == 0, done.stdout + done.stderr

    return once("vsix", pack) / "tesc.vsix"


@pytest.fixture(scope="session")
def bare_vsix(vsix, tmp_path_factory):
    """The packed extension without a tesc of its own."""
    bare = tmp_path_factory.mktemp("bare") / "tesc.vsix"
    with zipfile.ZipFile(vsix) as packed, zipfile.ZipFile(bare, "w") as kept:
        for name in packed.namelist():
            if not name.startswith("extension/server/"):
                kept.writestr(name, packed.read(name))
    return bare


@pytest.fixture(scope="session")
def vscode(npm, browser, skip_without, installed):
    """A function that runs a script of test/e2e with a job; tesc is on PATH, or not installed."""
    if not (INSTALLED / "complete").exists():
        skip_without("code-server (run editors/vscode/test/install-code-server)")
    node = INSTALLED / "node" / "bin" / "node"
    entry = INSTALLED / "node_modules" / "code-server" / "out" / "node" / "entry.js"
    tesc = installed("tesc")

    def run(script: str, job: dict[str, object], has_tesc: bool = True, **env: str):
        job = {"codeServer": str(entry), "chromium": browser, **job}
        others = [
            folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "tesc").exists()
        ]
        path = os.pathsep.join([str(tesc.parent), *others] if has_tesc else others)
        return npm.run(node, f"test/e2e/{script}", json.dumps(job), PATH=path, **env)

    return run


@pytest.fixture
def kettle(tmp_path):
    return make_kettle(tmp_path / "kettle")


def make_kettle(folder: Path) -> Path:
    """A workspace: the example with its mistakes, a C file that calls its events, a file that includes."""
    shutil.copytree(ROOT / "examples" / "kettle", folder)
    (folder / "trace-events").write_text('include "net/trace-events" prefix house_\n')
    (folder / "heater" / "heater.c").write_text(CALLS)
    return folder
