"""Each cell of the table of reasons, through the command that it is about."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import sys

import pytest

from tesc.cli.main import main
from tesc.units.reasons import CONSUMERS, REASONS

# The commands that make something of a unit, with whom of the table they are.
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


# Decoding leaves its file to the end of the process.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("reason", [one for one in REASONS if one.example], ids=lambda one: one.what)
def test_a_cell(reason, command, tmp_path, monkeypatch):
    consumer, words = COMMANDS[command]
    monkeypatch.chdir(tmp_path)
    events = reason.example.encode("utf-8", "surrogateescape")
    (tmp_path / "trace-events").write_bytes(events)
    (tmp_path / "tesc.toml").write_text('types = ["own_t"]\n')
    (tmp_path / "empty.trace").write_bytes(struct.pack("<QQQ", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4))
    status, said = run(words, events)
    accepted = consumer in reason.accepted
    # The tool of 2011 knows no directive, be it wrong or right.
    plain = not reason.code or (consumer == "classic" and reason.code.startswith("TE5"))
    mark = "error: " if plain else f"error[{reason.code}]: "
    assert (status, mark in said) == ((0, False) if accepted else (1, True)), said
    made = [name for name in os.listdir() if name.startswith("out")]
    # What cannot be generated leaves nothing; a trace is printed all the same.
    assert bool(made) == (accepted or command == "decode") or command == "tracetool-classic"


def test_every_consumer_has_a_command():
    assert {consumer for consumer, _ in COMMANDS.values()} == set(CONSUMERS)


@pytest.mark.parametrize("reason", REASONS, ids=lambda one: one.what)
def test_each_difference_has_its_reason(reason):
    assert set(reason.accepted) < set(CONSUMERS)
    assert all(reason.accepted.values())
