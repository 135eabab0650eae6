"""The frames that C sends, on machines of every kind, read by the decoder: every value, every count."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tesc.trace.events import load_unit
from tesc.wire.items import Hello, LostInGuest, WireEvent
from tesc.wire.schema import schema_of_range
from tesc.wire.stream import FrameDecoder

EVENTS = """\
nothing(void) "nothing"
narrow(char a, signed char b, unsigned char c, short d, unsigned short e, bool f) "%c %d %u %d %u %d"
ints(int a, unsigned b, const int c, unsigned int d) "%d %u %d %u"
disable off(int a, const char *b, uint64_t c) "%d %s %" PRIu64
longs(long a, unsigned long b, long long c, unsigned long long d, long int e) "%ld %lu %lld %llu %ld"
fixed(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f) "%d %u %d %u %d %u"
sixty_four(int64_t a, uint64_t b) "%" PRId64 " %" PRIu64
sizes(size_t a, ssize_t b, ptrdiff_t c, intptr_t d, uintptr_t e) "%zu %zd %td %" PRIdPTR " %" PRIuPTR
include "sub/trace-events" prefix sub_
pointers(void *a, const char *b, char **c, const void * const_d, uint64_t *e) "%p %p %p %p %p"
names(int tesc_guest_event, int tesc_guest_1, int NULL, int TRACE_OFF, int unix) "%d %d %d %d %d"
"""
SUB = """\
text(const char *a, int b, char *c) "%s %d %s"
eight(int a, int b, int c, int d, int e, int f, int g, uint64_t h) "%d %d %d %d %d %d %d %" PRIu64
"""

MAIN = """\
#include <stdio.h>
#include "trace.h"

#define P(number) ((void *)(uintptr_t)(number))

static int refused;

static bool write_frame(void *opaque, const unsigned char *frame, size_t size)
{
    trace_nothing(); /* an event within an event: lost */
    if (refused > 0) {
        refused--;
        return false;
    }
    return fwrite(frame, size, 1, (FILE *)opaque) == 1;
}

int main(void)
{
    char longer[81];
    int i;

    for (i = 0; i < 80; i++) {
        longer[i] = (char)('a' + i % 26);
    }
    longer[80] = 0;
    trace_nothing(); /* there is no function yet */
    tesc_guest_send_by(write_frame, stdout);
    trace_nothing();
    tesc_guest_set_state("nothing", false);
    trace_narrow('A', -1, 255, -32768, 65535, true);
    trace_ints(-2147483647 - 1, 4294967295u, -1, 0x80000000u);
    trace_off(1, "off", 2);
    trace_longs(-5, 0xfffffffful, -5000000000ll, 0xfedcba9876543210ull, -6);
    trace_fixed(-128, 255, -32768, 65535, -2147483647 - 1, 4294967295u);
    trace_sixty_four(-9223372036854775807ll - 1, 18446744073709551615ull);
    trace_sixty_four(-5000000000ll, 0x0123456789abcdefull);
    trace_sizes(0xfffffff0u, -1, -2, -3, 0xfffffff1u);
    trace_sub_text("disk", -7, NULL);
    trace_sub_text(longer, 1, longer + 16);
    trace_sub_eight(1, -2, 3, -4, 5, -6, 7, 72057594037927936ull);
    trace_pointers(P(0xfffffff0u), (const char *)P(0x1000), NULL, P(0x80000000u), (uint64_t *)P(1));
    trace_names(1, 2, 3, 4, 5);
    refused = 2;
    trace_ints(1, 2, 3, 4);
    trace_ints(1, 2, 3, 4);
    trace_ints(5, 6, 7, 8);
    if (tesc_guest_set_state("*", false) != 12 || tesc_guest_on(TRACE_NAMES)) {
        return 2;
    }
    trace_names(1, 2, 3, 4, 5);
    if (tesc_guest_set_state("n*e?", true) != 1 || tesc_guest_set_state("in", true) != 0) {
        return 3;
    }
    for (i = 0; i < 200; i++) {
        trace_names(i, -i, 0, 1, 2);
    }
    return 0;
}
"""

LONGER = bytes(ord("a") + n % 26 for n in range(80))
VALUES = [
    (0,),
    (1, ord("A"), -1, 255, -32768, 65535, 1),
    (2, -(1 << 31), 0xFFFFFFFF, -1, 0x80000000),
    (4, -5, 0xFFFFFFFF, -5000000000, 0xFEDCBA9876543210, -6),
    (5, -128, 255, -32768, 65535, -(1 << 31), 0xFFFFFFFF),
    (6, -(1 << 63), (1 << 64) - 1),
    (6, -5000000000, 0x0123456789ABCDEF),
    (7, 0xFFFFFFF0, -1, -2, -3, 0xFFFFFFF1),
    (8, b"disk", -7, b""),
    (8, LONGER[:64] + b"...", 1, LONGER[16:]),
    (9, 1, -2, 3, -4, 5, -6, 7, 1 << 56),
    (10, 0xFFFFFFF0, 0x1000, 0, 0x80000000, 1),
    (11, 1, 2, 3, 4, 5),
    (2, 5, 6, 7, 8),
    *((11, n, -n, 0, 1, 2) for n in range(200)),
]

MACHINES = {
    "x86_64": ("gcc", "gcc", ["-m64"], None),
    "i386": ("gcc", "gcc-multilib", ["-m32"], None),
    "clang": ("clang", "clang", [], None),
    "big-endian": (
        "powerpc-linux-gnu-gcc",
        "gcc-powerpc-linux-gnu, with libc6-dev-powerpc-cross",
        ["-static"],
        ("qemu-ppc", "qemu-user"),
    ),
}
SOURCES = ["trace.c", "tesc_guest.c", "tesc_guest_frames.c", "tesc_guest_function.c"]
CLOCK = """\
#include <stdint.h>
static inline uint64_t ticks(void)
{
    static uint64_t now = 10000000000u;
    return now += 300000000;
}
#define TESC_GUEST_CLOCK() ticks()
#define TESC_GUEST_CLOCK_HZ 1000000000
#define TESC_GUEST_SOURCE() 2
#define TESC_GUEST_NAME "toy"
#define TESC_GUEST_LOCK(flags) ((void)((flags) = 1))
#define TESC_GUEST_UNLOCK(flags) ((void)(flags))
"""


@pytest.fixture
def generated(guest):
    """A function that writes what a firmware is built from; gives its schema."""

    def made(*options: str):
        Path("trace-events").write_text(EVENTS)
        Path("sub").mkdir(exist_ok=True)
        Path("sub/trace-events").write_text(SUB)
        Path("clock.h").write_text(CLOCK)
        guest("header", "trace-events", "-o", "trace.h", *options)
        guest("source", "trace-events", "-o", "trace.c", *options)
        guest("runtime", "-o", ".", *options)
        Path("main.c").write_text(MAIN)
        return schema_of_range(load_unit("trace-events"), 0)

    return made


def decoded(schema, data):
    decoder = FrameDecoder(schema)
    return decoder, [*decoder.feed(data), *decoder.finish()]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("config", [[], ['-DTESC_GUEST_CONFIG_H="clock.h"']])
def test_every_value_arrives(machine, config, generated, run, need, freestanding):
    compiler, package, flags, emulator = MACHINES[machine]
    cc = need(compiler, package)
    schema = generated()
    run(cc, *flags, *freestanding, *config, "main.c", *SOURCES, "-o", "main")
    data = run(*([need(*emulator)] if emulator else []), "./main").stdout
    decoder, items = decoded(schema, data)
    events = [item for item in items if isinstance(item, WireEvent)]
    assert [(item.wire_id, *item.values) for item in events] == VALUES
    others = [item for item in items if not isinstance(item, (WireEvent, Hello))]
    assert [type(item) for item in others] == [LostInGuest] * len(others)
    # One before there was a function; one within each thing that is sent before `nothing` is off (a
    # zero, two hellos, the event); two that were refused.
    assert decoder.dropped == 1 + 4 + 2
    assert (decoder.missing, decoder.refused, decoder.exact) == (0, 0, True)
    hello = decoder.hello
    assert hello.big_endian == (machine == "big-endian")
    assert hello.wide == (machine in ("x86_64", "clang"))
    if config:
        assert (hello.name, hello.frequency) == ("toy", 1_000_000_000)
        steps = {b.time - a.time for a, b in zip(events, events[1:])}
        assert steps <= {300_000_000, 900_000_000} and {item.source for item in events} == {2}
    else:
        assert (hello.name, hello.frequency, events[0].time, events[0].source) == ("guest", None, None, None)


LATE = """\
#include <stdio.h>
#include "trace.h"

uint64_t now = 1000;
static bool up = true;

static bool write_frame(void *opaque, const unsigned char *frame, size_t size)
{
    return up && fwrite(frame, size, 1, (FILE *)opaque) == 1;
}

int main(void)
{
    tesc_guest_send_by(write_frame, stdout);
    trace_nothing();
    up = false;
    now += (uint64_t)5 << 32;
    trace_nothing();
    up = true;
    now += 1000;
    trace_nothing();
    return 0;
}
"""


def test_a_hello_that_did_not_go_out_is_still_due(generated, run, need, freestanding):
    """Else the next events would have the low half of a time whose upper half nobody knows."""
    schema = generated()
    Path("late.c").write_text(LATE)
    Path("late.h").write_text("#include <stdint.h>\nextern uint64_t now;\n#define TESC_GUEST_CLOCK() now\n")
    flags = [*freestanding, '-DTESC_GUEST_CONFIG_H="late.h"']
    run(need("gcc", "gcc"), *flags, "late.c", *SOURCES, "-o", "main")
    decoder, items = decoded(schema, run("./main").stdout)
    assert [item.time for item in items if isinstance(item, WireEvent)] == [1000, 2000 + (5 << 32)]
    assert decoder.dropped == 1


# What a firmware has also: the table of position-independent code.
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
    """No libc, no libgcc: not the functions either that compilers put in by themselves."""
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
# What was generated in 2011: a truth value in a table, and a number that is known when it is compiled.
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
        """From the function's beginning to the first return, which is that of an event that is off."""
        run(cc, *freestanding, *flags, "-O2", "-fno-asynchronous-unwind-tables", "-S", name, "-o", "out.s")
        body = Path("out.s").read_text().split("\nevent:\n")[1]
        lines = [line for line in body.splitlines() if re.match(r"\t[a-z]", line)]
        end = next(number for number, line in enumerate(lines) if RETURN.match(line))
        return [line.split()[0] for line in lines[: end + 1]]

    assert len(instructions("ours.c")) <= len(instructions("best.c"))


def test_a_prefix_renames_all_that_is_global(generated, run, need, freestanding):
    generated("--prefix", "fw")
    cc, nm = need("gcc", "gcc"), need("nm", "binutils")
    run(cc, *freestanding, "-c", *SOURCES)
    symbols = run(nm, "--defined-only", "-g", *(name.replace(".c", ".o") for name in SOURCES)).stdout
    defined = {line.split()[2] for line in symbols.decode().splitlines() if len(line.split()) == 3}
    assert {"fw_n", "fw_3", "fw_events", "fw_lost", "fw_on_root", "fw_on_sub", "fw_send_by"} <= defined
    assert all(name.startswith("fw_") for name in defined)


def test_c_plus_plus_and_types_of_ones_own(generated, run, need):
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


def test_a_header_a_folder(guest, generated, run, need, freestanding):
    """An event that is inserted elsewhere leaves a folder's header as it is."""
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


def test_what_no_frame_holds(tmp_path, monkeypatch, capsys):
    from tesc.cli.main import main

    monkeypatch.chdir(tmp_path)
    many = ", ".join(f"uint64_t a{n}" for n in range(30))
    Path("trace-events").write_text(f'many({many}) "m"\nreal(double d) "%f"\n')
    assert main(["guest", "header", "trace-events", "--isolated", "--max-args=40"]) == 1
    said = capsys.readouterr().err
    assert "trace-events:1:1: error[TE301]: 30 arguments may take 285 bytes, but a frame holds 254" in said
    assert "trace-events:2:6: error[TE306]" in said


# The longest text is asked for with each byte of a text: then that changes.
CHANGING = """\
extern void change(void);
#define TESC_GUEST_TEXT (change(), 64u)
"""
CHANGED = """\
#include <stdio.h>
#include <string.h>
#include "trace.h"

static char text[80];
static unsigned left, after;

void change(void)
{
    if (left-- == 0) {
        memset(text, 0, sizeof(text));
        memset(text, 'b', after);
    }
}

static bool write_frame(void *opaque, const unsigned char *frame, size_t size)
{
    return fwrite(frame, size, 1, (FILE *)opaque) == 1;
}

int main(void)
{
    static const unsigned sizes[] = { 0, 1, 8, 31, 32, 33, 63, 64, 65, 79 };
    unsigned i, j, k;

    tesc_guest_send_by(write_frame, stdout);
    for (i = 0; i < 10; i++) {
        for (j = 0; j < 10; j++) {
            for (k = 0; k < 66; k++) {
                memset(text, 0, sizeof(text));
                memset(text, 'a', sizes[i]);
                left = k, after = sizes[j];
                trace_sub_text(text, (int)sizes[i], text);
            }
        }
    }
    return 0;
}
"""


def test_a_text_that_changes_while_it_is_sent(generated, run, need, freestanding):
    """What was copied is what is measured: no frame holds a text with a zero in it."""
    schema = generated()
    Path("changed.c").write_text(CHANGED)
    Path("changing.h").write_text(CHANGING)
    flags = ['-DTESC_GUEST_CONFIG_H="changing.h"', "-O1", "-fsanitize=address,undefined"]
    run(need("gcc", "gcc"), *freestanding, *flags, "changed.c", *SOURCES, "-o", "changed")
    _, items = decoded(schema, run("./changed").stdout)
    assert {type(item) for item in items} == {WireEvent, Hello}
    events = [item.values for item in items if isinstance(item, WireEvent)]
    assert len(events) == 10 * 10 * 66
    assert all(
        re.fullmatch(rb"a*b*(\.\.\.)?", text) for first, _, second in events for text in (first, second)
    )
    # Some were caught in the act.
    assert any(b"ab" in first for first, _, _ in events)
