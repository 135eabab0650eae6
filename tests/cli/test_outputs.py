"""Outputs that would overwrite what a command reads."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tesc.cli.main import main

HEADER = struct.pack("<3Q", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4)
TRACETOOL = ["tracetool", "--format=h", "--backends=log", "--group=x"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("work").mkdir()
    monkeypatch.chdir("work")
    Path("events").write_text('include "more"\nidle(void)\n')
    Path("more").write_text("busy(void)\n")
    Path("link").symlink_to("more")
    Path("other.trace-events").write_text("other(void)\n")
    name = b"idle"
    mapping = struct.pack("<QQI", 0, 1, len(name)) + name
    Path("trace").write_bytes(HEADER + mapping + struct.pack("<QQQII", 1, 1, 5, 24, 7))


def contents():
    return {str(path): path.read_bytes() for path in Path().rglob("*")}


DECODE = ["decode", "trace", "--events", "events"]


@pytest.mark.parametrize(
    "words",
    [
        [*DECODE, "-o", "trace"],
        [*DECODE, "-o", "./events"],
        [*DECODE, "--follow", "-o", "trace"],
        [*DECODE, "--format", "sqlite", "-o", "trace"],
        [*DECODE, "--other-lines", "trace"],
        [*DECODE, "--bundle", "trace"],
        [*DECODE, "-o", "new", "--other-lines", "new"],
        ["query", "trace", "--events", "events", "-o", "trace", "SELECT 1"],
        ["bpftrace", "--events", "events", "-o", "events"],
        ["flatten", "events", "-o", "events"],
        ["flatten", "events", "-o", "link"],
        ["flatten", "events", "-o", "new", "--depfile", "more"],
        ["guest", "header", "events", "-o", "more"],
        ["guest", "source", "events", "-o", "new", "--depfile", "new"],
        ["guest", "demux", "events", "-o", "new", "--header", "events"],
        ["guest", "receive", "events", "--from", "trace", "-o", "trace"],
        [*TRACETOOL, "events", "more", "events"],
        # The output was forgotten.
        [*TRACETOOL, "events", "other.trace-events"],
    ],
    ids=" ".join,
)
def test_what_is_read_is_not_overwritten(words, capsys):
    before = contents()
    assert main(words) == (1 if words[0] == "tracetool" else 2)
    assert contents() == before
    said = capsys.readouterr().err
    assert "overwritten" in said or "two outputs would be written to it" in said
    assert said.count("\n") == 1


def test_any_other_file_is(capsys):
    Path("new").write_text("old")
    assert main([*DECODE, "-o", "new"]) == 0
    assert Path("new").read_text() == "idle \n"
    Path("log").write_text("idle \n")
    log = ["decode", "log", "--events", "events"]
    assert main([*log, "-o", "/dev/null", "--other-lines", "/dev/null"]) == 0
    assert main(["flatten", "events", "-o", "new.trace-events"]) == 0
    assert main(["flatten", "events", "-o", "new.trace-events"]) == 0
    assert main([*TRACETOOL, "events", "new"]) == 0
    assert main([*TRACETOOL, "events", "new"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("below", ["", "/further"])
@pytest.mark.parametrize(
    "words",
    [
        ["guest", "runtime", "-o"],
        ["gen", "--backends=log", "--formats=h", "--out"],
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_a_file(words, below, capsys):
    Path("trace-events").write_text("idle(void)\n")
    assert main([*words, f"more{below}"]) == 2
    assert capsys.readouterr().err.endswith(": Not a directory\n")
    assert Path("more").read_text() == "busy(void)\n"
