"""The wheel and the source archive."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import tesc

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(archives):
    (path,) = archives.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_wheel_has_everything_that_the_package_reads(wheel):
    """Files that are not Python modules are easily forgotten."""
    held = {name for name in wheel.namelist() if name.startswith("tesc/")}
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tesc").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # In the source tree, the rules' pages are elsewhere.
    source |= {f"tesc/rule_pages/{path.name}" for path in (ROOT / "docs/rules").iterdir()}
    assert {"tesc/grammar.lark", "tesc/rule_pages/TE401.md"} <= held
    assert held == source


def test_wheel_has_nothing_else(wheel):
    others = {name.split("/")[0] for name in wheel.namelist()} - {"tesc"}
    assert all(name.startswith("tesc-") and name.endswith((".dist-info", ".data")) for name in others)


def test_wheel_installs_the_scripts(wheel):
    names = wheel.namelist()
    (entries,) = [name for name in names if name.endswith("/entry_points.txt")]
    assert "tesc = tesc.cli.main:start" in wheel.read(entries).decode()
    (script,) = [name for name in names if name.endswith(".data/scripts/tesc-tracetool")]
    assert wheel.read(script).startswith(b"#!python\n")
    assert wheel.getinfo(script).external_attr >> 16 & 0o111, "not executable"


def test_wheel_runs_without_the_source_tree(wheel, tmp_path):
    wheel.extractall(tmp_path)
    (tmp_path / "trace-events").write_text('lamp(int level) "%d"\n')
    command = [sys.executable, "-m", "tesc", "tracetool", "--format=h", "--backends=log", "--group=g"]
    subprocess.run([*command, "trace-events", "out"], cwd=tmp_path, check=True)
    where = [sys.executable, "-c", "import tesc; print(tesc.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == tmp_path / "tesc" / "__init__.py"
    assert "trace_lamp" in (tmp_path / "out").read_text()


def test_source_archive_can_be_tested(archives):
    (path,) = archives.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "tesc/grammar.lark", "tests/run"}
    assert (
        needed
        | {".pre-commit-hooks.yaml", "docs/rules/TE401.md", "scripts/tesc-tracetool", "tests/conftest.py"}
        <= names
    )


def test_source_archive_has_nothing_that_git_ignores(archives, need):
    """The build reads only the root's .gitignore, so that one must have everything."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a clone")
    (path,) = archives.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = "\n".join(name.partition("/")[2] for name in archive.getnames())
    asked = [need("git", "git"), "check-ignore", "--stdin", "--no-index"]
    ignored = subprocess.run(asked, cwd=ROOT, input=names, capture_output=True, text=True)
    assert (ignored.stdout, ignored.stderr) == ("", "")


def test_version_is_that_of_the_package(wheel):
    done = subprocess.run([sys.executable, "-m", "tesc", "--version"], capture_output=True, text=True)
    assert done.stdout == f"tesc {tesc.__version__}\n"
    assert Path(str(wheel.filename)).name.startswith(f"tesc-{tesc.__version__}-")
