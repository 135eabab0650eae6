"""The harness's programs, each built and run once per session, and what tracers recorded of their calls.

A fixture that is a function caches its results by arguments.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest

from tesc.analysis.check import check
from tesc.analysis.registry import all_rules, selected
from tesc.file_settings import Overrides
from tesc.workspace import Workspace
from tests.e2e.declared import EVENTS
from tests.e2e.outputs import (
    HERE,
    MULTIARCH,
    RUNTIME,
    STRICT,
    TEXT_BACKENDS,
    copied,
    declared,
    output,
    run,
)
from tests.e2e.program import c_program
from tests.e2e.rust_build import traced_by_rust

SANITIZED = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# The sanitizer's check of printf reads one byte even for %.0s.
QUIET = {"ASAN_OPTIONS": "check_printf=0:detect_leaks=0"}
# A mount namespace in which /dev/log is the test's own socket.
IN_A_NAMESPACE = 'mount -t tmpfs none /dev && : >/dev/log && mount --bind "$1" /dev/log && exec "$2"'
STUB_KERNEL = {
    ".config": "CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n",
    "Module.symvers": "",
    "include/config/kernel.release": "6.1.0\n",
}


@pytest.fixture(scope="session")
def text_sources(tmp_path_factory) -> Path:
    """A folder with the outputs of the backends that need no tracer, and the calling programs."""
    folder = tmp_path_factory.mktemp("text")
    copied(folder)
    output("h", TEXT_BACKENDS, folder / "trace-e2e.h")
    output("c", TEXT_BACKENDS, folder / "trace-e2e.c")
    for pointer in (64, 32):
        (folder / f"main{pointer}.c").write_text(c_program(list(declared()), pointer))
    return folder


@pytest.fixture(scope="session")
def text_run(text_sources, need, skip_without) -> Callable[[str, str], Path]:
    """A function that returns the folder with a program's output, by compiler and machine: `gcc`, `-m32`."""

    @lru_cache(maxsize=None)
    def traced(compiler: str, machine: str) -> Path:
        if platform.machine() != "x86_64":
            pytest.skip("only x86-64 has -m32")
        program = text_sources / f"{compiler}{machine}"
        files = [f"main{machine[2:]}.c", "trace-e2e.c", RUNTIME]
        command = [need(compiler, compiler), machine, *STRICT, *SANITIZED, *files]
        probe = [*command[:2], "-fsanitize=address,undefined", "-x", "c", "-"]
        source = "#include <stdint.h>\n#include <stdio.h>\nint main(void) { return 0; }\n"
        done = subprocess.run(
            [*probe, "-o", str(text_sources / "probe")], input=source, text=True, capture_output=True
        )
        if done.returncode:
            skip_without(
                f"sanitizers of {compiler} {machine} (Debian's packages gcc-multilib, libclang-rt-14-dev)"
            )
        run(*command, "-o", program, cwd=text_sources)
        folder = text_sources / f"out-{compiler}{machine}"
        folder.mkdir()
        files = {"EXPECTED": "expected", "LOG_FILE": "log", "FTRACE_FILE": "ftrace", "SIMPLE_FILE": "simple"}
        run(program, environment={**QUIET, **{key: str(folder / name) for key, name in files.items()}})
        return folder

    return traced


@pytest.fixture(scope="session")
def musl_run(text_sources, need) -> Path:
    """The folder with the log of a program with musl's printf."""
    program = text_sources / "musl-gcc"
    folder = text_sources / "out-musl-gcc"
    folder.mkdir()
    files = ["main64.c", "trace-e2e.c", RUNTIME]
    run(need("musl-gcc", "musl-tools"), *STRICT, *files, "-o", program, cwd=text_sources)
    run(program, environment={"EXPECTED": str(folder / "expected"), "LOG_FILE": str(folder / "log")})
    return folder


@pytest.fixture(scope="session")
def syslog_run(text_sources, need, skip_without) -> tuple[Path, list[bytes]]:
    """The lines that printf prints for the calls, and the messages that the C library sent to /dev/log."""
    gcc, unshare = need("gcc", "gcc"), need("unshare", "util-linux")
    command = [unshare, "--mount", "--map-root-user", "--propagation", "private", "sh", "-c"]
    if subprocess.run([*command, "mount -t tmpfs none /dev"], capture_output=True).returncode:
        skip_without("mount namespaces")
    program = text_sources / "syslog"
    run(gcc, *STRICT, "main64.c", "trace-e2e.c", RUNTIME, "-o", program, cwd=text_sources)
    path = text_sources / "log.socket"
    received: list[bytes] = []
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
        expected = text_sources / "expected-by-syslog"
        try:
            run(*command, IN_A_NAMESPACE, "sh", path, program, environment={"EXPECTED": str(expected)})
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"end", str(path))
            thread.join()
    return expected, received


@pytest.fixture(scope="session")
def probe_sources(tmp_path_factory, need) -> Path:
    """A folder with the outputs for dtrace(1), its header, and the calling programs."""
    folder = tmp_path_factory.mktemp("dtrace")
    copied(folder)
    output("d", ("dtrace",), folder / "probes.d")
    output("h", ("dtrace",), folder / "trace-e2e.h")
    output("c", ("dtrace",), folder / "trace-e2e.c")
    for pointer in (64, 32):
        (folder / f"main{pointer}.c").write_text(c_program(list(declared()), pointer))
    dtrace = need("dtrace", "systemtap-sdt-dev")
    done = run(dtrace, "-h", "-s", "probes.d", "-o", "trace-dtrace-e2e.h", cwd=folder)
    assert done.stdout == done.stderr == b""
    return folder


@pytest.fixture(scope="session")
def probe_program(probe_sources, need) -> Callable[[str], Path]:
    """A function that returns a program with all probes, by compiler and flags: `gcc -O2 -m32`."""

    @lru_cache(maxsize=None)
    def built(how: str) -> Path:
        compiler, *flags = how.split()
        made = probe_sources / how.replace(" ", "")
        probes = made.with_suffix(".probes.o")
        environment = {"CFLAGS": " ".join([*flags, *MULTIARCH])}
        dtrace = [need("dtrace", "systemtap-sdt-dev"), "-G", "-s", "probes.d", "-o", probes]
        run(*dtrace, cwd=probe_sources, environment=environment)
        files = [f"main{32 if '-m32' in flags else 64}.c", "trace-e2e.c", RUNTIME, probes]
        command = [need(compiler, compiler), *flags, *STRICT, *MULTIARCH, *files]
        run(*command, "-o", made, cwd=probe_sources)
        return made

    return built


@pytest.fixture(scope="session")
def gdb_values(probe_program, need) -> Callable[[str], list]:
    """A function that returns the probes that such a program hit: name, and arguments as gdb reads them."""

    @lru_cache(maxsize=None)
    def seen(how: str) -> list:
        program = probe_program(how)
        out = program.with_suffix(".gdb")
        names = " ".join(event.name for event in declared() if not event.disabled)
        gdb = [need("gdb", "gdb"), "-nx", "-batch", "-iex", "set debuginfod enabled off"]
        environment = {"PROBES": names, "PROBES_OUT": str(out)}
        run(*gdb, "-x", HERE / "gdb_probes.py", program, environment=environment)
        return [json.loads(line) for line in out.read_text().splitlines()]

    return seen


@pytest.fixture(scope="session")
def rust_run(tmp_path_factory, need, rustc) -> Path:
    """A folder with what a C program and a Rust program traced."""
    folder = tmp_path_factory.mktemp("rust")
    traced_by_rust(folder, need("gcc", "gcc"), need("dtrace", "systemtap-sdt-dev"), rustc)
    return folder


@pytest.fixture(scope="session")
def stap(need, tmp_path_factory):
    """A function that runs stap, without a kernel's headers."""
    program = need("stap", "systemtap")
    kernel = tmp_path_factory.mktemp("kernel")
    for name, text in STUB_KERNEL.items():
        (kernel / name).parent.mkdir(parents=True, exist_ok=True)
        (kernel / name).write_text(text)
    home = tmp_path_factory.mktemp("home")

    def call(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        return run(program, "-r", kernel, *arguments, environment={"HOME": str(home)})

    return call


@pytest.fixture(scope="session")
def lttng_session(need, tmp_path_factory):
    """A function that runs a program in its own LTTng session, and returns its trace's folder and its PID.

    Other programs with such probes may be running, whose events are in the trace, too.
    """
    home = tmp_path_factory.mktemp("lttng")
    lttng, daemon = need("lttng", "lttng-tools"), need("lttng-sessiond", "lttng-tools")
    environment = {"LTTNG_HOME": str(home), "LTTNG_UST_REGISTER_TIMEOUT": "-1"}

    def trace(program: Path) -> tuple[Path, int]:
        name = f"tesc-e2e-{os.getpid()}"
        folder = program.parent / "trace"
        with _daemon(lttng, daemon, environment):
            run(lttng, "create", name, f"--output={folder}", environment=environment)
            try:
                run(lttng, "enable-event", "-u", "qemu:*", "-s", name, environment=environment)
                run(lttng, "add-context", "-u", "-t", "vpid", "-s", name, environment=environment)
                run(lttng, "start", name, environment=environment)
                with subprocess.Popen([program], env={**os.environ, **environment}) as traced:
                    assert traced.wait(60) == 0
                run(lttng, "stop", name, environment=environment)
            finally:
                run(lttng, "destroy", name, environment=environment)
        return folder, traced.pid

    return trace


@contextmanager
def _daemon(lttng: str, program: str, environment: dict[str, str]) -> Iterator[None]:
    """LTTng's daemon. Root has one per machine, so workers and runs take turns, only while they trace."""
    with open(Path(tempfile.gettempdir()) / "tesc-e2e-lttng.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [program, "--no-kernel", f"--pidfile={environment['LTTNG_HOME']}/sessiond.pid"],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until_it_answers(lttng, environment)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _until_it_answers(lttng: str, environment: dict[str, str]) -> None:
    for _ in range(100):
        done = subprocess.run([lttng, "list"], env={**os.environ, **environment}, capture_output=True)
        if done.returncode == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError(done.stderr)


@pytest.fixture(scope="session")
def lttng_fields(lttng_session, need, skip_without, tmp_path_factory) -> list:
    """The events of the program's trace, as `ctf_fields.py` prints them."""
    if subprocess.run(["/usr/bin/python3", "-c", "import bt2"], capture_output=True).returncode:
        skip_without("babeltrace2's Python bindings (Debian's package python3-bt2)")
    folder = tmp_path_factory.mktemp("ust")
    copied(folder)
    for form, name in (("ust-events-h", "trace-ust-all.h"), ("ust-events-c", "trace-ust-all.c")):
        output(form, ("ust",), folder / name, "all")
    for form in ("h", "c"):
        output(form, ("ust",), folder / f"trace-all.{form}", "all")
    (folder / "trace-e2e.h").write_bytes((folder / "trace-all.h").read_bytes())
    (folder / "main.c").write_text(c_program(list(declared()), 64))
    files = ["main.c", "trace-all.c", "trace-ust-all.c", RUNTIME]
    program = folder / "program"
    flags = [*STRICT, *MULTIARCH, "-fsanitize=undefined", "-fno-sanitize-recover=all"]
    run(need("gcc", "gcc"), *flags, *files, "-o", program, "-llttng-ust", "-ldl", cwd=folder)
    done = run("/usr/bin/python3", "-B", HERE / "ctf_fields.py", *lttng_session(program))
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def reported() -> dict[str, set[str]]:
    """The rules that report something about an event, by the event's name, in profile qemu."""
    workspace = Workspace(Overrides(profile="qemu"))
    workspace.add_file(str(EVENTS / "trace-events"))
    workspace.resolve()
    # TE413, which is off by default, reports numbers that are printed with the other sign.
    rules = [*selected((), ()), *[rule for rule in all_rules() if rule.code == "TE413"]]
    found: dict[str, set[str]] = {}
    for one in check(workspace.units, rules, workspace.settings, {}):
        found.setdefault(one.event, set()).add(one.code)
    return found
