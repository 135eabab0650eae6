"""Rust: edition 2021, no warning allowed, linked with the C objects; its text is C's."""

from __future__ import annotations

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
from tests.e2e.program import c_program, rust_program

UTIL = """\
pub mod bindings {
    use std::ffi::{c_char, c_int};
    pub const LOG_TRACE: c_int = 1 << 15;
    extern "C" {
        pub static qemu_loglevel: c_int;
        pub fn qemu_log(format: *const c_char, ...);
        pub fn ftrace_write(format: *const c_char, ...);
    }
}
"""
TRACE = """\
use std::ffi::{c_char, c_int};
pub const LOG_INFO: c_int = 6;
extern "C" {
    pub fn syslog(priority: c_int, format: *const c_char, ...);
}
/// Leaves no probe, but takes its arguments.
#[macro_export]
macro_rules! probe {
    ($provider:ident, $name:ident $(, $argument:expr)*) => {{ $(let _ = $argument;)* }};
}
"""


@pytest.fixture(scope="module")
def traced(tmp_path_factory, need, rustc):
    """A folder with what a C program and a Rust one traced."""
    folder = tmp_path_factory.mktemp("rust")
    copied(folder)
    output("h", TEXT_BACKENDS, folder / "trace-e2e.h")
    output("c", TEXT_BACKENDS, folder / "trace-e2e.c")
    output("d", ("dtrace",), folder / "probes.d")
    output("rs", ("log", "syslog", "ftrace", "simple", "dtrace"), folder / "trace-e2e.rs")
    (folder / "main.c").write_text(c_program(list(declared()), 64))
    (folder / "main.rs").write_text(rust_program(list(declared())))
    gcc = need("gcc", "gcc")
    run(gcc, *STRICT, "main.c", "trace-e2e.c", RUNTIME, "-o", "c-program", cwd=folder)
    run(gcc, *STRICT, "-c", "trace-e2e.c", "-o", "traced.o", cwd=folder)
    run(gcc, *STRICT, "-c", RUNTIME, "-o", "runtime.o", cwd=folder)
    run(need("dtrace", "systemtap-sdt-dev"), "-G", "-s", "probes.d", "-o", "probes.o", cwd=folder)
    edition = [rustc, "--edition", "2021"]
    for name, text in (("util", UTIL), ("trace", TRACE)):
        (folder / f"{name}.rs").write_text(text)
        run(*edition, "--crate-type", "rlib", f"{name}.rs", cwd=folder)
    objects = [f"-Clink-arg={name}.o" for name in ("traced", "runtime", "probes")]
    command = [*edition, "-Dwarnings", "main.rs", "-L.", "--extern", "util", "--extern", "trace", *objects]
    run(*command, "-o", "rust-program", cwd=folder, environment={"TRACED": str(folder / "trace-e2e.rs")})
    names = {"LOG_FILE": "log", "FTRACE_FILE": "ftrace", "SIMPLE_FILE": "simple"}
    run("./rust-program", cwd=folder, environment=names)
    run("./c-program", cwd=folder, environment={"EXPECTED": "expected"})
    return folder


def expected(folder) -> list[bytes]:
    """What printf makes in C of the calls that Rust can make, too: a `&CStr` is never NULL."""
    return [line for line, (_, call) in zip(lines(folder / "expected"), called()) if None not in call]


def test_log_is_that_of_c(traced):
    assert lines(traced / "log", b"\n") == expected(traced)


def test_ftrace_is_that_of_c(traced):
    assert (traced / "ftrace").read_bytes() == b"".join((line + b"\n")[:511] for line in expected(traced))


def test_simple_has_every_value(traced):
    wanted = [(event.name, payload(event, call)) for event, call in called() if None not in call]
    assert records(traced / "simple") == wanted
