"""tesc calls git so that a checkout's own configuration starts no program.

The programs that it would start are harmless: they only create a file.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tesc import git as tesc_git
from tesc.files import find_files

EVENT = 'x(int a) "a %d"\n'
# The values of keys whose value is not just the program's name.
VALUES = {
    "remote.*.url": "ext::{program}",
    "remote.*.vcs": "marker",
    "submodule.*.update": "!{program}",
    "alias.*": "!{program}",
}
NAMED = {"*": "marked", "alias.*": "alias.ls-files", "pager.*": "pager.ls-files"}


class Trap:
    """A checkout in which each key of tesc.git.RUNNING names a program that records that it ran."""

    def __init__(self, folder: Path, git: str) -> None:
        self.top = folder / "tree"
        self.traces = folder / "traces"
        self.program = folder / "program"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >>{self.traces}\ncat\n')
        self.program.chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PAGER_IN_USE": "1",
            **{f"GIT_{who}_{what}": "t@t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.git_program = git
        self.top.mkdir()
        self.git("init", "-q")
        for name in ("trace-events", "old.trace-events", "gone.trace-events"):
            (self.top / name).write_text(EVENT.replace("x", Path(name).stem.replace("-", "_")) * 9)
        (self.top / "use.c").write_text("void f(void) { trace_x(1); }\n")
        self.git("add", ".")
        self.git("commit", "-qm", "one")
        self.arm()
        (self.top / ".gitattributes").write_text("* filter=marked diff=marked merge=marked\n")
        (self.top / "old.trace-events").rename(self.top / "new.trace-events")
        (self.top / "trace-events").write_text(EVENT + "y(void)\n")

    def git(self, *arguments: str) -> None:
        subprocess.run([self.git_program, "-C", self.top, *arguments], env=self.environment, check=True)

    def arm(self) -> None:
        for key in tesc_git.RUNNING:
            value = VALUES.get(key, "{program}").format(program=self.program)
            if key == "core.hooksPath":
                value = str(self.top / ".git" / "marked-hooks")
                Path(value).mkdir()
                for hook in (
                    "post-index-change",
                    "pre-auto-gc",
                    "fsmonitor-watchman",
                    "reference-transaction",
                ):
                    (Path(value) / hook).symlink_to(self.program)
            name = NAMED.get(key) or key.replace("*", NAMED["*"])
            self.git("config", name, value)
        for key in ("remote.marked.promisor", "filter.marked.required", "protocol.ext.allow"):
            self.git("config", key, "always" if "ext" in key else "true")

    def ran(self) -> str:
        return self.traces.read_text() if self.traces.exists() else ""

    def tesc(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "tesc", *arguments]
        done = subprocess.run(command, cwd=cwd or self.top, env=self.environment, capture_output=True)
        assert b"internal error" not in done.stderr, done.stderr
        return done


@pytest.fixture
def trap(tmp_path, need):
    return Trap(tmp_path, need("git", "git"))


COMMANDS = [
    ("check",),
    ("check", "--sources", "."),
    ("check", "--diff-base", "HEAD"),
    ("check", "--sources", "--diff-base", "HEAD"),
    ("fmt", "--check"),
    ("fmt", "--diff", "."),
    ("gen", "--out", "out"),
    ("list", "trace-events"),
]


def test_the_trap_works(trap):
    """The programs that git runs if nothing prevents it."""
    subprocess.run([trap.git_program, "-C", trap.top, "ls-files", "--others"], env=trap.environment)
    assert trap.ran()
    trap.traces.unlink()
    command = ["-c", "core.fsmonitor=false", "diff", "--name-only", "HEAD"]
    subprocess.run([trap.git_program, "-C", trap.top, *command], env=trap.environment, capture_output=True)
    assert trap.ran()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_runs_what_a_tree_configures(trap, command):
    trap.tesc(*command)
    assert trap.ran() == ""


def test_a_change_is_still_seen(trap):
    checkout = tesc_git.Checkout(str(trap.top))
    commit = checkout.base("HEAD")
    assert checkout.renamed_since(commit) == {}  # git does not know the new file yet
    assert {"trace-events", "old.trace-events"} <= checkout.changed_since(commit)
    assert trap.ran() == ""


def test_a_missing_object_is_not_fetched(trap):
    for loose in (trap.top / ".git" / "objects").rglob("*"):
        if loose.is_file() and loose.parent.name not in ("pack", "info"):
            loose.chmod(0o600)
    blob = subprocess.run(
        [
            trap.git_program,
            "-C",
            trap.top,
            "-c",
            "core.fsmonitor=false",
            "rev-parse",
            "HEAD:gone.trace-events",
        ],
        env=trap.environment,
        capture_output=True,
        text=True,
    ).stdout.strip()
    trap.git("config", "extensions.partialClone", "marked")
    trap.git("config", "core.repositoryFormatVersion", "1")
    trap.traces.unlink(missing_ok=True)
    (trap.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    reader = tesc_git.Checkout(str(trap.top)).reader()
    with pytest.raises(tesc_git.GitError):
        reader.read(blob.encode())
    reader.close()
    assert trap.ran() == ""


def embed(trap: Trap, folder: Path) -> None:
    """Turn a folder below the top into a bare repository with a work tree and a program."""
    (folder / "objects").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    config = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n"
    config += f"\tfsmonitor = {trap.program}\n"
    (folder / "config").write_text(config)
    (folder / "trace-events").write_text(EVENT)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_runs_what_an_embedded_bare_repository_configures(trap, command):
    folder = trap.top / "sub"
    embed(trap, folder)
    (trap.top / ".git" / "config").unlink()
    trap.git("config", "core.bare", "false")
    subprocess.run([trap.git_program, "-C", folder, "ls-files"], env=trap.environment, capture_output=True)
    assert trap.ran(), "the trap does not work"
    trap.traces.unlink()
    trap.tesc(*command, cwd=folder)
    assert trap.ran() == ""
    assert tesc_git.listed(str(folder)) is None
    assert find_files(str(folder)) == [str(folder / "trace-events")]


def _initialize(trap: Trap, options: dict[str, object]) -> bytes:
    def message(**content: object) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    params = {
        "processId": None,
        "rootUri": trap.top.as_uri(),
        "capabilities": {},
        "initializationOptions": options,
    }
    symbols = {"textDocument": {"uri": (trap.top / "trace-events").as_uri()}}
    sent = [
        message(id=1, method="initialize", params=params),
        message(method="initialized", params={}),
        message(id=2, method="workspace/symbol", params={"query": "new"}),
        message(id=3, method="textDocument/documentSymbol", params=symbols),
        message(id=4, method="shutdown"),
        message(method="exit"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tesc", "lsp"],
        cwd=trap.top,
        env={**trap.environment, "PATH": f"{trap.top.parent}:{os.environ['PATH']}"},
        input=b"".join(sent),
        capture_output=True,
        timeout=60,
    )
    return done.stdout


def test_the_server_runs_nothing_either(trap):
    assert b'"id":1' in _initialize(trap, {}).replace(b" ", b"")
    assert trap.ran() == ""


@pytest.mark.parametrize(("trusted", "called"), [(None, True), (True, True), (False, False)])
def test_in_a_workspace_that_is_not_trusted_the_server_calls_no_git(trap, trusted, called):
    """Instead of git, a program that says that it was called."""
    (trap.top.parent / "git").symlink_to(trap.program)
    _initialize(trap, {} if trusted is None else {"trusted": trusted})
    assert bool(trap.ran()) is called


def test_git_that_does_not_answer_is_stopped(trap, monkeypatch):
    slow = trap.top.parent / "git"
    slow.write_text("#!/bin/sh\nexec sleep 300\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(tesc_git, "TIME_LIMIT", 0.2)
    assert tesc_git.listed(str(trap.top)) is None
    with pytest.raises(tesc_git.GitError, match="did not answer"):
        tesc_git.Checkout(str(trap.top))


def test_a_process_that_the_system_refuses(trap, monkeypatch):
    """What was refused is said; the list of files is read without git then."""
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    def refuse(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "posix_spawnp", refuse, raising=False)
    said = "git cannot be started: Resource temporarily unavailable"
    for start in (tesc_git.Checkout, tesc_git.BlobReader):
        with pytest.raises(tesc_git.GitError, match=said):
            start(str(trap.top))
    assert tesc_git.listed(str(trap.top)) is None
    monkeypatch.setattr(os, "pipe", refuse)
    assert tesc_git.listed(str(trap.top)) is None
    assert not before or len(os.listdir("/proc/self/fd")) == before


def test_modules_of_the_working_folder_are_not_imported(tmp_path):
    """`python -m tesc` puts the working folder first in the module path, before tesc starts."""
    traces = tmp_path / "traces"
    marker = f"open({str(traces)!r}, 'a').write(__name__)\n"
    for name in ("lark", "jsonschema", "lsprotocol", "tomli", "bisect", "argparse", "plugin"):
        (tmp_path / f"{name}.py").write_text(marker)
    info = tmp_path / "plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[tesc.backends]\nmarked = plugin:Backend\n")
    (tmp_path / "trace-events").write_text(EVENT)
    (tmp_path / "tesc.toml").write_text("max-args = 3\n")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for words in (["check"], ["gen", "--out", "out", "--backends", "marked"], ["gen", "--out", "out"]):
        subprocess.run([sys.executable, "-m", "tesc", *words], cwd=tmp_path, env=environment)
    assert not traces.exists()
