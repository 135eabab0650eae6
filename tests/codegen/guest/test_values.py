"""Arguments of every type, on machines of every kind: compiled strictly, run, and read word for word."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from tests.codegen.guest.machines import MACHINES
from tests.codegen.guest.number_events import NUMBERS

EVENTS = f"""\
{NUMBERS}pointers(void *a, const char *b, char **c, const void * const_d, uint64_t *e) "%p %s %p %p %p"
names(int trace5, int trace_list, int NR_TRACE_EVENTS, int TRACE_OFF, int unix) "%d %d %d %d %d"
"""

MAIN = """\
#include <stdio.h>
#include "trace.h"

#define P(number) ((void *)(uintptr_t)(number))

static bool write_record(void *opaque, const unsigned char *record)
{
    trace_nothing(); /* a record within a record: lost */
    return fwrite(record, TESC_GUEST_RECORD_BYTES, 1, opaque) == 1;
}

int main(void)
{
    trace_nothing(); /* there is no function yet */
    tesc_guest_send_by(write_record, stdout);
    trace_nothing();
    trace_narrow('A', -1, 255, -32768, 65535, true);
    trace_ints(-2147483647 - 1, 4294967295u, -1, 0x80000000u);
    trace_off(1, "off", 2);
    trace_longs(-5, 0xfffffffful, -5000000000ll, 0xfedcba9876543210ull, -6);
    trace_fixed(-128, 255, -32768, 65535, -2147483647 - 1, 4294967295u);
    trace_sixty_four(INT64_MIN, UINT64_MAX);
    trace_sixty_four(-5000000000ll, 0x0123456789abcdefull);
    trace_sizes(0xfffffff0u, -1, -2, -3, 0xfffffff1u);
    trace_pointers(P(0xfffffff0u), P(0x1000), NULL, P(0x80000000u), P(1));
    trace_names(1, 2, 3, 4, 5);
    trace6(3, 1, 2, 3, 4, 5, 6);  /* off */
    trace6(10, 1, 2, 3, 4, 5, 6); /* no event */
    trace6(UINT64_C(1) << 32, 1, 2, 3, 4, 5, 6);
    if (tesc_guest_set_state("*", false) != NR_TRACE_EVENTS || tesc_guest_on(TRACE_NAMES)) {
        return 2;
    }
    trace_names(1, 2, 3, 4, 5);
    if (tesc_guest_set_state("n*e?", true) != 1 || tesc_guest_set_state("in", true) != 0) {
        return 3;
    }
    trace_names(-1, 2, 3, 4, 5);
    return tesc_guest_lost != EXPECTED_LOST;
}
"""

WORDS = [
    (0,),
    (1, ord("A"), -1, 255, -32768, 65535, 1),
    (2, -(1 << 31), 0xFFFFFFFF, -1, 0x80000000),
    (4, -5, 0xFFFFFFFF, -5000000000, 0xFEDCBA9876543210, -6),
    (5, -128, 255, -32768, 65535, -(1 << 31), 0xFFFFFFFF),
    (6, -(1 << 63), (1 << 64) - 1),
    (6, -5000000000, 0x0123456789ABCDEF),
    (7, 0xFFFFFFF0, -1, -2, -3, 0xFFFFFFF1),
    (8, 0xFFFFFFF0, 0x1000, 0, 0x80000000, 1),
    (9, 1, 2, 3, 4, 5),
    (9, -1, 2, 3, 4, 5),
]
# One event before the function is set, and one during each record while `nothing` is on.
LOST = 1 + len(WORDS) - 1


@pytest.fixture
def generated(guest):
    Path("trace-events").write_text(EVENTS)
    guest("header", "trace-events", "--wire", "words", "-o", "trace.h")
    guest("source", "trace-events", "--wire", "words", "-o", "trace.c")
    guest("runtime", "--wire", "words", "-o", ".")


@pytest.mark.parametrize("machine", MACHINES)
def test_words_arrive_whole(machine, generated, run, need, freestanding):
    compiler, package, flags, emulator = MACHINES[machine]
    cc = need(compiler, package)
    Path("main.c").write_text(MAIN)
    sources = ["main.c", "trace.c", "tesc_guest.c", "tesc_guest_function.c"]
    run(cc, *flags, *freestanding, f"-DEXPECTED_LOST={LOST}", *sources, "-o", "main")
    data = run(*([need(*emulator)] if emulator else []), "./main").stdout
    records = [struct.unpack_from("<7Q", data, at) for at in range(0, len(data), 56)]
    mask = (1 << 64) - 1
    assert records == [tuple(w & mask for w in (*words, *[0] * (7 - len(words)))) for words in WORDS]


# Allowed in every firmware: nm's own letter, the table of position-independent code, and the runtime.
# At -Os, all of PowerPC's functions restore registers with common code (_restgpr_).
ANYWHERE = {"U", "_GLOBAL_OFFSET_TABLE_", "tesc_guest_lost"}
PORTS = ("tesc_guest_debugcon", "tesc_guest_fw_cfg_port")
# What each file may leave undefined.
UNDEFINED = {
    "trace": set(),
    "tesc_guest": {"trace_list", "tesc_guest_events", "tesc_guest_send"},
    "tesc_guest_debugcon": set(),
    "tesc_guest_function": set(),
    "tesc_guest_fw_cfg_mmio": set(),
    "tesc_guest_fw_cfg_port": set(),
    "use": {"trace_list", *(f"trace{number}" for number in range(7))},
}


USE = """\
#include "trace.h"

void use(void *p);

void use(void *p)
{
    trace_nothing();
    trace_ints(1, 2, 3, 4);
    trace_off(1, p, 2);
    trace_fixed(1, 2, 3, 4, 5, 6);
    trace_sixty_four(1, 2);
    trace_pointers(p, p, p, p, p);
    tesc_guest_lost = sizeof(trace_list[0]);
}
"""


@pytest.mark.parametrize("level", ["-O0", "-O2", "-O3", "-Os"])
@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_else_is_needed(machine, level, generated, run, need, freestanding):
    """No libc, no libgcc, and not even the functions that compilers insert themselves."""
    compiler, package, flags, _ = MACHINES[machine]
    cc = need(compiler, package)
    nm = need("nm", "binutils")
    Path("use.c").write_text(USE)
    include = run(cc, "-print-file-name=include").stdout.decode().strip()
    if compiler == "clang":
        include = f"{run(cc, '-print-resource-dir').stdout.decode().strip()}/include"
    strict = [
        "-Wmissing-prototypes",
        "-Wstrict-prototypes",
        "-Wshadow",
        "-Wcast-qual",
        "-Wundef",
        "-Wconversion",
    ]
    alone = ["-nostdinc", "-isystem", include, "-fno-stack-protector", *strict]
    names = [name for name in UNDEFINED if machine != "big-endian" or name not in PORTS]
    run(cc, *flags, *freestanding, *alone, level, "-c", *(f"{name}.c" for name in names))
    for name in names:
        undefined = run(nm, "-u", f"{name}.o").stdout.decode().split()
        found = {word for word in undefined if word not in ANYWHERE and not word.startswith("_restgpr_")}
        assert found <= UNDEFINED[name]


def test_a_machine_without_ports_says_so(generated, need, freestanding):
    cc = need("powerpc-linux-gnu-gcc", "gcc-powerpc-linux-gnu")
    command = [cc, *freestanding, "-c", "tesc_guest_debugcon.c"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "define TESC_GUEST_OUTB(port, value) and TESC_GUEST_OUTW(port, value)" in done.stderr
    macros = ["-DTESC_GUEST_OUTB(p,v)", "-DTESC_GUEST_OUTW(p,v)", "-Wno-unused"]
    assert subprocess.run([*command, *macros]).returncode == 0
