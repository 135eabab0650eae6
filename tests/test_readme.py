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


def test_the_language_shown_is_the_language():
    from tesc.syntax.parser import parse
    from tesc.syntax.source import Source

    text = re.search(r"```\n(include .*?)```", README, re.S)[1]
    assert not parse(Source("README.md", text)).errors


@pytest.mark.parametrize("page", ["README.md", "examples/README.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
