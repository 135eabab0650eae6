"""`tesc decode` reads what the harness's program recorded: it prints the same text as printf."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.declared import EVENTS
from tests.e2e.outputs import RUNTIME, STRICT, called, copied, declared, lines, output, run
from tests.e2e.program import c_program


@pytest.fixture(scope="module", params=[64, 32])
def recorded(request, need, tmp_path_factory):
    """A folder with a trace by code with compat `fixed`, and the lines that printf printed for the calls."""
    folder = tmp_path_factory.mktemp("decode")
    copied(folder)
    output("h", ("simple",), folder / "trace-e2e.h")
    output("c", ("simple",), folder / "trace-e2e.c")
    (folder / "main.c").write_text(c_program(list(declared()), request.param))
    files = ["main.c", "trace-e2e.c", RUNTIME, "-o", "program"]
    run(need("gcc", "gcc"), f"-m{request.param}", *STRICT, *files, cwd=folder)
    names = {"EXPECTED": str(folder / "expected"), "SIMPLE_FILE": str(folder / "trace")}
    run(folder / "program", environment=names)
    return folder, request.param


def decode(folder, *options):
    command = [sys.executable, "-m", "tesc", "decode", *options]
    events = ["--events", str(EVENTS / "trace-events")]
    return subprocess.run([*command, *events, str(folder / "trace")], capture_output=True)


def test_text_is_that_of_printf(recorded):
    """Except NULL, which is an empty text in a record, and text beyond 512 bytes."""
    folder, pointer = recorded
    how = ["--compat", "fixed", "--data-model", {64: "lp64", 32: "ilp32"}[pointer]]
    done = decode(folder, *how)
    assert (done.returncode, done.stderr) == (0, b"")
    found = done.stdout.splitlines()
    wanted = lines(folder / "expected")
    assert len(found) == len(wanted)
    whole = [
        (ours, theirs)
        for ours, theirs, (_, call) in zip(found, wanted, called(pointer))
        if None not in call and not any(isinstance(value, str) and len(value) > 512 for value in call)
    ]
    assert [pair for pair in whole if pair[0] != pair[1]] == []
    assert len(whole) > 700


def test_the_other_reading_does_not_fit(recorded):
    folder, _ = recorded
    done = decode(folder)
    assert done.returncode != 0
    assert b"error" in done.stderr
