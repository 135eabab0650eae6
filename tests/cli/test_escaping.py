"""Untrusted text reaches a terminal or a log only as text."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.escaping import printable, visible

EVIL = 'x(int a) "\x1b]0;owned\x07\x1b[2J %d \u202e"\n'


@given(st.text())
def test_only_printable_characters_are_left(text):
    left = printable(text)
    assert left.replace("\n", "").replace("\t", "").isprintable()
    assert printable(left) == left
    assert visible(text).isprintable()
    assert not visible(text).startswith("::")


def test_how_it_is_written():
    assert printable("a\x1b[2J\r\x7f\x9b\u202e\udcff\n\tz") == "a\\x1b[2J\\r\\x7f\\x9b\\u202e?\n\tz"
    assert visible("a\nb\tc") == "a\\nb\\tc"
    assert visible("::warning ::x") == "./::warning ::x"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("a\nx.c:1:1: error: forged", "b\x1b[31m", "::error file=x::forged", "c\r"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "trace-events").write_text(EVIL.replace("x", f"x{len(name)}") + "broken(\n")
    return tmp_path


def on_a_terminal(*words: str) -> bytes:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "tesc", *words]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower) as child:
        os.close(follower)
        printed = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            printed += part
        child.wait()
    os.close(leader)
    return printed


COMMANDS = [
    ("check", "--color=never"),
    ("check", "--color=never", "--output-format=concise"),
    ("check", "--output-format=github"),
    ("check", "--output-format=gcc"),
    ("check", "--output-format=gitlab"),
    ("check", "--output-format=json"),
    ("check", "--output-format=sarif"),
    ("check", "--diff", "--unsafe-fixes"),
    ("check", "a\x1b[2Jb"),
    ("fmt", "--diff"),
    ("fmt", "--check"),
    ("gen", "--out", "out"),
    ("list", "b\x1b[31m/trace-events"),
    ("flatten", "b\x1b[31m/trace-events"),
    ("tracetool", "--backends=log", "--format=h", "--group=x", "b\x1b[31m/trace-events", "out.h"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=repr)
def test_no_control_sequence_reaches_a_terminal(tree, words):
    printed = on_a_terminal(*words).replace(b"\r\n", b"\n")
    # The terminal itself turns LF into CR LF.
    assert not set(printed) & {*range(9), *range(11, 32), 127}, printed
    assert "\u202e" not in printed.decode()


@pytest.mark.parametrize("words", [words for words in COMMANDS if "--diff" not in words], ids=repr)
def test_no_control_sequence_reaches_a_log(tree, words):
    done = subprocess.run([sys.executable, "-m", "tesc", *words], capture_output=True)
    for line in (done.stdout + done.stderr).splitlines():
        assert b"\x1b" not in line
        assert not line.startswith((b"x.c:1:1", b"::error file=x::"))


def test_with_colours_only_those_of_tesc(tree):
    printed = on_a_terminal("check", "--color=always")
    assert b"\x1b[1m" in printed
    assert b"\x1b[2J" not in printed
    assert b"\x1b]0;" not in printed


def test_a_diff_in_a_pipe_has_the_same_bytes(tree):
    Path("trace-events").write_bytes(b'y( int a) "%d"\n# \x1b[2J \xff\n')
    command = [sys.executable, "-m", "tesc", "fmt", "--diff", "trace-events"]
    done = subprocess.run(command, capture_output=True)
    assert b'+y(int a) "%d"\n # \x1b[2J \xff\n' in done.stdout


def test_standard_output_that_is_not_a_file(tree, monkeypatch):
    """In a notebook, standard output is a text stream without a byte stream below."""
    from tesc.cli.main import main

    for words in (["--help"], ["check", "--no-cache"], ["explain", "TE401"], ["fmt", "--check"]):
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        try:
            main(words)
        except SystemExit:
            pass
        assert sys.stdout.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        ("flatten", "-"),
        ("list", "-"),
        ("guest", "header", "-"),
        ("check", "-"),
        ("fmt", "-"),
        ("check", "--patch", "-"),
        ("tracetool-classic", "--nop", "-h"),
    ],
    ids=" ".join,
)
def test_closed_standard_input(words):
    command = f"exec {sys.executable} -m tesc {' '.join(words)} <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "tesc: error: standard input is closed\n")
