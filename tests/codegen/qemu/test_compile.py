"""The outputs run through the tools that read them: gcc, dtrace(1), rustc."""

from __future__ import annotations

import platform
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tesc.cli.tracetool import main

HERE = Path(__file__).parent
STUBS = HERE.parent / "stubs"
# All except the input whose formats leave arguments unused, which gcc would report.
GROUPS = sorted(path.name for path in (HERE / "inputs").iterdir() if path.name != "c_only")
BACKENDS = ("log", "simple", "syslog", "ftrace", "dtrace", "dtrace,ftrace,log,simple,syslog")
STRICT = ["-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", f"-I{STUBS}", "-I."]
# Where Debian has sys/sdt.h, but where -m32 does not look.
DTRACE = ["-idirafter", "/usr/include/x86_64-linux-gnu"]
# Spellings of types that dtrace(1)'s first parser rejects; it says so and uses its second parser.
ODDLY_SPELLED = ("types", "layout")


def run(*command: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done


def generate(group: str, backends: str, *formats: str) -> None:
    """Generate files from `trace-events` in the working directory, with their names in QEMU's build."""
    names = {"h": f"trace-{group}.h", "c": f"trace-{group}.c", "rs": f"trace-{group}.rs", "d": "probes.d"}
    for form in formats:
        arguments = [f"--format={form}", f"--backends={backends}", f"--group={group}"]
        assert main([*arguments, "trace-events", names[form]]) == 0


@pytest.fixture
def gcc(need):
    return need("gcc", "gcc")


@pytest.fixture
def use(tmp_path, monkeypatch):
    """A function that makes a new working directory with an input in it."""
    monkeypatch.chdir(tmp_path)

    def copy(group: str) -> None:
        shutil.copyfile(HERE / "inputs" / group / "trace-events", "trace-events")

    return copy


@pytest.fixture(scope="session")
def can_32bit(need, skip_without, tmp_path_factory):
    """Requires a compiler and headers for 32-bit programs."""
    source = tmp_path_factory.mktemp("m32") / "m32.c"
    source.write_text("#include <stdint.h>\n#include <stdio.h>\nint main(void) { return 0; }\n")
    command = [need("gcc", "gcc"), "-m32", source, "-o", source.with_suffix("")]
    if platform.machine() != "x86_64":
        pytest.skip("only x86-64 has -m32")
    if subprocess.run(command, capture_output=True).returncode:
        skip_without("-m32 (Debian's package gcc-multilib)")


def dtrace_header(need, group: str) -> None:
    """Generate the header that the dtrace backend's sources include."""
    header = Path(f"trace-dtrace-{group}.h")
    done = run(need("dtrace", "systemtap-sdt-dev"), "-h", "-s", "probes.d", "-o", header)
    assert done.stderr == b""
    if group not in ODDLY_SPELLED:
        assert done.stdout == b""


@pytest.mark.parametrize("backends", BACKENDS)
@pytest.mark.parametrize("group", GROUPS)
def test_sources_compile_without_a_warning(group, backends, gcc, need, use, can_32bit):
    """For both data models: a format may be right on one and wrong on the other."""
    use(group)
    generate(group, backends, "h", "c", "d")
    flags = [*STRICT]
    if "dtrace" in backends:
        dtrace_header(need, group)
        flags += DTRACE
    run(gcc, *flags, "-m64", "-c", f"trace-{group}.c", "-o", "64.o")
    run(gcc, *flags, "-m32", "-fsyntax-only", f"trace-{group}.c")


def test_the_compiler_names_the_events_file(gcc, use):
    """This is what `#line` is for, and it proves that the compiler checks the formats."""
    use("nothing")
    Path("trace-events").write_text('# one\ngood(int a) "%d"\nbad(const char *a) "%d"\n')
    generate("g", "log", "h", "c")
    done = subprocess.run([gcc, *STRICT, "-fsyntax-only", "trace-g.c"], capture_output=True, text=True)
    assert "trace-events:3:" in done.stderr
    assert "trace-events:2:" not in done.stderr


MAIN = """\
#include "qemu/osdep.h"
#include "trace-g.h"

int main(void)
{
    trace_void();                          /* nobody has switched it on */
    if (trace_enable_events("*") != 5) {   /* all but the disabled one */
        return 1;
    }
    trace_void();
    trace_numbers(true, -1, UINT64_MAX, -2);
    trace_text("hello", NULL);
    trace_pointer((void *)(uintptr_t)0x1234);
    trace_off(7);
    trace_silent();
    return 0;
}
"""
EVENTS = """\
void(void) "nothing"
numbers(bool a, int8_t b, uint64_t c, long d) "%d %d 0x%" PRIx64 " %ld"
text(const char *a, const char *b) "'%s'"
disable off(int a) "%d"
pointer(void *a) "%p"
silent(void)
"""


def traced(gcc: str, backends: str, machine: str) -> subprocess.CompletedProcess[bytes]:
    """The output of a program with the given backends."""
    Path("trace-events").write_text(
        EVENTS.replace("\"'%s'\"", "\"'%s' %s\"" if backends == "log" else '"%s%s"')
    )
    Path("main.c").write_text(MAIN.replace("NULL", '"there"' if backends == "log" else "NULL"))
    generate("g", backends, "h", "c")
    run(gcc, *STRICT, machine, "main.c", "trace-g.c", STUBS / "runtime.c", "-o", "main")
    return run("./main")


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_log_of_a_program(gcc, machine, use, can_32bit):
    use("nothing")
    done = traced(gcc, "log", machine)
    assert done.stdout == b""
    assert done.stderr.decode() == (
        "void nothing\nnumbers 1 -1 0xffffffffffffffff -2\ntext 'hello' there\npointer 0x1234\nsilent \n"
    )


def record(number: int, *arguments: int | bytes) -> bytes:
    """A record as QEMU's docs/devel/tracing describes it: numbers take 64 bits."""
    body = b""
    for argument in arguments:
        if isinstance(argument, bytes):
            body += struct.pack("=I", len(argument)) + argument
        else:
            body += struct.pack("=Q", argument & (2**64 - 1))
    return struct.pack("=QQQII", 1, number, 0, 24 + len(body), 0) + body


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_records_of_a_program(gcc, machine, use, can_32bit):
    """Signed numbers keep their sign, whatever the machine; NULL is an empty text."""
    use("nothing")
    done = traced(gcc, "simple", machine)
    assert done.stderr == b""
    assert done.stdout == b"".join(
        [record(0), record(1, 1, -1, -1, -2), record(2, b"hello", b""), record(4, 0x1234), record(5)]
    )


def test_program_with_probes_links(gcc, need, use):
    use("nothing")
    Path("trace-events").write_text(EVENTS)
    Path("main.c").write_text(MAIN)
    generate("g", "dtrace", "h", "c", "d")
    dtrace_header(need, "g")
    run(need("dtrace", "systemtap-sdt-dev"), "-G", "-s", "probes.d", "-o", "probes.o")
    run(gcc, *STRICT, *DTRACE, "main.c", "trace-g.c", STUBS / "runtime.c", "probes.o", "-o", "main")
    run("./main")


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


@pytest.fixture(scope="session")
def rust_crates(tmp_path_factory, rustc):
    """A function that compiles a module with stubs of the two crates it uses."""
    folder = tmp_path_factory.mktemp("crates")
    for name, text in (("util", RUST_UTIL), ("trace", RUST_TRACE)):
        (folder / f"{name}.rs").write_text(text)
        run(rustc, "--edition=2021", "--crate-type=rlib", f"--out-dir={folder}", folder / f"{name}.rs")

    def compile_(module: str) -> None:
        externs = [f"--extern={name}={folder}/lib{name}.rlib" for name in ("util", "trace")]
        run(rustc, "--edition=2021", "--crate-type=rlib", "--emit=metadata", *externs, module)

    return compile_


@pytest.mark.parametrize("group", GROUPS)
def test_rust_modules_compile(group, use, rust_crates):
    use(group)
    for backends in BACKENDS:
        generate(group, backends, "rs")
        rust_crates(f"trace-{group}.rs")
