"""The pages' commands, run as printed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


commands = _load(Path(__file__).parent / "commands.py")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *DOCS.rglob("*.md"))
    if commands.blocks(path.read_text("utf-8"))
)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder like a clone, with a .venv that has the programs of this Python."""
    folder = tmp_path / "tesc"
    for name in ("examples", "benchmarks", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("build", "__pycache__"))
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    packages = tmp_path / "packages"
    for name, words in {
        "python": "",
        "pip": "-m pip",
        "tesc": "-m tesc",
        "tesc-tracetool": "-m tesc tracetool",
    }.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        program.chmod(0o755)
    (programs / "activate").write_text(f'export PATH="{programs}:$PATH"\n')
    # Programs that are installed next to Python, such as meson, are found, too.
    path = (str(programs), os.environ["PATH"], os.path.dirname(sys.executable))
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    monkeypatch.setenv("PYTHONPATH", f"{packages}{os.pathsep}{ROOT}")
    for name in ("MAKEFLAGS", "MAKELEVEL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # Packages are installed into a separate folder, and nothing is fetched.
    monkeypatch.setenv("PIP_TARGET", str(packages))
    for name in ("NO_INDEX", "NO_DEPS", "DISABLE_PIP_VERSION_CHECK"):
        monkeypatch.setenv(f"PIP_{name}", "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # pip's spelling of --no-build-isolation
    monkeypatch.setenv("HOME", str(tmp_path))
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_page(page, clone, tmp_path, skip_without):
    state = tmp_path / "state"
    state.mkdir()
    shell = commands.Shell(clone, state, dict(os.environ))
    lacking = commands.run(ROOT / page, shell)
    if lacking:
        skip_without(", ".join(lacking))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_says_why(page):
    """Few blocks may be left out, each with a reason that is true everywhere."""
    left_out = [block for block in commands.blocks((ROOT / page).read_text("utf-8")) if block.not_run]
    assert len(left_out) <= 2
    assert all(len(block.not_run.split()) >= 3 for block in left_out)


class TestRunner:
    """The runner finds stale pages."""

    @pytest.fixture
    def page(self, tmp_path):
        def write(text: str) -> Path:
            path = tmp_path / "page.md"
            path.write_text(text)
            return path

        return write

    @pytest.fixture
    def shell(self, tmp_path):
        state = tmp_path / "state"
        state.mkdir()
        return commands.Shell(tmp_path, state, dict(os.environ))

    @pytest.mark.parametrize(
        "text",
        [
            "```console\n$ echo one\none\n```",
            "```console\n$ echo one; echo two; echo three\none\n...\nthree\n```",
            "```console\n$ echo one two three\none ... three\n```",
            "<!-- status: 3 -->\n```console\n$ true\n$ (exit 3)\n```",
            "```console\n$ cat <<'END'\n> one\n>\n> two\n> END\none\n\ntwo\n```",
            "- text\n\n  ```console\n  $ echo one\n  one\n  ```",
            "```console\n$ mkdir a; cd a; export V=1\n```\n```console\n$ basename $PWD; echo $V\na\n1\n```",
            "<!-- before: echo 1 > a -->\n```console\n$ cat a\n1\n```",
            "<!-- not run: nobody can -->\n```console\n$ false\n```",
            "<!-- needs: network -->\n```console\n$ false\n```",
            "```text\n$ false\n```",
        ],
    )
    def test_good(self, page, shell, text):
        assert commands.run(page(text + "\n"), shell) == []

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("```console\n$ echo one\ntwo\n```", "prints\none\n"),
            ("```console\n$ echo one; echo two\none\n```", "prints\none\ntwo\n"),
            ("```console\n$ true\none\n```", "The page shows\none\n"),
            ("```console\n$ false\n```", "ends with status 1, not 0"),
            ("<!-- status: 1 -->\n```console\n$ true\n```", "ends with status 0, not 1"),
            ("```console\n$ echo one >&2\ntwo\n```", "prints\none\n"),
        ],
    )
    def test_stale(self, page, shell, text, says):
        with pytest.raises(commands.Stale) as caught:
            commands.run(page(text + "\n"), shell)
        assert "page.md:" in str(caught.value)
        assert says in str(caught.value)

    def test_what_is_missing(self, page, shell):
        text = "<!-- needs: no-such-program -->\n```console\n$ false\n```\n```console\n$ false\n```\n"
        assert commands.run(page(text), shell) == ["no-such-program"]


def test_pages_can_be_followed_one_after_the_other():
    """Each page works in its own folder next to the clone, and returns."""
    made = []
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        folders = re.findall(r"^\$ (?:cp -r \S+|mkdir) (\.\./\S+) && cd", text, re.M)
        assert not folders or text.count("\n$ cd ../tesc\n") == len(folders), page
        made += folders
    assert len(made) >= 6
    assert len(made) == len(set(made))
