"""Backends that need no tracer: log, syslog, ftrace, simple, nop, with each compiler for each data model."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e.outputs import (
    RUNTIME,
    STRICT,
    called,
    copied,
    declared,
    lines,
    output,
    payload,
    records,
    run,
)
from tests.e2e.program import c_program


@pytest.fixture(params=["gcc -m64", "gcc -m32", "clang -m64", "clang -m32"])
def traced(request, text_run):
    """The folder with what a program traced, and the width of its pointers."""
    compiler, machine = request.param.split()
    return text_run(compiler, machine), int(machine[2:])


def test_log_is_what_printf_prints(traced):
    folder, pointer = traced
    expected = lines(folder / "expected")
    assert len(expected) == len(called(pointer))
    assert lines(folder / "log", b"\n") == expected


def test_ftrace_is_the_same_cut_at_512_bytes(traced):
    folder, _ = traced
    expected = b"".join((line + b"\n")[:511] for line in lines(folder / "expected"))
    assert (folder / "ftrace").read_bytes() == expected


@pytest.fixture(scope="module")
def instance(tmp_path_factory, need):
    """The test's own buffer of the kernel's ftrace; without tracefs the test is skipped, also in CI."""
    folder = tmp_path_factory.mktemp("tracefs")
    command = [need("mount", "mount"), "-t", "tracefs", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"tracefs cannot be mounted here: {done.stderr.strip()}")
    try:
        made = folder / "instances" / f"tesc-e2e-{os.getpid()}"
        made.mkdir()
        try:
            (made / "buffer_size_kb").write_text("4096")
            yield made
        finally:
            made.rmdir()
    finally:
        run("umount", folder)


def test_real_ftrace_has_every_line(text_sources, instance, need):
    """Through the kernel: each write to trace_marker is one entry, cut where the backend cuts it."""
    program = text_sources / "real-ftrace"
    run(need("gcc", "gcc"), *STRICT, "main64.c", "trace-e2e.c", RUNTIME, "-o", program, cwd=text_sources)
    expected = text_sources / "expected-by-ftrace"
    run(program, environment={"EXPECTED": str(expected), "FTRACE_FILE": str(instance / "trace_marker")})
    entries = [
        line for line in (instance / "trace").read_bytes().split(b"\n") if b"tracing_mark_write: " in line
    ]
    texts = [line.partition(b"tracing_mark_write: ")[2] for line in entries]
    assert texts == [(line + b"\n")[:511].rstrip(b"\n") for line in lines(expected)]
    assert len(texts) == len(called())


def test_simple_has_every_value(traced):
    folder, pointer = traced
    found = records(folder / "simple")
    wrong = [
        (event.name, call, got)
        for (event, call), got in zip(called(pointer), found)
        if got != (event.name, payload(event, call))
    ]
    assert wrong == []
    assert len(found) == len(called(pointer))


def test_syslog_through_a_socket(syslog_run):
    """What the C library sends to /dev/log, message for message."""
    expected, received = syslog_run
    texts = [message.partition(b"syslog: ")[2].rstrip(b"\0") for message in received]
    assert texts == lines(expected)
    assert {message[:4] for message in received} == {b"<14>"}


def test_log_with_another_c_library(musl_run):
    assert lines(musl_run / "log", b"\n") == lines(musl_run / "expected")
    assert len(lines(musl_run / "expected")) == len(called())


def test_log_compiles_for_windows(tmp_path, need):
    """With mingw-w64's own printf, as in QEMU; mingw's gcc takes the attribute for Microsoft's printf."""
    copied(tmp_path)
    output("h", ("log", "simple"), tmp_path / "trace-e2e.h")
    output("c", ("log", "simple"), tmp_path / "trace-e2e.c")
    (tmp_path / "main64.c").write_text(c_program(list(declared()), 64))
    gcc = need("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")
    flags = [*STRICT, "-Wno-format", "-D__USE_MINGW_ANSI_STDIO=1"]
    run(gcc, *flags, "main64.c", "trace-e2e.c", RUNTIME, "-o", "program.exe", cwd=tmp_path)
