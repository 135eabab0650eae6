"""Each cell of the table of reasons, tested with the command that it is about."""

from __future__ import annotations

import contextlib
import io
import os
import re
import struct
import sys

import pytest

from tesc.cli.main import main
from tesc.units.output_reasons import OUTPUT_REASONS, OUTPUTS
from tesc.units.reasons import CONSUMERS, REASONS

# The commands that generate something from a unit, and the consumer in the table that each one is.
COMMANDS = {
    "tracetool": (
        "qemu",
        ["tracetool", "--backends=log", "--group=x", "--format=h", "trace-events", "out.h"],
    ),
    "gen": ("qemu", ["gen", "--compat=qemu", "--out=out", "-q"]),
    "gen fixed": ("fixed", ["gen", "--compat=fixed", "--out=out", "-q"]),
    "guest header": ("frames", ["guest", "header", "trace-events", "-o", "out.h"]),
    "guest source": ("frames", ["guest", "source", "trace-events", "-o", "out.c"]),
    "guest header of words": ("guest", ["guest", "header", "trace-events", "-o", "out.h", "--wire=words"]),
    "guest source of words": ("guest", ["guest", "source", "trace-events", "-o", "out.c", "--wire=words"]),
    "guest demux": ("demux", ["guest", "demux", "trace-events", "-o", "out.c"]),
    "guest demux of words": (
        "guest demux",
        ["guest", "demux", "trace-events", "-o", "out.c", "--wire=words"],
    ),
    "tracetool-classic": ("classic", ["tracetool-classic", "--simple", "-h"]),
    "flatten": ("flatten", ["flatten", "trace-events", "-o", "out"]),
    "decode": ("decode", ["decode", "--events", "trace-events", "empty.trace", "-o", "out"]),
}


def run(words, events):
    """The exit status of a command, and what it printed to standard error."""
    stdin, stdout, stderr = sys.stdin, io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(events))
    try:
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            return main(words), stderr.getvalue()
    finally:
        sys.stdin = stdin


# Decoding keeps its file open until the process ends.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("reason", REASONS, ids=lambda one: one.what)
def test_a_cell(reason, command, tmp_path, monkeypatch):
    consumer, words = COMMANDS[command]
    monkeypatch.chdir(tmp_path)
    events = reason.example.encode("utf-8", "surrogateescape")
    (tmp_path / "trace-events").write_bytes(events)
    for name, text in reason.files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "tesc.toml").write_text('types = ["own_t"]\n')
    (tmp_path / "empty.trace").write_bytes(struct.pack("<QQQ", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4))
    if consumer == "classic" and reason.files and consumer in reason.accepted:
        events = _flattened()
    status, said = run(words, events)
    accepted = consumer in reason.accepted
    # The tool of 2011 has no directives, right or wrong.
    plain = not reason.code or (consumer == "classic" and reason.code.startswith("TE5"))
    mark = "error: " if plain else f"error[{reason.code}]: "
    assert (status, mark in said) == ((0, False) if accepted else (1, True)), said
    made = [name for name in os.listdir() if name.startswith("out")]
    # A refused command leaves no file, but decode prints the trace anyway.
    assert bool(made) == (accepted or command == "decode") or command == "tracetool-classic"


def _flattened() -> bytes:
    """The events as `tesc flatten` prints them for the tool of 2011, which has no directives."""
    assert run(["flatten", "trace-events", "-o", "flat"], b"") == (0, "")
    with open("flat", "rb") as file:
        return file.read()


def test_every_consumer_has_a_command():
    assert {consumer for consumer, _ in COMMANDS.values()} == set(CONSUMERS)


@pytest.mark.parametrize("reason", REASONS, ids=lambda one: one.what)
def test_each_difference_has_its_reason(reason):
    assert set(reason.accepted) < set(CONSUMERS)
    assert all(reason.accepted.values())


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "decode"])
@pytest.mark.parametrize("text", ['a(int x) "%d\n', "a(int a,int b,int c,int d,int e,int f,int g)\n"])
def test_one_text_and_layout_whatever_the_command(text, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trace-events").write_text(text)
    main(["check", "--isolated", "--output-format=concise", "--select=TE301,TE410"])
    (line,) = capsys.readouterr().out.splitlines()
    consumer, words = COMMANDS[command]
    status, said = run(words, text.encode())
    path = "<stdin>" if consumer == "classic" else "trace-events"
    assert (status, said.splitlines()) in ((1, [line.replace("trace-events", path)]), (0, []))


class TestTree:
    """The commands agree with `tesc check` on a tree's files, and on which of them are roots."""

    @pytest.fixture(autouse=True)
    def _here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

    def made(self, files):
        for path, text in files.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    @pytest.mark.parametrize("others", [{}, {"c/trace-events": 'c_one(int x) "%d"\n'}])
    def test_files_that_include_each_other(self, others):
        self.made(
            {
                "a/trace-events": 'include "../b/trace-events"\na_one(int x) "%d"\n',
                "b/trace-events": 'include "../a/trace-events"\nb_one(int x) "%d"\n',
                **others,
            }
        )
        assert run(["gen", "--out=out"], b"") == (
            1,
            (
                "b/trace-events:1:9: error[TE502]: the file includes itself: "
                "a/trace-events -> b/trace-events -> a/trace-events\n"
            ),
        )
        assert not os.path.exists("out")

    @pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
    def test_a_file_and_a_link_to_it(self):
        self.made({"x/trace-events": 'x_one(int a) "%d"\n', "y/empty": ""})
        os.symlink("../x/trace-events", "y/trace-events")
        assert run(["gen", "--out=out", "-q"], b"") == (0, "")
        assert sorted(name for name in os.listdir("out") if name.startswith("trace-x")) == [
            "trace-x.c",
            "trace-x.h",
        ]
        assert not os.path.exists("out/trace-y.h")


class TestOutputs:
    """What single outputs refuse: each row of the second table, with each output."""

    @pytest.mark.parametrize("output", OUTPUTS)
    @pytest.mark.parametrize("compat", ["qemu", "fixed"])
    @pytest.mark.parametrize("reason", OUTPUT_REASONS, ids=lambda one: one.what)
    def test_a_cell(self, reason, compat, output, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "trace-events").write_text(reason.example)
        form, backend = output.split()
        words = [f"--format={form}", f"--backends={backend}", "--group=g", "--binary=q", "--probe-prefix=q"]
        status, said = run(["tracetool", *words, f"--compat={compat}", "trace-events", "out"], b"")
        refused = output in reason.refused.get(compat, OUTPUTS)
        assert (status, os.path.exists("out")) == ((1, False) if refused else (0, True)), said
        if refused and compat in reason.refused:
            # The output's name and the word in the message do not matter here.
            begin, *_, end = re.split(r"\{\w*\}", reason.message)
            assert re.search(rf"error: {re.escape(begin)}.*{re.escape(end)}\n", said), said

    @pytest.mark.parametrize("reason", OUTPUT_REASONS, ids=lambda one: one.what)
    def test_its_rule_reports_it(self, reason, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "trace-events").write_text(reason.example)
        (tmp_path / "scripts/tracetool/format").mkdir(parents=True)
        (tmp_path / "scripts/tracetool/format/rs.py").touch()
        (tmp_path / "scripts/tracetool.py").touch()
        main(["check", "--no-cache", "--output-format=concise", f"--select={reason.rule}"])
        assert f"[{reason.rule}]" in capsys.readouterr().out
