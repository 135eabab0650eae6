"""Backends that need no tracer: log, syslog, ftrace, simple, nop, by each compiler for each data model."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import threading

import pytest

from tests.e2e.outputs import (
    RUNTIME,
    STRICT,
    TEXT_BACKENDS,
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

SANITIZED = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# printf's own check reads a byte further than %.0s does.
QUIET = {"ASAN_OPTIONS": "check_printf=0:detect_leaks=0"}
# The same namespace of files but for /dev/log, which is a socket of the test's own there.
IN_A_NAMESPACE = 'mount -t tmpfs none /dev && : >/dev/log && mount --bind "$1" /dev/log && exec "$2"'


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A folder with the generated files and the calling programs."""
    folder = tmp_path_factory.mktemp("text")
    copied(folder)
    output("h", TEXT_BACKENDS, folder / "trace-e2e.h")
    output("c", TEXT_BACKENDS, folder / "trace-e2e.c")
    for pointer in (64, 32):
        (folder / f"main{pointer}.c").write_text(c_program(list(declared()), pointer))
    return folder


@pytest.fixture(scope="module", params=["gcc -m64", "gcc -m32", "clang -m64", "clang -m32"])
def traced(request, sources, need, skip_without):
    """The folder with what a program traced, and the width of its pointers."""
    compiler, machine = request.param.split()
    if platform.machine() != "x86_64":
        pytest.skip("only x86-64 has -m32")
    program = sources / f"{compiler}{machine}"
    files = [f"main{machine[2:]}.c", "trace-e2e.c", RUNTIME]
    command = [need(compiler, compiler), machine, *STRICT, *SANITIZED, *files]
    probe = [*command[:2], "-fsanitize=address,undefined", "-x", "c", "-", "-o", str(sources / "probe")]
    source = "#include <stdint.h>\n#include <stdio.h>\nint main(void) { return 0; }\n"
    if subprocess.run(probe, input=source, text=True, capture_output=True).returncode:
        skip_without(f"sanitizers of {request.param} (Debian's packages gcc-multilib, libclang-rt-14-dev)")
    run(*command, "-o", program, cwd=sources)
    folder = sources / f"out-{compiler}{machine}"
    folder.mkdir()
    names = {"EXPECTED": "expected", "LOG_FILE": "log", "FTRACE_FILE": "ftrace", "SIMPLE_FILE": "simple"}
    run(program, environment={**QUIET, **{key: str(folder / name) for key, name in names.items()}})
    return folder, int(machine[2:])


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
    """A buffer of the kernel's ftrace, of the test's own; without tracefs a skip, also in CI."""
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


def test_real_ftrace_has_every_line(sources, instance, need):
    """Through the kernel: what one write to trace_marker says is one entry, cut as the backend cuts it."""
    program = sources / "real-ftrace"
    run(need("gcc", "gcc"), *STRICT, "main64.c", "trace-e2e.c", RUNTIME, "-o", program, cwd=sources)
    expected = sources / "expected-by-ftrace"
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


def test_syslog_through_a_socket(sources, need, skip_without):
    """What the C library sends to /dev/log, message for message."""
    gcc, unshare = need("gcc", "gcc"), need("unshare", "util-linux")
    command = [unshare, "--mount", "--map-root-user", "--propagation", "private", "sh", "-c"]
    if subprocess.run([*command, "mount -t tmpfs none /dev"], capture_output=True).returncode:
        skip_without("mount namespaces")
    program = sources / "syslog"
    run(gcc, *STRICT, "main64.c", "trace-e2e.c", RUNTIME, "-o", program, cwd=sources)
    path = sources / "log.socket"
    received = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))

        def listen() -> None:
            while True:
                message = server.recv(65536)
                if message == b"end":
                    return
                received.append(message)

        thread = threading.Thread(target=listen)
        thread.start()
        expected = sources / "expected-by-syslog"
        try:
            run(*command, IN_A_NAMESPACE, "sh", path, program, environment={"EXPECTED": str(expected)})
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"end", str(path))
            thread.join()
    texts = [message.partition(b"syslog: ")[2].rstrip(b"\0") for message in received]
    assert texts == lines(expected)
    assert {message[:4] for message in received} == {b"<14>"}


@pytest.mark.parametrize("compiler", ["musl-gcc"])
def test_log_with_another_c_library(compiler, sources, need):
    program = sources / compiler
    folder = sources / f"out-{compiler}"
    folder.mkdir()
    run(need(compiler, "musl-tools"), *STRICT, "main64.c", "trace-e2e.c", RUNTIME, "-o", program, cwd=sources)
    run(program, environment={"EXPECTED": str(folder / "expected"), "LOG_FILE": str(folder / "log")})
    assert lines(folder / "log", b"\n") == lines(folder / "expected")
    assert len(lines(folder / "expected")) == len(called())


def test_log_compiles_for_windows(tmp_path, need):
    """With mingw-w64's own printf, as QEMU does; its gcc takes the attribute for that of Microsoft's."""
    copied(tmp_path)
    output("h", ("log", "simple"), tmp_path / "trace-e2e.h")
    output("c", ("log", "simple"), tmp_path / "trace-e2e.c")
    (tmp_path / "main64.c").write_text(c_program(list(declared()), 64))
    gcc = need("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")
    flags = [*STRICT, "-Wno-format", "-D__USE_MINGW_ANSI_STDIO=1"]
    run(gcc, *flags, "main64.c", "trace-e2e.c", RUNTIME, "-o", "program.exe", cwd=tmp_path)
