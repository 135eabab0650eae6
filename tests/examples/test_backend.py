"""The backend of another package: `tesc gen` and `tesc tracetool` find it by its entry point."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "backend"
STUBS = ROOT / "tests" / "codegen" / "stubs"

MAIN = """\
#include "trace-root.h"
#include "trace/ring.h"

int main(void)
{
    trace_enable_events("*");
    for (int i = 0; i < 6; i++) {
        trace_lamp_level(i, "dim");
    }
    trace_ring_dump(stdout);
    return 0;
}
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory, skip_without):
    """A folder with the example installed, as by `pip install`."""
    for module in ("pip", "hatchling"):
        if importlib.util.find_spec(module) is None:
            skip_without(f"the Python package {module}")
    folder = tmp_path_factory.mktemp("target")
    source = tmp_path_factory.mktemp("source") / "backend"
    shutil.copytree(EXAMPLE, source)  # builds may leave files
    options = ["--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check", "-q"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def tesc(target, tmp_path, monkeypatch):
    """A function that runs tesc with the example installed."""
    monkeypatch.chdir(tmp_path)
    Path("trace-events").write_text(
        'lamp_level(int level, const char *how) "level %d, %s"\ndisable off(void) ""\n'
    )

    def run(*words: str, path: tuple[Path, ...] = (target, ROOT)) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
        command = [sys.executable, "-m", "tesc", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_gen(tesc, need):
    done = tesc("gen", "--out=.", "--backends=ring,log", "--formats=h,c,rs", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    header = Path("trace-root.h").read_text()
    assert '#line 1 "trace-events"\n        trace_ring_add("lamp_level "' in header
    assert "qemu_log(" in header
    Path("main.c").write_text(MAIN)
    sources = ["main.c", "trace-root.c", EXAMPLE / "c" / "ring.c", STUBS / "runtime.c"]
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{EXAMPLE / 'c'}", f"-I{STUBS}", "-I."]
    subprocess.run([need("gcc", "gcc"), *flags, *sources, "-o", "main"], check=True)
    printed = subprocess.run(["./main"], capture_output=True, text=True, check=True).stdout
    assert printed == "".join(f"lamp_level level {level}, dim\n" for level in range(2, 6))


def test_gen_never_trusts_an_old_run_of_it(tesc):
    """tesc cannot know what else such a backend reads."""
    for expected in ("4 of 4 files written\n", "0 of 4 files written\n"):
        assert tesc("gen", "--out=.", "--backends=ring", "--formats=h,c,rs").stdout == expected


def test_tracetool(tesc):
    assert tesc("tracetool", "--check-backends", "--backends=ring,log").returncode == 0
    done = tesc("tracetool", "--format=h", "--backends=ring", "--group=root", "trace-events", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "trace_ring_add(" in Path("out").read_text()
    # QEMU's build compares this list with its own.
    assert "ring" not in tesc("tracetool", "--list-backends").stdout


def test_without_it(tesc):
    done = tesc("gen", "--out=.", "--backends=ring", path=(ROOT,))
    assert done.returncode == 2
    assert done.stderr.startswith("tesc: error: unknown backend: ring (tesc has nop, ")
    assert tesc("tracetool", "--check-backends", "--backends=ring", path=(ROOT,)).returncode == 1


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("broken = nowhere_at_all:X", "'broken' (nowhere_at_all:X) can't be loaded: ModuleNotFoundError"),
        ("broken = os:getcwd", "'broken' (os:getcwd) is not a tesc.codegen.qemu.backends.base.Backend"),
        ("log = os:getcwd", None),
    ],
)
def test_entry_points_that_lead_nowhere(tesc, tmp_path, entry, says):
    info = tmp_path / "other" / "other-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[tesc.backends]\n{entry}\n")
    name = entry.split()[0]
    done = tesc("gen", "--out=out", f"--backends={name}", path=(tmp_path / "other", ROOT))
    tool = ("tracetool", "--format=h", f"--backends={name}", "--group=g", "trace-events", "one")
    other = tesc(*tool, path=(tmp_path / "other", ROOT))
    if says is None:  # the names of tesc's own backends cannot be used
        assert (done.returncode, other.returncode) == (0, 0)
        return
    assert (done.returncode, other.returncode) == (2, 1)
    assert says in done.stderr and len(done.stderr.splitlines()) == 1
    assert says in other.stderr
