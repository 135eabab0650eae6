"""A folder of traced code that editors open, and what the command line finds in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EDITORS = Path(__file__).parents[2] / "editors"
FILES = {
    "tesc.toml": "",
    "trace-events": (
        "# wire.c\n"
        "disable wire_idle\n"
        'wire_open(int port) "port %d"\n'
        "\n"
        'wire_idle(void) "idle"\n'
        'wire_read(int port, uint64_t addr) "port %s addr %d"\n'
    ),
    "wire.c": (
        "void wire_begin(int port)\n{\n    trace_wire_open(port);\n}\n"
        "void wire_loop(int port)\n{\n    trace_wire_idle();\n    trace_wire_read(port, 1);\n}\n"
    ),
}


@pytest.fixture
def wire(tmp_path):
    """The folder."""
    folder = tmp_path / "wire"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def expected():
    """A function that returns what `tesc check` finds in a file, as (line, column, code), counted from 1."""

    def check(file: Path) -> list[tuple[int, int, str]]:
        command = [sys.executable, "-m", "tesc", "check", "--output-format", "json", str(file)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        return [
            (one["range"]["start"]["line"], one["range"]["start"]["column"], one["code"]) for one in found
        ]

    return check
