"""The C code that sends frames, compiled: what it needs and defines, and what an event costs that is off."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.codegen.guest.frames_firmware import EVENTS, SOURCES
from tests.codegen.guest.machines import MACHINES

# Firmware also has the table of position-independent code.
ANYWHERE = {"U", "_GLOBAL_OFFSET_TABLE_"}
RUNTIME = {"tesc_guest_events", "tesc_guest_files", "tesc_guest_count", "tesc_guest_hash"}
UNDEFINED = {
    "trace": set(),
    "tesc_guest": {"tesc_guest_n", *RUNTIME},
    "tesc_guest_frames": {"tesc_guest_send", *RUNTIME},
    "tesc_guest_bytes": {"tesc_guest_putc"},
    "tesc_guest_function": set(),
    "tesc_guest_debugcon": set(),
    "tesc_guest_listen": {"tesc_guest_checksum", *RUNTIME},
    "tesc_guest_virtio": set(),
    "tesc_guest_fw_cfg_dma": set(),
}


@pytest.mark.parametrize("level", ["-O0", "-O2", "-Os"])
@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_else_is_needed(machine, level, generated, run, need, freestanding):
    """No libc, no libgcc, and not even the functions that compilers insert themselves."""
    compiler, package, flags, _ = MACHINES[machine]
    cc, nm = need(compiler, package), need("nm", "binutils")
    generated()
    include = run(cc, "-print-file-name=include").stdout.decode().strip()
    if compiler == "clang":
        include = f"{run(cc, '-print-resource-dir').stdout.decode().strip()}/include"
    strict = "-Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wcast-qual -Wundef -Wconversion".split()
    alone = ["-nostdinc", "-isystem", include, "-fno-stack-protector", *strict]
    names = [name for name in UNDEFINED if machine != "big-endian" or not name.endswith("debugcon")]
    run(
        cc,
        *flags,
        *freestanding,
        *alone,
        '-DTESC_GUEST_CONFIG_H="clock.h"',
        level,
        "-c",
        *(f"{n}.c" for n in names),
    )
    for name in names:
        undefined = set(run(nm, "-u", f"{name}.o").stdout.decode().split())
        found = {word for word in undefined - ANYWHERE if not word.startswith("_restgpr_")}
        assert found <= UNDEFINED[name]


OFF = {
    "x86_64": ("gcc", "gcc", ["-m64", "-fno-pic"]),
    "i386": ("gcc", "gcc-multilib", ["-m32", "-fno-pic"]),
    "arm": ("arm-linux-gnueabi-gcc", "gcc-arm-linux-gnueabi", ["-marm", "-mcpu=cortex-a15", "-fno-pic"]),
    "ppc": ("powerpc-linux-gnu-gcc", "gcc-powerpc-linux-gnu", ["-fno-pic"]),
    "riscv64": ("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu", ["-mcmodel=medany", "-fno-pic"]),
}
# The code of 2011: a bool in a table, at an index that is known at compile time.
BEST = """\
extern struct { const char *name; _Bool on; } list[9];
void call(unsigned long long id, unsigned long long a, unsigned long long b);
void event(unsigned a, unsigned b)
{
    if (list[1].on) {
        call(1, a, b);
    }
}
"""
RETURN = re.compile(r"\t(ret|blr|beqlr|bx(eq)?\t+lr)\b")


@pytest.mark.parametrize("machine", OFF)
def test_an_event_that_is_off_costs_the_test_of_a_byte(machine, guest, run, need, freestanding):
    compiler, package, flags = OFF[machine]
    cc = need(compiler, package)
    Path("trace-events").write_text('one(int a) "%d"\ntwo(uint32_t a, uint32_t b) "%u %u"\n')
    guest("header", "trace-events", "-o", "trace.h")
    guest("runtime", "-o", ".")
    Path("best.c").write_text(BEST)
    Path("ours.c").write_text(
        '#include "trace.h"\nvoid event(uint32_t a, uint32_t b);\n'
        "void event(uint32_t a, uint32_t b)\n{\n    trace_two(a, b);\n}\n"
    )

    def instructions(name: str) -> list[str]:
        """The instructions up to the function's first return: the path of an event that is off."""
        run(cc, *freestanding, *flags, "-O2", "-fno-asynchronous-unwind-tables", "-S", name, "-o", "out.s")
        body = Path("out.s").read_text().split("\nevent:\n")[1]
        lines = [line for line in body.splitlines() if re.match(r"\t[a-z]", line)]
        end = next(number for number, line in enumerate(lines) if RETURN.match(line))
        return [line.split()[0] for line in lines[: end + 1]]

    assert len(instructions("ours.c")) <= len(instructions("best.c"))


def test_a_prefix_renames_everything_global(generated, run, need, freestanding):
    generated("--prefix", "fw")
    cc, nm = need("gcc", "gcc"), need("nm", "binutils")
    run(cc, *freestanding, "-c", *SOURCES)
    symbols = run(nm, "--defined-only", "-g", *(name.replace(".c", ".o") for name in SOURCES)).stdout
    defined = {line.split()[2] for line in symbols.decode().splitlines() if len(line.split()) == 3}
    assert {"fw_n", "fw_3", "fw_events", "fw_lost", "fw_on_root", "fw_on_sub", "fw_send_by"} <= defined
    assert all(name.startswith("fw_") for name in defined)


def test_c_plus_plus_and_own_types(generated, run, need):
    generated()
    cc, cxx = need("gcc", "gcc"), need("g++", "g++")
    Path("types.h").write_text(
        "typedef unsigned char u8; typedef unsigned short uint16_t; typedef unsigned int uint32_t;\n"
        "typedef signed char int8_t; typedef short int16_t; typedef int int32_t; typedef u8 uint8_t;\n"
        "typedef long long int64_t; typedef unsigned long long uint64_t; typedef unsigned long uintptr_t;\n"
        "typedef long intptr_t; typedef unsigned long size_t; typedef long ptrdiff_t;\n"
        "typedef enum { false, true } bool;\n"
        "#define NULL ((void *)0)\n"
    )
    config = ["-nostdinc", '-DTESC_GUEST_TYPES_H="types.h"', "-ffreestanding", "-Werror", "-Wall"]
    run(cc, *config, "-std=gnu89", "-c", *SOURCES)
    Path("use.cc").write_text(
        '#include "trace.h"\nvoid use() { trace_nothing(); trace_sub_text("a", 1, 0); }\n'
    )
    run(cxx, "-Wall", "-Werror", "-c", "use.cc")
    run(cc, "-c", *SOURCES[:3], "tesc_guest_bytes.c")
    assert b"trace_" not in subprocess.run(["nm", "-u", "use.o"], capture_output=True).stdout


def test_a_header_per_folder(guest, generated, run, need, freestanding):
    """An event that is inserted in another folder does not change a folder's header."""
    generated()

    def headers() -> tuple[str, str]:
        for path, name in (("trace-events", "root.h"), ("sub/trace-events", "sub.h")):
            guest("header", "trace-events", "--only", path, "-o", name)
        return Path("root.h").read_text(), Path("sub.h").read_text()

    root, sub = headers()
    assert "trace_sub_text" not in root and "trace_nothing" not in sub
    Path("trace-events").write_text('first(void) "first"\n' + EVENTS)
    assert headers()[1] == sub
    both = '#include "root.h"\n#include "sub.h"\nvoid f(void);\n'
    both += 'void f(void) { trace_first(); trace_sub_text("", 0, 0); }\n'
    Path("use.c").write_text(both)
    run(need("gcc", "gcc"), *freestanding, "-c", "use.c")


def test_what_no_frame_can_have(tmp_path, monkeypatch, capsys):
    from tesc.cli.main import main

    monkeypatch.chdir(tmp_path)
    many = ", ".join(f"uint64_t a{n}" for n in range(30))
    Path("trace-events").write_text(f'many({many}) "m"\nreal(double d) "%f"\n')
    assert main(["guest", "header", "trace-events", "--isolated", "--max-args=40"]) == 1
    said = capsys.readouterr().err
    assert "trace-events:1:1: error[TE301]: 30 arguments may take 285 bytes, but a frame holds 254" in said
    assert "trace-events:2:6: error[TE306]" in said
