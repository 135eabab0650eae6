"""The ring in memory: written by C code on several machines and by several threads, read from copies."""

from __future__ import annotations

import base64
import json
import random
import struct
import sys
from pathlib import Path

import pytest

from tesc.trace.events import load_unit
from tesc.wire.items import Before, LostInGuest, OtherSchema, Skipped, WireEvent
from tesc.wire.ring import HEADER, find_rings, read_ring, ring_of_log
from tesc.wire.schema import schema_of, schema_of_range

EVENTS = """\
nothing(void) "nothing"
ints(int a, unsigned b, int8_t c, bool d) "%d %u %d %d"
wide(int64_t a, uint64_t b) "%" PRId64 " %" PRIu64
text(const char *a, int b) "%s %d"
count(uint32_t thread, uint32_t number) "%u %u"
"""
MAIN = """\
#include <stdio.h>
#include "trace.h"

static char memory[3][4096 + 4096] __attribute__((aligned(4096)));

int main(int argc, char **argv)
{
    unsigned i;

    (void)argv;
    trace_nothing(); /* there is no ring yet */
    if (tesc_guest_ring_at(1, memory[1], 8192) || tesc_guest_ring_at(0, memory[1] + 8, 8000)) {
        return 2; /* no such CPU, not aligned */
    }
    if (!tesc_guest_ring_at(0, memory[1], 8192) || tesc_guest_lost != 1) {
        return 3;
    }
    if (argc > 1) {
        tesc_guest_ring_at(0, memory[1], 8192); /* a reset */
    }
    trace_nothing();
    trace_ints(-1, 4294967295u, -128, true);
    trace_wide(-9223372036854775807ll - 1, 18446744073709551615ull);
    trace_text("eightbyt", 1);
    trace_text(NULL, 2);
    trace_text("0123456789012345678901234567890123456789012345678901234567890123456789", 3);
    for (i = 0; argc > 1 && i < 1000; i++) {
        trace_count(7, i);
    }
    return fwrite(memory, sizeof(memory), 1, stdout) != 1;
}
"""
FIRST = [
    (0,),
    (1, -1, 4294967295, -128, 1),
    (2, -(1 << 63), (1 << 64) - 1),
    (3, b"eightbyt", 1),
    (3, b"", 2),
    (3, b"0123456789012345678901234567890123456789012345678901234567890123...", 3),
]
MACHINES = {
    "x86_64": ("gcc", "gcc", ["-m64"], None),
    "i386": ("gcc", "gcc-multilib", ["-m32"], None),
    "big-endian": (
        "powerpc-linux-gnu-gcc",
        "gcc-powerpc-linux-gnu, with libc6-dev-powerpc-cross",
        ["-static"],
        ("qemu-ppc", "qemu-user"),
    ),
}
CLOCK = """\
#include <stdint.h>
static inline uint64_t ticks(void)
{
    static uint64_t now = 5000000000u;
    return now += 10;
}
#define TESC_GUEST_CLOCK() ticks()
#define TESC_GUEST_CLOCK_HZ 1000000
"""
# A clock of unknown rate; the macros use variables with common names.
RATELESS = """\
#include <stdint.h>
extern unsigned cpu;
extern uint64_t now;
#define TESC_GUEST_CLOCK() (now += 10)
#define TESC_GUEST_SOURCE() cpu
"""
NAMES = "unsigned cpu;\nunsigned long long now = 5000000000;\n"
SOURCES = ["trace.c", "tesc_guest.c", "tesc_guest_ring.c"]


@pytest.fixture
def schema(guest):
    """The schema of the events; the firmware's sources are in the folder."""
    Path("trace-events").write_text(EVENTS)
    Path("main.c").write_text(MAIN)
    Path("clock.h").write_text(CLOCK)
    Path("rateless.h").write_text(RATELESS)
    Path("names.c").write_text(NAMES)
    guest("header", "trace-events", "-o", "trace.h")
    guest("source", "trace-events", "-o", "trace.c")
    guest("runtime", "-o", ".")
    return schema_of_range(load_unit("trace-events"), 0)


def values(items):
    return [(item.wire_id, *item.values) for item in items if isinstance(item, WireEvent)]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("config", [None, "clock.h", "rateless.h"])
def test_every_value_is_in_the_ring(machine, config, schema, run, need, freestanding):
    compiler, package, flags, emulator = MACHINES[machine]
    names = [*(["names.c", f'-DTESC_GUEST_CONFIG_H="{config}"'] if config else [])]
    run(need(compiler, package), *flags, *freestanding, *names, "main.c", *SOURCES, "-o", "main")
    program = [*([need(*emulator)] if emulator else []), "./main"]
    (ring,) = find_rings(run(*program).stdout)
    assert (ring.offset, ring.boots, ring.events, ring.hash) == (8192, 1, 6, schema.hash)
    assert (ring.timed, ring.frequency) == (config is not None, 1_000_000 if config == "clock.h" else 0)
    assert ring.order == (">" if machine == "big-endian" else "<")
    items = read_ring(ring, schema)
    assert values(items) == FIRST and len(items) == 6
    times = [5_000_000_010 + 10 * n for n in range(6)] if config else [None] * 6
    assert [item.time for item in items] == times
    # The same memory after a reset, and full: it has the newest events, and the others are counted.
    (ring,) = find_rings(run(*program, "full").stdout)
    items = read_ring(ring, schema)
    found = values(items)
    assert (ring.boots, ring.events) == (2, 1006)
    assert found == [(4, 7, n) for n in range(1000 - len(found), 1000)]
    assert len(found) == 4096 // (32 if config else 24) or len(found) == 4096 // (32 if config else 24) - 1
    assert [item for item in items if not isinstance(item, WireEvent)] == [Before(8192, 1006 - len(found), 0)]


def test_no_store_is_out_of_bounds(schema, run, need):
    """Even for compilers that give an array at the end of a structure only its declared length."""
    flags = ["-fsanitize=address,undefined,bounds-strict", "-fno-sanitize-recover=all", "-I."]
    run(need("gcc", "gcc"), *flags, "main.c", *SOURCES, "-o", "main")
    assert len(find_rings(run("./main", "full").stdout)) == 1


@pytest.mark.parametrize("cut", [0, 1, 13, 500])
@pytest.mark.parametrize("full", [False, True])
def test_the_answer_of_query_firmware_log(cut, full, schema, run, need, freestanding):
    """QEMU returns the log from head to tail, or the end of it, without the header."""
    run(
        need("gcc", "gcc"), *freestanding, '-DTESC_GUEST_CONFIG_H="clock.h"', "main.c", *SOURCES, "-o", "main"
    )
    memory = run("./main", *["full"] * full).stdout[8192:]
    size, _, head, tail, truncated = struct.unpack_from("<5Q", memory, 24)
    body = memory[HEADER : HEADER + size]
    assert truncated == full
    log = body[head:tail] if head < tail else body[head:] + body[:tail]
    version = memory[64:192].rstrip(b"\0").decode()
    whole = values(read_ring(find_rings(memory)[0], schema))
    ring = ring_of_log(version, log[cut:])
    items = read_ring(ring, schema)
    found = values(items)
    assert found == whole[len(whole) - len(found) :] and len(found) >= len(whole) - 1 - cut // 16
    assert len(items) == len(found) and all(item.time >= 5_000_000_010 for item in items)
    answer = {"return": {"version": version, "log": base64.b64encode(log).decode()}}
    Path("answer").write_text(json.dumps(answer))
    tesc = [sys.executable, "-m", "tesc", "decode", "answer", "--guest", "--events", "trace-events"]
    lines = run(*tesc).stdout.decode().splitlines()
    assert lines[-1] == (
        "count 7 999"
        if full
        else "text 0123456789012345678901234567890123456789012345678901234567890123... 3"
    )


def test_other_declarations_are_refused(schema, run, need, freestanding):
    run(need("gcc", "gcc"), *freestanding, "main.c", *SOURCES, "-o", "main")
    (ring,) = find_rings(run("./main").stdout)
    other = schema_of(schema.signatures[1:])
    assert read_ring(ring, other) == [OtherSchema(8192, schema.hash, "CPU 0")]
    assert len(read_ring(ring, other, go_on=True)) > 1


def test_damage_invents_nothing(schema, run, need, freestanding):
    run(need("gcc", "gcc"), *freestanding, "main.c", *SOURCES, "-o", "main")
    data = run("./main", "full").stdout
    rand = random.Random(3)
    sent = set(FIRST) | {(4, 7, n) for n in range(1000)}
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(20):  # only the heads: values have no checksum
            at = 8192 + HEADER + 8 * rand.randrange(512)
            if broken[at + 3] == 0xE7:
                broken[at + rand.randrange(8)] ^= 1 << rand.randrange(8)
        (ring,) = find_rings(bytes(broken))
        items = read_ring(ring, schema)
        assert set(values(items)) <= sent
        assert any(isinstance(item, Skipped) for item in items)


THREADS = """\
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "trace.h"

__thread unsigned tesc_cpu;
static char memory[4][(1 << 20) + 4096] __attribute__((aligned(4096)));

static void *work(void *argument)
{
    uint32_t i;

    tesc_cpu = (unsigned)(uintptr_t)argument;
    for (i = 0; i < 1000000; i++) {
        trace_count(tesc_cpu, i);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[4];
    uintptr_t i;

    for (i = 0; i < 4; i++) {
        tesc_guest_ring_at((unsigned)i, memory[i], sizeof(memory[i]));
    }
    for (i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, work, (void *)i);
    }
    for (i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    return fwrite(memory, sizeof(memory), 1, stdout) != 1;
}
"""


def test_four_threads_with_a_million_events_each(schema, run, need):
    """No event is corrupt, and every overwritten one is counted."""
    Path("threads.c").write_text(THREADS)
    config = ["-DTESC_GUEST_RINGS=4", "-DTESC_GUEST_SOURCE()=tesc_cpu", '-DTESC_GUEST_CONFIG_H="cpu.h"']
    Path("cpu.h").write_text("extern __thread unsigned tesc_cpu;\n")
    run(need("gcc", "gcc"), "-O2", "-pthread", "-I.", *config, "threads.c", *SOURCES, "-o", "threads")
    rings = find_rings(run("./threads").stdout)
    assert [ring.cpu for ring in rings] == [0, 1, 2, 3]
    for ring in rings:
        items = read_ring(ring, schema)
        found = values(items)
        assert found == [(4, ring.cpu, n) for n in range(1_000_000 - len(found), 1_000_000)]
        lost = sum(item.count for item in items if isinstance(item, (Before, LostInGuest)))
        assert len(found) + lost == ring.events == 1_000_000
        assert len(found) > 40_000 and {item.source for item in items if isinstance(item, WireEvent)} == {
            ring.cpu
        }


# The clock is read after an event's texts are measured and before they are copied, so it changes them.
CHANGING = """\
#include <stdint.h>
extern char *changing, *becomes;
static inline uint64_t change(void)
{
    unsigned i;

    for (i = 0; i < 80; i++) {
        changing[i] = becomes[i];
    }
    return 7;
}
#define TESC_GUEST_CLOCK() change()
"""
CHANGED = """\
#include <stdio.h>
#include <string.h>
#include "trace.h"

char *changing, *becomes;
static char memory[2 * 4096] __attribute__((aligned(4096)));

static void traced(unsigned before, unsigned after)
{
    static char from[80], to[80];

    memset(from, 0, 80);
    memset(to, 0, 80);
    memset(from, 'a', before);
    memset(to, 'b', after);
    changing = from, becomes = to;
    trace_two(from, from, (int)before);
}

int main(void)
{
    static const unsigned sizes[] = { 0, 1, 8, 9, 63, 64, 65, 79 };
    unsigned i, j;

    for (i = 0; i < 8; i++) {
        for (j = 0; j < 8; j++) {
            if (!tesc_guest_ring_at(0, memory, sizeof(memory))) {
                return 2;
            }
            traced(sizes[i], sizes[j]);
            trace_nothing();
            if (fwrite(memory, sizeof(memory), 1, stdout) != 1) {
                return 3;
            }
        }
    }
    return 0;
}
"""


def test_a_text_that_changes_while_it_is_written(guest, run, need, freestanding):
    """It is the old or the new text, no longer than the old one; the next record is in the right place."""
    Path("trace-events").write_text('two(const char *a, char *b, int c) "%s %s %d"\nnothing(void) "x"\n')
    Path("main.c").write_text(CHANGED)
    Path("changing.h").write_text(CHANGING)
    guest("header", "trace-events", "-o", "trace.h")
    guest("source", "trace-events", "-o", "trace.c")
    guest("runtime", "-o", ".")
    flags = ['-DTESC_GUEST_CONFIG_H="changing.h"', "-fsanitize=address,undefined", "-O1"]
    run(need("gcc", "gcc"), *freestanding, *flags, "main.c", *SOURCES, "-o", "main")
    schema = schema_of_range(load_unit("trace-events"), 0)
    data = run("./main").stdout
    sizes = [0, 1, 8, 9, 63, 64, 65, 79]
    for number, (before, after) in enumerate((b, a) for b in sizes for a in sizes):
        (ring,) = find_rings(data[number * 8192 : (number + 1) * 8192])
        items = read_ring(ring, schema)
        text = b"b" * min(before, after, 64) + (b"..." if before > 64 else b"")
        assert values(items) == [(0, text, text, before), (1,)], (before, after)
        assert len(items) == 2
