"""Events run through the compilers that read generated code."""

from __future__ import annotations

import subprocess
import tempfile
from functools import partial
from pathlib import Path

import pytest

from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units import identifiers
from tesc.units.resolve import resolve

STUBS = Path(__file__).parents[2] / "codegen" / "stubs"
RUST_UTIL = """\
pub mod bindings {
    pub const LOG_TRACE: i32 = 1 << 15;
    extern "C" {
        pub static qemu_loglevel: i32;
        pub fn qemu_log(format: *const std::ffi::c_char, ...);
        pub fn ftrace_write(format: *const std::ffi::c_char, ...);
    }
}
"""
RUST_TRACE = """\
pub const LOG_INFO: i32 = 6;
extern "C" {
    pub fn syslog(priority: i32, format: *const std::ffi::c_char, ...);
}
#[macro_export]
macro_rules! probe {
    ($provider:ident, $name:ident $(, $argument:expr)*) => {{ $(let _ = $argument;)* }};
}
"""


def _generated(text: str, form: str, backend: str, group: str = "g", compat: str = "qemu") -> str:
    """One output for a file with this text."""
    tree = parse(Source("trace-events", text))
    assert not tree.errors, tree.errors
    options = Options(form, (backend,), group, "out", "/bin/x", "qemu", compat=compat)
    made, refusals = generate(resolve((tree,)).events, options)
    assert not refusals
    return made


def fails(command: list[object], folder: str) -> str:
    """A command's error messages; empty if it has none."""
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    return (done.stderr or "it failed") if done.returncode else ""


def _c_fails(
    text: str, backend: str, *, group: str = "g", before: str = "", flags: tuple[str, ...] = ()
) -> str:
    """gcc's errors for a C source with its header, after the lines `before`; empty if it accepts them."""
    with tempfile.TemporaryDirectory() as folder:
        for form, name in (("h", f"trace-{group}.h"), ("c", f"trace-{group}.c")):
            Path(folder, name).write_text(_generated(text, form, backend, group))
        Path(folder, "before.h").write_text(before)
        if backend == "dtrace":
            Path(folder, "probes.d").write_text(_generated(text, "d", backend, group))
            header = identifiers.file_name(group, "dtrace")
            assert not fails(["dtrace", "-h", "-s", "probes.d", "-o", header], folder)
        command = ["gcc", "-std=gnu11", "-Wall", "-Werror", "-Wno-format-extra-args", "-fsyntax-only", *flags]
        command += [f"-I{STUBS}", "-I.", "-include", "before.h", f"trace-{group}.c"]
        return fails(command, folder)


def _ust_fails(text: str) -> str:
    """gcc's errors for the LTTng provider."""
    with tempfile.TemporaryDirectory() as folder:
        for form, name in (("ust-events-h", "trace-ust-all.h"), ("ust-events-c", "trace-ust-all.c")):
            Path(folder, name).write_text(_generated(text, form, "ust", "all"))
        command = [
            "gcc",
            "-std=gnu11",
            "-Werror=int-conversion",
            "-fsyntax-only",
            f"-I{STUBS}",
            "-I.",
            "-include",
            "errno.h",
        ]
        return fails([*command, "trace-ust-all.c"], folder)


def _stap_fails(text: str, *forms: str) -> str:
    """The errors of stap's parser for tapsets."""
    with tempfile.TemporaryDirectory() as folder:
        # It wants a kernel's build folder, whatever its contents.
        kernel = Path(folder, "kernel")
        (kernel / "include" / "config").mkdir(parents=True)
        settings = ("TRACEPOINTS", "ARCH_SUPPORTS_UPROBES", "UPROBES")
        (kernel / ".config").write_text("".join(f"CONFIG_{name}=y\n" for name in settings))
        (kernel / "Module.symvers").touch()
        (kernel / "include" / "config" / "kernel.release").write_text("6.1.0\n")
        # Without SystemTap's own tapsets, which the parser would read first each time.
        parser = ["env", f"SYSTEMTAP_TAPSET={folder}/none", "stap", "-r", kernel, "-p1"]
        said = ""
        for form in forms:
            Path(folder, "a.stp").write_text(_generated(text, form, "dtrace"))
            said += fails([*parser, "a.stp"], folder)
        return said


def _rust_fails(text: str, backend: str, crates: Path) -> str:
    """rustc's errors for a module; `crates` is the folder that `rust_crates` made."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "module.rs").write_text(_generated(text, "rs", backend))
        externs = [f"--extern={name}={crates}/lib{name}.rlib" for name in ("util", "trace")]
        command = ["rustc", "--edition=2021", "--crate-type=rlib", "--emit=metadata", *externs, "module.rs"]
        return fails(command, folder)


def _rust_crates(folder: Path) -> Path:
    """Stubs of the two crates that a module uses."""
    for name, text in (("util", RUST_UTIL), ("trace", RUST_TRACE)):
        (folder / f"{name}.rs").write_text(text)
        assert not fails(["rustc", "--edition=2021", "--crate-type=rlib", f"{name}.rs"], str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def gcc(need):
    return need("gcc", "gcc")


@pytest.fixture(scope="session")
def generated():
    return _generated


@pytest.fixture(scope="session")
def c_fails():
    return _c_fails


@pytest.fixture(scope="session")
def dtrace_fails(need):
    """gcc's errors for C with probes."""
    need("dtrace", "systemtap-sdt-dev")
    return partial(_c_fails, backend="dtrace")


@pytest.fixture(scope="session")
def ust_fails(skip_without):
    if "fatal" in _ust_fails("a(void)\n"):
        skip_without("lttng/tracepoint.h (Debian's package liblttng-ust-dev)")
    return _ust_fails


@pytest.fixture(scope="session")
def stap_fails(need):
    need("stap", "systemtap")
    return _stap_fails


@pytest.fixture(scope="session")
def rust_fails(tmp_path_factory, rustc):
    return partial(_rust_fails, crates=_rust_crates(tmp_path_factory.mktemp("crates")))


@pytest.fixture
def claims(run):
    """A function that returns everything that a rule reports in a text."""

    def said(text: str, code: str) -> str:
        return "\n".join(one.message for one in run(text, select=[code], profile="qemu"))

    return said
