"""README.md shows what tesc prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_transcript_is_what_the_command_prints():
    command, shown = re.search(r"```console\n\$ (.*?)\n(.*?)```", README, re.S).groups()
    words = shlex.split(command.rpartition("&& .venv/bin/tesc ")[2])
    wide = {**os.environ, "COLUMNS": "110"}
    command = [sys.executable, "-m", "tesc", *words]
    done = subprocess.run(command, cwd=ROOT, env=wide, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, shown)


def test_every_command_is_named():
    from tesc.cli.parsers import commands, whole_parser

    named = set(re.findall(r"`tesc ([a-z-]+)|`, `([a-z]+)`|, `([a-z]+)`", README))
    named = {word for words in named for word in words if word}
    assert {name for name, _, _ in commands(whole_parser())} <= named


@pytest.mark.parametrize("page", ["README.md", "docs/reference/language.md"])
def test_the_language_shown_is_the_language(page, tmp_path):
    text = re.search(
        r"```(?:trace-events)?\n([^`]*?^include .*?)```", (ROOT / page).read_text("utf-8"), re.S | re.M
    )
    (tmp_path / "guest").mkdir()
    (tmp_path / "guest" / "trace-events").write_text('esp_io(int port) "port %d"\nesp_debug(int x) "x %d"\n')
    (tmp_path / "trace-events").write_text(text[1])
    command = [sys.executable, "-m", "tesc", "check", "--ignore", "TE412", "trace-events"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout


@pytest.mark.parametrize("page", ["README.md", "examples/README.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
