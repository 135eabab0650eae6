"""Commands whose output nobody reads to the end, and options that cannot be combined."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tesc.cli.main import main

UGLY = 'foo( int  a )"a %d"\n'


def through_head(*arguments: str, cwd) -> int:
    """The exit status of a command whose output is closed after its first line."""
    script = '"$@" | head -1 >/dev/null; exit ${PIPESTATUS[0]}'
    command = ["bash", "-c", script, "bash", sys.executable, "-m", "tesc", *arguments]
    return subprocess.run(command, cwd=cwd, stderr=subprocess.DEVNULL).returncode


@pytest.fixture
def many(tmp_path):
    for number in range(60):
        # Long names, so that the output does not fit into a pipe.
        folder = tmp_path / f"{number:02}{'x' * 200}"
        folder.mkdir()
        (folder / "trace-events").write_text(UGLY)
    return tmp_path


def test_all_files_are_formatted(many):
    assert through_head("fmt", cwd=many) == 0
    assert {path.read_text() for path in many.glob("*/trace-events")} == {'foo(int a) "a %d"\n'}


@pytest.mark.parametrize("arguments", [["fmt", "--check"], ["fmt", "--diff"], ["check", "--select", "TE101"]])
def test_the_status_is_kept(many, arguments):
    assert through_head(*arguments, cwd=many) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes requires --fix or --diff"),
        (["--fix", "--write-baseline", "b"], "--write-baseline cannot be combined with --fix or --diff"),
    ],
)
def test_options_that_cannot_be_combined(tmp_path, capfd, arguments, message):
    (tmp_path / "trace-events").write_text(UGLY)
    assert main(["check", *arguments, str(tmp_path)]) == 2
    assert capfd.readouterr() == ("", f"tesc: error: {message}\n")
    assert (tmp_path / "trace-events").read_text() == UGLY
