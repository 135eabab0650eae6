"""The recipes for CI and pre-commit are valid, and do what their pages say."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tesc.cli.parsers import whole_parser

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "docs/how-to/ci.md", ROOT / "docs/how-to/pre-commit.md"]
RECIPES = sorted((ROOT / "examples/ci").glob("*.yml"))
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)


def scripts(recipe: Path) -> list[str]:
    """The shell lines of a workflow, without those that install something."""
    content = yaml.safe_load(recipe.read_text("utf-8"))
    if "jobs" in content:
        lines = [step["run"] for job in content["jobs"].values() for step in job["steps"] if "run" in step]
    else:
        lines = [line for job in content.values() for line in job["script"]]
    return [line for line in lines if not line.startswith("pip install ")]


def commands(text: str) -> list[list[str]]:
    """The arguments of each call of tesc in lines for a shell."""
    found = []
    for line in text.splitlines():
        words = list(shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True))
        for number, word in enumerate(words):
            if word == "tesc" and words[max(number - 1, 0)] != "install":
                rest = words[number + 1 :]
                end = next((at for at, one in enumerate(rest) if one[0] in "|&;><()"), len(rest))
                found.append(rest[:end])
    return found


def shown() -> list[list[str]]:
    texts = [block for page in PAGES for block in blocks(page, "console")]
    texts += [line for recipe in RECIPES for line in scripts(recipe)]
    return [command for text in texts for command in commands(text)]


def test_the_recipes_are_those_on_the_page():
    on_page = blocks(PAGES[0], "yaml")
    assert sorted(on_page) == sorted(recipe.read_text("utf-8") for recipe in RECIPES)
    assert len(RECIPES) == 3


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_are_what_the_services_read(recipe, skip_without):
    program = Path(sys.executable).parent / "check-jsonschema"
    if not program.exists():
        skip_without("check-jsonschema (pip install -e '.[test]')")
    schema = SCHEMAS[recipe.stem.split("-")[0]]
    done = subprocess.run([program, "--builtin-schema", schema, recipe], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_enough_commands_are_looked_at():
    assert len(shown()) >= 10
    assert ["check", "--patch", "-"] in shown()


@pytest.mark.parametrize("command", shown(), ids=shlex.join)
def test_commands_are_accepted(command):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            whole_parser().parse_args(command)
        except SystemExit:
            pytest.fail(said.getvalue())


@pytest.mark.parametrize(
    "configuration",
    [yaml.safe_load(text) for text in blocks(PAGES[1], "yaml")],
    ids=lambda configuration: str(configuration["repos"][0]["hooks"][-1]),
)
def test_configurations_of_pre_commit(configuration, tmp_path, skip_without):
    program = Path(sys.executable).parent / "pre-commit"
    if not program.exists():
        skip_without("pre-commit (pip install -e '.[test]')")
    file = tmp_path / ".pre-commit-config.yaml"
    file.write_text(yaml.safe_dump(configuration))
    own = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    done = subprocess.run([program, "validate-config", file], capture_output=True, text=True, env=own)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    entries = {hook["id"]: hook["entry"].split() for hook in manifest}
    for hook in configuration["repos"][0]["hooks"]:
        whole_parser().parse_args([*entries[hook["id"]][1:], *hook.get("args", [])])


class TestTheyDoWhatTheySay:
    """The shell lines of each recipe, in a repository with an old finding and a branch."""

    @pytest.fixture
    def repository(self, need, tmp_path):
        folder = tmp_path / "project"
        folder.mkdir()
        environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(tmp_path),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

        def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command, cwd=run.folder, env={**environment, **more}, capture_output=True, text=True
            )

        def git(*arguments: str) -> str:
            done = run(need("git", "git"), "-c", "user.name=t", "-c", "user.email=t@t", *arguments)
            assert done.returncode == 0, done.stderr
            return done.stdout

        run.folder, run.git = folder, git
        git("init", "--quiet", "--initial-branch=main")
        (folder / "trace-events").write_text('old(void) "%m"\n')
        git("add", "--all")
        git("commit", "--quiet", "--message", "old")
        git("switch", "--quiet", "--create", "topic")
        return run

    def merged(self, repository, text: str, depth: int) -> None:
        """Add a line on the topic branch, and go to a clone of its merge, as GitHub checks it out."""
        file = repository.folder / "trace-events"
        file.write_text(text + file.read_text())
        repository.git("commit", "--quiet", "--all", "--message", "new")
        repository.git("switch", "--quiet", "main")
        repository.git("commit", "--quiet", "--allow-empty", "--message", "meanwhile")
        repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "topic")
        clone = repository.folder.parent / "clone"
        repository.git("clone", "--quiet", f"--depth={depth}", f"file://{repository.folder}", str(clone))
        repository.folder = clone

    @pytest.mark.parametrize(("text", "status", "lines"), [('new(void) "%m"\n', 1, 1), ("new(void)\n", 0, 1)])
    def test_github_annotations(self, repository, text, status, lines):
        recipe = ROOT / "examples/ci/github-annotations.yml"
        depth = yaml.safe_load(recipe.read_text())["jobs"]["check"]["steps"][0]["with"]["fetch-depth"]
        self.merged(repository, text, depth)
        (line,) = scripts(recipe)
        done = repository("bash", "-e", "-c", line)
        assert done.returncode == status
        assert len(done.stdout.splitlines()) == lines
        assert "file=trace-events,line=1," in done.stdout
        assert done.stderr == "tesc: note: 1 old finding not shown\n"

    def test_github_code_scanning(self, repository):
        (line,) = scripts(ROOT / "examples/ci/github-code-scanning.yml")
        assert repository("bash", "-e", "-c", line).returncode == 0
        assert '"ruleId": "TE405"' in (repository.folder / "tesc.sarif").read_text()
        (repository.folder / "tesc.toml").write_text("nonsense = 1\n")
        assert repository("bash", "-e", "-c", line).returncode == 1

    @pytest.mark.parametrize(("text", "status"), [('new(void) "%m"\n', 1), ("new(void)\n", 0)])
    def test_gitlab(self, repository, text, status):
        file = repository.folder / "trace-events"
        base = repository.git("rev-parse", "HEAD").strip()
        file.write_text(text + file.read_text())
        script = "\n".join(scripts(ROOT / "examples/ci/gitlab-ci.yml"))
        assert repository("bash", "-e", "-c", script).returncode == 0
        done = repository("bash", "-e", "-c", script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert done.returncode == status
        assert done.stdout.splitlines()[-1].endswith("; 1 old finding not shown")
        assert (repository.folder / "gl-code-quality-report.json").read_text().count('"fingerprint"') == 2

    def test_mails(self, repository):
        file = repository.folder / "trace-events"
        file.write_text('new(void) "%m"\n' + file.read_text())
        repository.git("commit", "--quiet", "--all", "--message", "new")
        line = next(line for line in blocks(PAGES[0], "console")[-1].splitlines() if "format-patch" in line)
        line = line.removeprefix("$ ").replace("origin/main", "main")
        done = repository("bash", "-o", "pipefail", "-c", line)
        assert done.returncode == 1
        assert "trace-events:1:12: error[TE405]" in done.stdout
