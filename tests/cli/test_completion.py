"""`tesc completion`: the scripts run in the real shells."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from tesc.analysis.registry import all_rules
from tesc.cli import completion
from tesc.cli.parsers import commands, whole_parser

CODES = [rule.code for rule in all_rules()]
NAMES = [rule.name for rule in all_rules()]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The scripts of all shells, by shell."""
    folder = tmp_path_factory.mktemp("scripts")
    paths = {}
    for shell in completion.SHELLS:
        paths[shell] = folder / f"tesc.{shell}"
        paths[shell].write_text(completion.script(shell))
    return paths


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "hw").mkdir()
    for name in ("trace-events", "other.txt", "my events.trace-events", "hw/qapi.trace-events", "hw/a.c"):
        (tmp_path / name).write_text("a(void)\n")
    return tmp_path


# Each is a list of words, of which the last one is to be completed, and what is offered for it. These
# cases are the same in several shells.
CASES = [
    (["che"], ["check"]),
    (["check", "--output-f"], ["--output-format"]),
    (["fmt", "--ch"], ["--check"]),
    (["list", "--format", ""], ["text", "json", "names"]),
    (["completion", ""], ["bash", "zsh", "fish"]),
    (["check", "--color", "al"], ["always"]),
    (["explain", "TE70"], [code for code in CODES if code.startswith("TE70")]),
    (["explain", "not-f"], [name for name in NAMES if name.startswith("not-f")]),
    (["check", "--select", "TE001,TE701,syn"], ["TE001,TE701,syntax-error"]),
    (["check", "--ignore", "not-form"], ["not-formatted"]),
    (["tracetool", "--format", "log"], ["log-stap"]),
    (["tracetool-classic", "--target-t"], ["--target-type"]),
    (["gen", "--backe"], ["--backends"]),
    (["check", "hw/"], ["hw/qapi.trace-events"]),
]


@pytest.fixture
def shell(need):
    """A function that returns a shell's path."""
    return lambda name: need(name, name)


def bash(shell, scripts, words, cwd):
    """What bash offers for the last word, after splitting words as bash does."""
    typed = ["tesc", *words]
    code = f"""
        source {shlex.quote(str(scripts["bash"]))}
        COMP_WORDS=({" ".join(map(shlex.quote, typed))}) COMP_CWORD={len(typed) - 1}
        complete -p tesc | grep -q -- '-F _tesc ' || exit 1
        _tesc tesc
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    command = [shell("bash"), "--norc", "-u", "-c", code]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize(("words", "expected"), CASES, ids=lambda value: " ".join(value)[:40])
def test_bash(shell, scripts, tree, words, expected):
    assert sorted(bash(shell, scripts, words, tree)) == sorted(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["check", "--output-format", "=", "js"], ["json"]),
        (["check", "--select", "=", "not-f"], ["not-formatted"]),
        (["completion", "ba"], ["bash"]),
        (["list", "--format", "="], ["text", "json", "names"]),
        (["list", "--format", "=", "json", "tr"], ["trace-events"]),
        (["check", "m"], ["my events.trace-events"]),
        (["check", ""], ["hw", "my events.trace-events", "trace-events"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_bash_as_it_splits_words(shell, scripts, tree, words, expected):
    assert sorted(bash(shell, scripts, words, tree)) == sorted(expected)


@pytest.mark.parametrize(("words", "expected"), CASES, ids=lambda value: " ".join(value)[:40])
def test_fish(shell, scripts, tree, words, expected):
    line = " ".join(["tesc", *words])
    code = f"source {shlex.quote(str(scripts['fish']))}; complete -C {shlex.quote(line)}"
    command = [shell("fish"), "--no-config", "-c", code]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert sorted(line.split("\t")[0] for line in done.stdout.splitlines()) == sorted(expected)


@pytest.mark.parametrize("name", completion.SHELLS)
def test_a_shell_can_read_its_script(shell, scripts, name):
    subprocess.run([shell(name), "-n", str(scripts[name])], check=True, stdin=subprocess.DEVNULL)


def test_zsh_finds_it_by_its_first_line(scripts):
    text = scripts["zsh"].read_text()
    assert text.startswith("#compdef tesc\n")
    assert "*--select[" in text and ":RULE,...:_tesc_rules" in text


@pytest.mark.parametrize("name", completion.SHELLS)
def test_every_command_is_completed(scripts, name):
    text = scripts[name].read_text()
    for command, purpose, _ in commands(whole_parser()):
        assert command in text
        assert purpose, f"{command} has no help"


def test_command_line():
    command = [sys.executable, "-m", "tesc", "completion"]
    done = subprocess.run([*command, "bash"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == completion.script("bash")
    assert subprocess.run([*command, "tcsh"], capture_output=True).returncode == 2
