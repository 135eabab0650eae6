"""The 2011 outputs: what was right is unchanged, and what was wrong now compiles and runs."""

from __future__ import annotations

import subprocess

import pytest

from tesc.codegen.classic import BACKENDS, Options, generate
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve

TEXT = """\
first(int a, const char *s) "a %d s %s"
disable second(void *p , char **q) "p %p q %p"
third(void) "third"
fourth(uint64_t addr) "addr 0x%" PRIx64
fifth(uint64_t a,char **argv) "a %"PRIu64" argv %p"
"""

# What the outputs need to compile: the firmware's headers of that time.
STUBS = {
    "libopenbios/simpletrace.h": """\
#include <stdint.h>
#include <stddef.h>
typedef struct { const char *tp_name; int state; } TraceEvent;
void trace0(uint64_t); void trace1(uint64_t, uint64_t); void trace2(uint64_t, uint64_t, uint64_t);
""",
    "libc/vsprintf.h": """\
#include <inttypes.h>
#include <stddef.h>
int printk(const char *, ...) __attribute__((format(printf, 1, 2)));
""",
    "guest-trace.h": """\
#include <stdint.h>
void guest_trace(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
""",
}
PRINTK = """\
#include <stdarg.h>
#include <stdio.h>
int printk(const char *f, ...) { va_list a; va_start(a, f); int n = vprintf(f, a); va_end(a); return n; }
"""
WARNINGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror"]


def output(backend: str, kind: str, text: str = TEXT) -> str:
    unit = resolve([parse(Source("trace-events", text))])
    return generate(unit.events, Options(backend, kind, "/bin/guest", "qemu.system.sparc"))


@pytest.fixture
def folder(tmp_path):
    for name, text in STUBS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("data_model", ["-m64", "-m32"])
@pytest.mark.parametrize("backend", ["nop", "simple", "stderr"])
def test_headers_and_sources_compile_freestanding(folder, need, backend, data_model):
    (folder / "trace.h").write_text(output(backend, "h"))
    (folder / "trace.c").write_text(output(backend, "c"))
    (folder / "use.c").write_text('#include <stdint.h>\n#include <stddef.h>\n#include "trace.h"\nint x;\n')
    for name in ("trace.c", "use.c"):
        command = [
            need("gcc", "gcc"),
            data_model,
            *WARNINGS,
            "-ffreestanding",
            "-Wno-unused-parameter",
            "-I.",
        ]
        run(*command, "-Wno-pedantic", "-fsyntax-only", name, cwd=folder)


def test_a_format_that_ends_in_a_macro_is_complete(folder, need):
    assert '    printk("fourth addr 0x%" PRIx64 "\\n" , addr);' in output("stderr", "h").splitlines()
    assert '    trace_mark(ust, fourth, "addr 0x%" PRIx64, addr);' in output("ust", "c").splitlines()
    (folder / "trace.h").write_text(output("stderr", "h"))
    (folder / "main.c").write_text(
        PRINTK + "#include <inttypes.h>\n"
        '#include "trace.h"\n'
        'int main(void) { trace_fourth(0x123456789abcdef0); trace_second(0, 0); trace_first(-1, "x"); }\n'
    )
    run(need("gcc", "gcc"), *WARNINGS, "-Wno-unused-parameter", "-I.", "main.c", "-o", "main", cwd=folder)
    assert run("./main", cwd=folder) == "fourth addr 0x123456789abcdef0\nfirst a -1 s x\n"


def test_parameters_are_found_whatever_surrounds_them():
    lines = output("simple", "h").splitlines()
    assert "    trace2(1, (uint64_t)(uintptr_t)p,(uint64_t)(uintptr_t)q);" in lines
    assert "    trace2(4, (uint64_t)(uintptr_t)a,(uint64_t)(uintptr_t)argv);" in lines
    assert "  q = $arg2;" in output("dtrace", "stap").splitlines()


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_demultiplexer_counts_disabled_events(backend):
    cases = [line.strip() for line in output(backend, "g").splitlines() if "case" in line or "trace_" in line]
    calls = ["first(arg1, arg2)", "second(arg1, arg2)", "third()", "fourth(arg1)", "fifth(arg1, arg2)"]
    expected = [line for n, call in enumerate(calls) for line in (f"case {n}:", f"trace_{call};")]
    assert cases == expected


def test_records_of_a_guest_reach_the_right_event(folder, need):
    """The guest's simple header and the host's demultiplexer use the same numbers."""
    text = 'on(int a) "a %d"\ndisable off(int b) "b %d"\nlast(int c, int d) "c %d d %d"\n'
    (folder / "trace.h").write_text(output("stderr", "h", text))
    (folder / "demux.c").write_text("#include <stdint.h>\n" + output("stderr", "g", text))
    (folder / "guest.h").write_text(output("simple", "h", text).replace("TRACE_H", "GUEST_H"))
    (folder / "guest.c").write_text(
        '#include <stdint.h>\n#include "guest.h"\n#include "guest-trace.h"\n'
        "void trace0(uint64_t i) { guest_trace(i, 0, 0, 0, 0, 0, 0); }\n"
        "void trace1(uint64_t i, uint64_t a) { guest_trace(i, a, 0, 0, 0, 0, 0); }\n"
        "void trace2(uint64_t i, uint64_t a, uint64_t b) { guest_trace(i, a, b, 0, 0, 0, 0); }\n"
        "int main(void) { trace_on(1); trace_off(2); trace_last(3, -4); }\n"
    )
    (folder / "printk.c").write_text(PRINTK)
    sources = ["demux.c", "guest.c", "printk.c"]
    run(need("gcc", "gcc"), *WARNINGS, "-Wno-unused-parameter", "-I.", *sources, "-o", "main", cwd=folder)
    assert run("./main", cwd=folder) == "on a 1\nlast c 3 d -4\n"
