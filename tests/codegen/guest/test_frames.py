"""The frames that C code sends on machines of every kind, read by the decoder: every value, every count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tesc.wire.items import Hello, LostInGuest, WireEvent
from tesc.wire.stream import FrameDecoder
from tests.codegen.guest.frames_firmware import SOURCES
from tests.codegen.guest.machines import MACHINES

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


def decoded(schema, data):
    decoder = FrameDecoder(schema)
    return decoder, [*decoder.feed(data), *decoder.finish()]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("config", [[], ['-DTESC_GUEST_CONFIG_H="clock.h"']])
def test_every_value_arrives(machine, config, generated, run, need, freestanding):
    compiler, package, flags, emulator = MACHINES[machine]
    cc = need(compiler, package)
    schema = generated()
    Path("main.c").write_text(MAIN)
    run(cc, *flags, *freestanding, *config, "main.c", *SOURCES, "-o", "main")
    data = run(*([need(*emulator)] if emulator else []), "./main").stdout
    decoder, items = decoded(schema, data)
    events = [item for item in items if isinstance(item, WireEvent)]
    assert [(item.wire_id, *item.values) for item in events] == VALUES
    others = [item for item in items if not isinstance(item, (WireEvent, Hello))]
    assert [type(item) for item in others] == [LostInGuest] * len(others)
    # One before the function was set; one during each thing that is sent before `nothing` is off (a zero,
    # two hellos, the event); two that were refused.
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


def test_a_hello_that_was_not_sent_is_still_due(generated, run, need, freestanding):
    """Otherwise the next events would have the low half of a time whose upper half is unknown."""
    schema = generated()
    Path("late.c").write_text(LATE)
    Path("late.h").write_text("#include <stdint.h>\nextern uint64_t now;\n#define TESC_GUEST_CLOCK() now\n")
    flags = [*freestanding, '-DTESC_GUEST_CONFIG_H="late.h"']
    run(need("gcc", "gcc"), *flags, "late.c", *SOURCES, "-o", "main")
    decoder, items = decoded(schema, run("./main").stdout)
    assert [item.time for item in items if isinstance(item, WireEvent)] == [1000, 2000 + (5 << 32)]
    assert decoder.dropped == 1


# The macro for the longest text is expanded for each byte of a text; each time, the text changes.
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
    """The copy is measured, not the original: no frame has a text with a zero in it."""
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
    # Some texts changed while they were copied.
    assert any(b"ab" in first for first, _, _ in events)
