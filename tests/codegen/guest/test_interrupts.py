"""An interrupt handler may trace: an event within an event, at each of its instructions."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tesc.trace.events import load_unit
from tesc.wire.items import LostInGuest, Skipped, WireEvent
from tesc.wire.ring import find_rings, read_ring
from tesc.wire.schema import schema_of_range
from tesc.wire.stream import FrameDecoder

# With the processor's trap flag, a handler runs after each instruction; it traces after some number of them.
MAIN = """\
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include "trace.h"

#define TRAP 0x100

static char memory[8192] __attribute__((aligned(4096)));
static volatile unsigned long steps, when;

static void step(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    if (++steps == when) {
        trace_count(2, 0);
        ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP;
    }
}

static bool keep(void *opaque, const unsigned char *frame, size_t size)
{
    size_t *used = opaque;

    memcpy(memory + *used, frame, size);
    *used += size;
    return true;
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = step, .sa_flags = SA_SIGINFO };
    static size_t used;

    (void)keep;
    sigaction(SIGTRAP, &action, NULL);
    do {
        START;
        used = 0;
        steps = 0;
        when++;
        trace_count(0, 0);
        __asm__ volatile("pushf; orq $0x100, (%%rsp); popf" : : : "memory", "cc");
        trace_count(1, 0);
        __asm__ volatile("pushf; andq $~0x100, (%%rsp); popf" : : : "memory", "cc");
        END;
        fwrite(memory, sizeof(memory), 1, stdout);
        memset(memory, 0, sizeof(memory));
    } while (steps >= when);
    return 0;
}
"""
KINDS = {
    "ring": ("tesc_guest_ring_at(0, memory, sizeof(memory))", "(void)used", ["tesc_guest_ring.c"]),
    "frames": (
        "tesc_guest_send_by(keep, &used)",
        "trace_count(3, 0)",
        ["tesc_guest_frames.c", "tesc_guest_function.c"],
    ),
}


@pytest.fixture
def copies(guest, run, need):
    """A function that returns the schema, and the memory's contents for each place of the interrupt."""

    def made(kind: str, level: str):
        if platform.machine() != "x86_64":
            pytest.skip("the trap flag is that of x86-64")
        start, end, sources = KINDS[kind]
        Path("trace-events").write_text('count(uint32_t who, uint32_t number) "%u %u"\n')
        Path("main.c").write_text(MAIN)
        guest("header", "trace-events", "-o", "trace.h")
        guest("source", "trace-events", "-o", "trace.c")
        guest("runtime", "-o", ".")
        flags = [level, "-mno-red-zone", "-I.", f"-DSTART={start}", f"-DEND={end}"]
        run(need("gcc", "gcc"), *flags, "main.c", "trace.c", "tesc_guest.c", *sources, "-o", "main")
        data = run("./main").stdout
        assert len(data) > 8192 * 50
        schema = schema_of_range(load_unit("trace-events"), 0)
        return schema, [data[at : at + 8192] for at in range(0, len(data), 8192)]

    return made


@pytest.mark.parametrize("level", ["-O0", "-O2", "-Os"])
def test_a_ring_loses_nothing_uncounted(level, copies):
    schema, memories = copies("ring", level)
    for memory in memories:
        (ring,) = find_rings(memory)
        items = read_ring(ring, schema)
        found = [item.values[0] for item in items if isinstance(item, WireEvent)]
        lost = [item.count for item in items if isinstance(item, LostInGuest)]
        assert len(items) == len(found) + len(lost)
        # In the last run, no instruction was left to interrupt.
        assert len(found) + sum(lost) == (2 if memory is memories[-1] else 3)
        assert found in ([0, 1, 2], [0, 2, 1], [0, 1])


@pytest.mark.parametrize("level", ["-O0", "-O2", "-Os"])
def test_frames_lose_nothing_uncounted(level, copies):
    schema, memories = copies("frames", level)
    decoder = FrameDecoder(schema)
    items = [item for memory in memories for item in decoder.feed(memory)]
    assert not any(isinstance(item, Skipped) for item in items)
    assert {item.values[0] for item in items if isinstance(item, WireEvent)} == {0, 1, 2, 3}
    assert decoder.events + decoder.dropped == 4 * len(memories) - 1
    assert decoder.missing == 0
