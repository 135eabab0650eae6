"""A git repository that tests change, and in which they run tesc."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli.running import Ran, run_in

BAD = '{}(void) "%m"\n'
GOOD = '{}(int level) "level %d"\n'


class Repository:
    """A git repository in which tesc runs; both read only the repository's own configuration."""

    def __init__(self, git: str, folder: Path, home: Path) -> None:
        self.git_program = git
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "t@t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def git(self, *arguments: str) -> str:
        return self.git_bytes(*arguments).decode()

    def git_bytes(self, *arguments: str) -> bytes:
        command = [self.git_program, "-c", "init.defaultBranch=main", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, check=True)
        return done.stdout

    def write(self, path: str, text: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def commit(self, **files: str) -> None:
        for path, text in files.items():
            self.write(f"{path}/trace-events", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "more")

    def check(
        self, *arguments: str, data: str | bytes = b"", folder: str = ".", **environment: str
    ) -> tuple[int, list[str], list[str]]:
        """Exit status, findings without their messages, and standard error."""
        ran = self.run("--output-format", "concise", *arguments, data=data, folder=folder, **environment)
        found = [line.split("]")[0] + "]" for line in ran.findings]
        return ran.status, found, ran.err.splitlines()

    def run(self, *arguments: str, data: str | bytes = b"", folder: str = ".", **environment: str) -> Ran:
        data = data.encode() if isinstance(data, str) else data
        before = os.getcwd()
        os.chdir(self.folder / folder)
        try:
            return run_in({**self.environment, **environment}, "check", *arguments, data=data)
        finally:
            os.chdir(before)


def old(number: int) -> list[str]:
    return [f"tesc: note: {number} old finding{'s' if number > 1 else ''} not shown"]
