"""Fixtures for the tests of guests: running programs, and the flags for building firmware."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.trace.events import load_unit
from tesc.wire.schema import schema_of_range
from tests.codegen.guest.frames_firmware import CLOCK, EVENTS, SUB

FREESTANDING = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-I."]


@pytest.fixture
def run():
    """A function that runs a program, which must succeed, and returns its output."""

    def finished(*command: object, **options) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run([str(word) for word in command], capture_output=True, timeout=300, **options)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done

    return finished


@pytest.fixture
def guest(tmp_path, monkeypatch):
    """A function that runs `tesc guest`, which must succeed, in a new folder."""
    monkeypatch.chdir(tmp_path)

    def made(*words: object) -> None:
        assert main(["guest", *map(str, words), "--isolated"]) == 0

    return made


@pytest.fixture
def freestanding():
    """The flags for building firmware."""
    return list(FREESTANDING)


@pytest.fixture
def generated(guest):
    """A function that writes the sources of frames_firmware.py's firmware, and returns its schema."""

    def made(*options: str):
        Path("trace-events").write_text(EVENTS)
        Path("sub").mkdir(exist_ok=True)
        Path("sub/trace-events").write_text(SUB)
        Path("clock.h").write_text(CLOCK)
        guest("header", "trace-events", "-o", "trace.h", *options)
        guest("source", "trace-events", "-o", "trace.c", *options)
        guest("runtime", "-o", ".", *options)
        return schema_of_range(load_unit("trace-events"), 0)

    return made
