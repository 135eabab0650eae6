"""The hooks in .pre-commit-hooks.yaml, run by the real pre-commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
# A hook with `stages` runs before a push, not before a commit.
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text())}
ON_COMMIT = [name for name, hook in HOOKS.items() if "stages" not in hook]
GOOD = 'lamp_level(int level) "level %d"\n'
BAD = 'lamp_failed(void) "%m"\n'
LOOSE = 'lamp_level(int   level)   "level %d"\n'


@pytest.fixture(scope="module")
def hooks(need, tmp_path_factory):
    """A git repository of this project, for a user's configuration to name."""
    folder = tmp_path_factory.mktemp("hooks") / "tesc"
    folder.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("tesc", "docs", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = need("git", "git")
    commands = (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "--message", "all"],
    )
    for command in commands:
        subprocess.run([git, "-C", folder, *command], check=True)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The folder of pre-commit's environments, for all tests here."""
    return tmp_path_factory.mktemp("pre-commit")


class User:
    """A user's repository with pre-commit."""

    def __init__(self, folder: Path, environment: dict[str, str], hooks: Path, program: Path) -> None:
        self.folder = folder
        self.hooks = hooks
        self._environment = environment
        self._program = program

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=t", "-c", "user.email=t@t"]
        return self.run("git", *who, *arguments)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=300
        )

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        self.git("add", "--all")
        return file

    def pre_commit(self, *arguments: str | Path) -> tuple[int, str]:
        done = self.run(self._program, *arguments)
        return done.returncode, done.stdout + done.stderr

    def configure(self, written: dict) -> None:
        """Write a configuration with these hooks."""
        head = self.run("git", "-C", self.hooks, "rev-parse", "HEAD").stdout.strip()
        (repository,) = written["repos"]
        repository.update(repo=str(self.hooks), rev=head)
        self.write(".pre-commit-config.yaml", yaml.safe_dump(written))

    def hook(self, name: str, *arguments: str) -> tuple[int, str]:
        """Exit status and output of a hook."""
        return self._configured(name, *(arguments or ["--all-files"]))

    def all_hooks(self) -> tuple[int, str]:
        """The same for all hooks."""
        return self._configured("--all-files")

    def _configured(self, *arguments: str) -> tuple[int, str]:
        self.configure({"repos": [{"hooks": [{"id": name} for name in sorted(HOOKS)]}]})
        status, printed = self.pre_commit("run", *arguments)
        return status, _of_hooks(printed)


def _of_hooks(printed: str) -> str:
    return "\n".join(line for line in printed.splitlines() if not line.startswith("[INFO]")).strip()


@pytest.fixture
def user(hooks, cache, offline, tmp_path, skip_without):
    program = Path(sys.executable).parent / "pre-commit"
    if not program.exists():
        skip_without("pre-commit (pip install -e '.[test]')")
    (tmp_path / "user").mkdir()
    user = User(tmp_path / "user", {**offline, "PRE_COMMIT_HOME": str(cache)}, hooks, program)
    user.git("init", "--quiet")
    return user


def outcome(hook: str, word: str) -> str:
    name = HOOKS[hook]["name"]
    return f"{name}{'.' * (79 - len(name) - len(word))}{word}"


def test_the_manifest_is_valid(user):
    assert user.pre_commit("validate-manifest", MANIFEST) == (0, "")


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_which_files_a_hook_is_for(hook):
    wanted = re.compile(hook["files"])
    for path in ("trace-events", "hw/usb/trace-events", "guest.trace-events", "a/guest.trace-events"):
        assert wanted.search(path)
    for path in ("my-trace-events", "trace-events.in", "trace-events/README", "docs/trace-events.rst"):
        assert not wanted.search(path)
    # Without a filter by type, no file is skipped because of the type that pre-commit sees in it.
    assert hook["types"] == []
    assert not hook.keys() & {"types_or", "exclude_types", "exclude"}
    assert hook["require_serial"]


class TestAllHooks:
    def test_a_wrong_file(self, user):
        user.write("hw/trace-events", BAD)
        user.write("guest.trace-events", BAD.replace("lamp", "guest"))
        user.write("README", BAD)
        status, printed = user.all_hooks()
        assert status == 1
        for hook in ("tesc-check", "tesc-check-tree"):
            assert outcome(hook, "Failed") + f"\n- hook id: {hook}\n- exit code: 1\n" in printed
        assert outcome("tesc-fmt", "Passed") in printed
        assert printed.count("\nhw/trace-events:1:20: error[TE405]") == 2
        assert printed.count("\nguest.trace-events:1:21: error[TE405]") == 2
        assert printed.count("\n2 errors in 2 of 2 files") == 2

    def test_a_clean_one(self, user):
        user.write("hw/trace-events", GOOD)
        assert user.all_hooks() == (0, "\n".join(outcome(hook, "Passed") for hook in sorted(ON_COMMIT)))

    def test_one_that_a_hook_fixes(self, user):
        file = user.write("hw/trace-events", LOOSE)
        status, printed = user.all_hooks()
        assert status == 1
        assert printed.splitlines() == [
            outcome("tesc-check", "Passed"),
            outcome("tesc-check-tree", "Passed"),
            outcome("tesc-fmt", "Failed"),
            "- hook id: tesc-fmt",
            "- files were modified by this hook",
            "",
            "reformatted hw/trace-events",
            "1 file reformatted",
        ]
        assert file.read_text() == GOOD


class TestHooks:
    def test_a_fixed_file_passes(self, user):
        user.write("hw/trace-events", LOOSE)
        assert user.hook("tesc-fmt")[0] == 1
        user.git("add", "--all")
        assert user.hook("tesc-fmt") == (0, outcome("tesc-fmt", "Passed"))

    @pytest.mark.parametrize("hook", ON_COMMIT)
    def test_nothing_to_do(self, user, hook):
        user.write("README", BAD)
        assert user.hook(hook) == (0, outcome(hook, "(no files to check)Skipped"))

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (BAD.encode("utf-16"), "not a text file in UTF-8"),
            (BAD.replace("lamp", "l\xe4mp").encode("latin-1"), "error[TE0"),
            (b"#!/bin/sh\n" + BAD.encode(), "error[TE405]"),
        ],
    )
    def test_a_file_that_looks_like_something_else_is_not_skipped(self, user, content, said):
        user.write("hw/trace-events", content).chmod(0o755)
        status, printed = user.hook("tesc-check")
        assert status == 1
        assert said in printed

    def test_a_link_is_not_skipped(self, user):
        user.write("hw/events", BAD)
        (user.folder / "hw/trace-events").symlink_to("events")
        user.git("add", "--all")
        status, printed = user.hook("tesc-check")
        assert status == 1
        assert "hw/trace-events:1:20: error[TE405]" in printed

    def test_only_the_whole_tree_shows_a_clash_with_a_file_that_did_not_change(self, user):
        user.write("a/trace-events", GOOD)
        user.write("b/trace-events", GOOD)
        assert user.hook("tesc-check", "--files", "b/trace-events")[0] == 0
        status, printed = user.hook("tesc-check-tree", "--files", "b/trace-events")
        assert status == 1
        assert "b/trace-events:1:1: error[TE101]" in printed

    def test_many_files_are_checked_together(self, user):
        for number in range(60):
            user.write(f"hw/{number}/trace-events", GOOD.replace("lamp", f"lamp_{number % 59}"))
        _, printed = user.hook("tesc-check")
        assert printed.count("error[TE101]") == 1


def test_the_installed_hook_stops_a_commit_that_introduces_a_finding(user):
    """As docs/how-to/pre-commit.md has it for a project with old findings."""
    user.write("hw/trace-events", "".join(BAD.replace("lamp", f"lamp_{number}") for number in range(5)))
    assert user.git("commit", "--quiet", "--message", "old").returncode == 0
    page = (ROOT / "docs/how-to/pre-commit.md").read_text()
    (configuration,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", page, re.S) if "--diff-base" in text
    ]
    user.configure(yaml.safe_load(configuration))
    assert user.pre_commit("install")[0] == 0
    user.write("hw/trace-events", (user.folder / "hw/trace-events").read_text() + GOOD)
    done = user.git("commit", "--quiet", "--message", "good")
    assert done.returncode == 0, done.stderr
    user.write("hw/trace-events", (user.folder / "hw/trace-events").read_text() + BAD)
    done = user.git("commit", "--quiet", "--message", "bad")
    assert done.returncode == 1
    assert "hw/trace-events:7:20: error[TE405]" in done.stderr
    assert "1 error in 1 file; 5 old findings not shown" in done.stderr


def test_the_installed_hook_stops_a_push_that_breaks_something(user, tmp_path):
    """As docs/how-to/pre-commit.md has it for a branch of another name than main."""
    server = tmp_path / "server.git"
    user.git("init", "--quiet", "--bare", str(server))
    user.git("checkout", "--quiet", "-b", "master")
    user.git("remote", "add", "origin", str(server))
    user.write("hw/trace-events", GOOD)
    page = (ROOT / "docs/how-to/pre-commit.md").read_text()
    (configuration,) = [text for text in re.findall(r"```yaml\n(.*?)```", page, re.S) if "--against" in text]
    user.configure(yaml.safe_load(configuration))
    assert user.git("commit", "--quiet", "--message", "first").returncode == 0
    assert user.pre_commit("install", "--hook-type", "pre-push")[0] == 0

    def push(*environment: str) -> subprocess.CompletedProcess[str]:
        return user.run("env", *environment, "git", "push", "--quiet", "origin", "master")

    first = push()
    assert first.returncode == 1
    assert "unknown revision 'origin/master'" in first.stdout + first.stderr
    assert push("SKIP=tesc-breaking").returncode == 0

    renamed = GOOD.replace("lamp_level", "lamp_height")
    user.write("hw/trace-events", renamed)
    user.git("commit", "--quiet", "--message", "renamed")
    stopped = push()
    assert stopped.returncode == 1
    assert "hw/trace-events:1:1: error[TE832]" in stopped.stdout + stopped.stderr
    user.write("hw/trace-events", f"# tesc: renamed-from lamp_level\n{renamed}")
    user.git("commit", "--quiet", "--message", "approved")
    done = push()
    assert done.returncode == 0, done.stdout + done.stderr
