"""`tesc completion`: the scripts run in the real shells."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading

import pytest

from tesc.analysis.registry import all_rules
from tesc.cli import completion
from tesc.cli.parsers import commands, whole_parser
from tesc.codegen.tree.plan import FORMATS

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
def tree(tmp_path, installed, monkeypatch):
    """A working folder; the scripts find tesc in PATH, where they ask for the events below that folder."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(installed("tesc").parent), os.environ["PATH"]]))
    (tmp_path / "hw").mkdir()
    for name in ("trace-events", "other.txt", "my events.trace-events", "hw/qapi.trace-events", "hw/a.c"):
        (tmp_path / name).write_text("a(void)\n")
    (tmp_path / "hw" / "trace-events").write_text("lamp_on(void)\nlamp_off(void)\nfan(void)\n")
    return tmp_path


# Each is a list of words, of which the last one is to be completed, and what is offered for it. These
# cases are the same in several shells.
CASES = [
    (["che"], ["check"]),
    (["check", "--output-f"], ["--output-format"]),
    (["fmt", "--ch"], ["--check"]),
    (["list", "--format", ""], ["text", "json", "names"]),
    (["completion", ""], ["bash", "zsh", "fish", "events"]),
    (["check", "--color", "al"], ["always"]),
    (["explain", "TE70"], [code for code in CODES if code.startswith("TE70")]),
    (["explain", "not-f"], [name for name in NAMES if name.startswith("not-f")]),
    (["check", "--select", "TE001,TE701,syn"], ["TE001,TE701,syntax-error"]),
    (["check", "--ignore", "not-form"], ["not-formatted"]),
    (["tracetool", "--format", "log"], ["log-stap"]),
    (["tracetool-classic", "--target-t"], ["--target-type"]),
    (["gen", "--backe"], ["--backends"]),
    (["gen", "--backends", "lo"], ["log"]),
    (["gen", "--backends", "log,si"], ["log,simple"]),
    (["gen", "--backends", "log,s"], ["log,simple", "log,syslog"]),
    (["gen", "--formats", "h,"], [f"h,{one}" for one in FORMATS]),
    (["gen", "--formats", "h,c,r"], ["h,c,rs"]),
    (["tracetool", "--backends", "log,dt"], ["log,dtrace"]),
    (["check", "hw/"], ["hw/qapi.trace-events", "hw/trace-events"]),
    (["refs", "lamp_"], ["lamp_off", "lamp_on"]),
    (["rename", "f"], ["fan"]),
    (["list", "trace-events", "fa"], ["fan"]),
    (["decode", "--event", "fan,lamp_o"], ["fan,lamp_off", "fan,lamp_on"]),
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
        (["gen", "--formats", "=", "h,r"], ["h,rs"]),
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


# What zsh makes of a line when TAB is pressed; it completes only in a terminal.
ZSH_CASES = {
    "tesc che": "tesc check ",
    "tesc check trace-events hw/trace-events hw/q": (
        "tesc check trace-events hw/trace-events hw/qapi.trace-events "
    ),
    "tesc check hw/q": "tesc check hw/qapi.trace-events ",
    "tesc refs fa": "tesc refs fan ",
    "tesc bpftrace fan lamp_of": "tesc bpftrace fan lamp_off ",
    "tesc decode --event=fan,lamp_on": "tesc decode --event=fan,lamp_on ",
    "tesc check --select TE001,syn": "tesc check --select TE001,syntax-error ",
    "tesc check --select=TE001,syn": "tesc check --select=TE001,syntax-error ",
    "tesc check --output-f": "tesc check --output-format=",
    "tesc check --output-format=sar": "tesc check --output-format=sarif ",
    "tesc check --output-format sar": "tesc check --output-format sarif ",
    "tesc check -Ihw": "tesc check -Ihw/",
    "tesc decode --events=other": "tesc decode --events=other.txt ",
    "tesc decode --unti": "tesc decode --until=",
    "tesc decode -e x --foll": "tesc decode -e x --follow ",
    "tesc fmt --ch": "tesc fmt --check ",
    "tesc guest rec": "tesc guest receive ",
    "tesc gen --formats h,r": "tesc gen --formats h,rs ",
    "tesc gen --formats=h,c,r": "tesc gen --formats=h,c,rs ",
    "tesc gen --backends log,si": "tesc gen --backends log,simple ",
    "tesc tracetool --backends=log,dt": "tesc tracetool --backends=log,dtrace ",
}


def test_zsh(shell, scripts, tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zsh")
    (folder / "_tesc").write_text(scripts["zsh"].read_text())
    (folder / ".zshrc").write_text(f"""
        fpath=({shlex.quote(str(folder))} $fpath); autoload -U compinit; compinit -u -D
        complete-all() {{
          for line in {" ".join(map(shlex.quote, ZSH_CASES))}; do
            BUFFER=$line CURSOR=$#line
            zle complete-word
            print -r -- "$line|$BUFFER" >> {shlex.quote(str(folder / "lines"))}
          done
          BUFFER=exit
          zle accept-line
        }}
        zle -N zle-line-init complete-all
    """)
    ours, theirs = os.openpty()
    try:
        environment = {**os.environ, "ZDOTDIR": str(folder), "TERM": "xterm"}
        process = subprocess.Popen(
            [shell("zsh"), "-d", "-i"], cwd=tree, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        # It waits if nobody reads what it prints.
        threading.Thread(target=drain, args=(ours,), daemon=True).start()
        assert process.wait(timeout=60) == 0
    finally:
        os.close(theirs)
    lines = (folder / "lines").read_text().splitlines()
    assert dict(line.split("|") for line in lines) == ZSH_CASES


def drain(terminal):
    """Read and forget what is printed in a terminal, until it is closed."""
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    os.close(terminal)


@pytest.mark.parametrize("name", completion.SHELLS)
def test_a_shell_can_read_its_script(shell, scripts, name):
    subprocess.run([shell(name), "-n", str(scripts[name])], check=True, stdin=subprocess.DEVNULL)


def test_zsh_finds_it_by_its_first_line(scripts):
    text = scripts["zsh"].read_text()
    assert text.startswith("#compdef tesc\n")
    assert "*--select=[" in text and ":RULE,...:_tesc_rules" in text


@pytest.mark.parametrize("name", completion.SHELLS)
def test_every_command_is_completed(scripts, name):
    text = scripts[name].read_text()
    for command, purpose, _ in commands(whole_parser()):
        assert command in text
        assert purpose, f"{command} has no help"


def test_events_of_a_broken_tree(tree):
    """Those of the lines that can be read; none with a wrong configuration, whose error scripts hide."""
    command = [sys.executable, "-m", "tesc", "completion", "events"]
    (tree / "hw" / "trace-events").write_text("lamp_on(void)\nlamp_off(\n")
    (tree / "trace-events").write_text('include "nosuch" prefix x_\nb(void)\n')
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a\nb\nlamp_on\n", "")
    (tree / "tesc.toml").write_text("nosuch = 1\n")
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tesc.toml:1:1: error: ")


def test_command_line():
    command = [sys.executable, "-m", "tesc", "completion"]
    done = subprocess.run([*command, "bash"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == completion.script("bash")
    assert subprocess.run([*command, "tcsh"], capture_output=True).returncode == 2
