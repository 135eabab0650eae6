"""A Rust program that calls every event, linked with the C objects, and the crates that its module needs."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.outputs import RUNTIME, STRICT, TEXT_BACKENDS, copied, declared, output, run
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


def traced_by_rust(folder: Path, gcc: str, dtrace: str, rustc: str) -> None:
    """Build and run a C program and a Rust program, which trace into the folder."""
    copied(folder)
    output("h", TEXT_BACKENDS, folder / "trace-e2e.h")
    output("c", TEXT_BACKENDS, folder / "trace-e2e.c")
    output("d", ("dtrace",), folder / "probes.d")
    output("rs", ("log", "syslog", "ftrace", "simple", "dtrace"), folder / "trace-e2e.rs")
    (folder / "main.c").write_text(c_program(list(declared()), 64))
    (folder / "main.rs").write_text(rust_program(list(declared())))
    run(gcc, *STRICT, "main.c", "trace-e2e.c", RUNTIME, "-o", "c-program", cwd=folder)
    run(gcc, *STRICT, "-c", "trace-e2e.c", "-o", "traced.o", cwd=folder)
    run(gcc, *STRICT, "-c", RUNTIME, "-o", "runtime.o", cwd=folder)
    run(dtrace, "-G", "-s", "probes.d", "-o", "probes.o", cwd=folder)
    crates(folder, rustc)
    linked(folder, rustc, "main.rs", "rust-program", ("traced", "runtime", "probes"), "trace-e2e.rs")
    names = {"LOG_FILE": "log", "FTRACE_FILE": "ftrace", "SIMPLE_FILE": "simple"}
    run("./rust-program", cwd=folder, environment=names)
    run("./c-program", cwd=folder, environment={"EXPECTED": "expected"})


def crates(folder: Path, rustc: str) -> None:
    """Compile the crates `util` and `trace`."""
    for name, text in (("util", UTIL), ("trace", TRACE)):
        (folder / f"{name}.rs").write_text(text)
        run(rustc, "--edition", "2021", "--crate-type", "rlib", f"{name}.rs", cwd=folder)


def linked(
    folder: Path, rustc: str, main: str, program: str, objects: tuple[str, ...], module: str, *allowed: str
) -> None:
    """Compile a program with a generated module; only the named warnings are allowed."""
    links = [f"-Clink-arg={name}.o" for name in objects]
    command = [rustc, "--edition", "2021", "-Dwarnings", *allowed, main, "-L.", "--extern", "util"]
    traced = {"TRACED": str(folder / module)}
    run(*command, "--extern", "trace", *links, "-o", program, cwd=folder, environment=traced)
