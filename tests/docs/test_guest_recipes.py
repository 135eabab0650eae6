"""The recipes for guests: what the page prints fits the runtime, and is all that is needed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.cli.parsers import whole_parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/guest-recipes.md").read_text("utf-8")
EVENTS = 'lamp_boot(const char *version, int64_t low, uint64_t high) "%s %" PRId64 " %" PRIu64\n'
# What EDK2's <Base.h> has, under its own names only.
BASE_H = """\
typedef unsigned char UINT8, BOOLEAN;
typedef unsigned short UINT16;
typedef unsigned int UINT32;
typedef unsigned long long UINT64, UINTN;
typedef signed char INT8;
typedef short INT16;
typedef int INT32;
typedef long long INT64;
#define TRUE ((BOOLEAN)(1 == 1))
#define FALSE ((BOOLEAN)(0 == 1))
#define NULL ((void *)0)
"""


def blocks(language: str, section: str = "") -> list[str]:
    """The page's blocks in a language, of one section or of all."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0] if section else PAGE
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def commands() -> list[list[str]]:
    """The arguments of each call of tesc that the page prints."""
    lines = "\n".join(blocks("sh")).splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("tesc ")]


def tesc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tesc", *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def recipe(tmp_path) -> Path:
    """A folder in which the page's beginning has been followed."""
    (tmp_path / "trace-events").write_text(EVENTS)
    (tmp_path / "tesc.toml").write_text("")
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "trace-events").write_text(blocks("text")[0])
    for command in commands()[:3]:
        done = tesc(tmp_path, *command)
        assert (done.returncode, done.stderr) == (0, "")
    return tmp_path


@pytest.mark.parametrize("command", commands(), ids=shlex.join)
def test_commands_are_accepted(command):
    whole_parser().parse_args(command)


def test_the_files_are_those_that_the_page_names(recipe):
    made = {path.name for path in recipe.iterdir()}
    assert {"lamp-trace.h", "lamp-trace.c", "tesc_guest.h"} <= made
    named = set(re.findall(r"tesc_guest\w*\.[ch]\b", PAGE.replace(".o", ".c")))
    assert {"tesc_guest_frames.c", "tesc_guest_semihosting.c"} <= named <= made


def test_the_host_reads_the_events(recipe):
    done = tesc(recipe, "list", "host/trace-events", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"lamp_lamp_boot"' in done.stdout


def test_without_a_tesc_toml_it_does_not(recipe):
    (recipe / "tesc.toml").unlink()
    done = tesc(recipe, "list", "host/trace-events")
    assert done.returncode != 0
    assert "'../trace-events' is outside of the project" in done.stderr


def test_macros_are_those_of_the_runtime(recipe):
    runtime = (recipe / "tesc_guest.h").read_text()
    used = re.findall(r"#define (?:LAMP|UB)_TRACE_(\w+)", "".join(blocks("c")))
    assert len(set(used)) >= 7
    assert [name for name in used if not re.search(rf"LAMP_TRACE_{name}\b", runtime)] == []


def test_flags_name_headers_that_the_page_shows(recipe):
    """The recipe for U-Boot names its header in three places, and none of them is U-Boot's own."""
    section = PAGE.split("## U-Boot\n")[1].split("\n## ")[0]
    (header,) = re.findall(r"-DUB_TRACE_CONFIG_H='\"(.*?)\"'", section)
    assert header not in ("config.h", "trace.h")
    assert f"`{header}`:" in section


def test_the_types_of_edk2_are_enough(recipe, need):
    """They replace the C99 headers, which nothing else finds here."""
    (recipe / "Base.h").write_text(BASE_H)
    (recipe / "types.h").write_text(blocks("c", "EDK2")[0])
    (recipe / "config.h").write_text('#define LAMP_TRACE_TYPES_H "types.h"\n')
    sources = re.findall(r"\S+\.c\b", blocks("ini", "EDK2")[0])[1:]
    assert len(sources) == 4
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdinc", "-fsyntax-only", "-I."]
    words = [need("gcc", "gcc"), *flags, '-DLAMP_TRACE_CONFIG_H="config.h"', *sources]
    done = subprocess.run(words, cwd=recipe, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_host_for_the_linux_module():
    done = tesc(ROOT, "list", "examples/guest/linux/host/trace-events")
    assert (done.returncode, done.stderr) == (0, "")
    assert "linux_lamp_load" in done.stdout
