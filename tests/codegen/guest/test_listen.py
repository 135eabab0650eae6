"""The host's word: a guest and the host's reader in one program exchange frames."""

from __future__ import annotations

from pathlib import Path

COUNT = 2100  # more than fit in one frame
EVENTS = "".join(f'e{n}(int a) "%d"\n' for n in range(COUNT - 2))
FILES = {
    "fw/trace-events": f'{EVENTS}disable off(void) "off"\nlast(const char *text) "%s"\n',
    "trace-events": 'include "fw/trace-events" prefix fw_ base 0x8000000000000000\n',
}
HOST_H = """\
#include <stdbool.h>
#define trace_event_get_state_backends(id) (wanted[id])
extern bool wanted[];
void called(unsigned id, int value);
"""
MAIN = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tesc_guest.h"
#include "demux.h"

extern unsigned char tesc_guest_on_root[];

bool wanted[COUNT];
static unsigned came[COUNT];
static GuestFrames stream;

void called(unsigned id, int value)
{
    came[id] += value == 7;
}

static bool send_frame(void *opaque, const unsigned char *frame, size_t size)
{
    (void)opaque;
    guest_frames_take(&stream, frame, size);
    return true;
}

/* Give the guest the host's word; `damage` flips a bit of each frame. */
static void word(bool damage)
{
    unsigned char frame[GUEST_FRAMES_WORD];
    uint32_t id = 0;

    while (id < COUNT) {
        size_t size = guest_frames_word(&stream, id, frame, &id), i;

        if (damage) {
            frame[(size_t)rand() % size] ^= (unsigned char)(1 << rand() % 8);
        }
        for (i = 0; i < size; i++) {
            tesc_guest_take(frame[i]);
        }
    }
    tesc_guest_take(0);
}

static int check(void)
{
    unsigned i, wrong = 0;

    memset(came, 0, sizeof(came));
    /* What the generated functions do; that of an event disabled at build time does nothing. */
    for (i = 0; i < COUNT; i++) {
        if (tesc_guest_on(tesc_guest_on_root[i]) && i != COUNT - 2) {
            tesc_guest_1(i, i < COUNT - 2 ? 7 : (uint64_t)(uintptr_t)"x");
        }
    }
    for (i = 0; i < COUNT; i++) {
        wrong += came[i] != (unsigned)(wanted[i] && i != COUNT - 2);
    }
    return wrong != 0;
}

int main(void)
{
    unsigned i, turn;

    tesc_guest_set_state("*", false);
    tesc_guest_send_by(send_frame, NULL);
    tesc_guest_hello();
    if (!stream.listens || stream.starts != 1 || stream.events != 0 || check() != 0) {
        return 1;
    }
    for (turn = 0; turn < 20; turn++) {
        for (i = 0; i < COUNT; i++) {
            wanted[i] = turn == 0 || rand() % 3 == 0;
        }
        word(false);
        if (check() != 0) {
            return 2;
        }
        {
            bool known[COUNT];

            memcpy(known, wanted, sizeof(wanted));
            for (i = 0; i < COUNT; i++) {
                wanted[i] = !wanted[i];
            }
            word(true);
            memcpy(wanted, known, sizeof(wanted));
        }
        if (check() != 0) {
            return 3;
        }
    }
    /* Noise, and frames without end. */
    for (i = 0; i < 1000000; i++) {
        tesc_guest_take((unsigned char)(rand() >> 8 & (i % 10000 > 5000 ? 0xff : 0x7f)) | (i % 10000 > 9000));
    }
    tesc_guest_take(0);
    if (check() != 0 || stream.missing != 0 || stream.skipped != 0) {
        return 4;
    }
    puts("well");
    return 0;
}
"""


def test_the_host_says_which_events_are_on(guest, run, need):
    gcc = need("gcc", "gcc-multilib")
    names = [*(f"e{n}" for n in range(COUNT - 2)), "off", "last"]
    host = "".join(f"enum {{ TRACE_FW_{name.upper()} = {n} }};\n" for n, name in enumerate(names))
    host += "".join(f"#define trace_fw_e{n}(a) called({n}, a)\n" for n in range(COUNT - 2))
    host += f"#define trace_fw_last(a) called({COUNT - 1}, *(a) == 'x' ? 7 : 0)\n"
    texts = {"host.h": HOST_H + host, "main.c": MAIN}
    Path("fw").mkdir()
    for name, text in {**FILES, **texts}.items():
        Path(name).write_text(text)
    guest("source", "fw/trace-events", "-o", "trace.c")
    guest("runtime", "-o", ".")
    guest("demux", "trace-events", "-o", "demux.c", "--header", "demux.h", "--trace-header", "host.h")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-I.", f"-DCOUNT={COUNT}", "-DTESC_GUEST_LISTENS"]
    # The demultiplexer has 2,100 cases; other tests run it with sanitizers and damaged input.
    run(gcc, "-m32", *flags, "-c", "demux.c", "-o", "demux.o")
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    sources = [f"tesc_guest{part}.c" for part in ("", "_frames", "_function", "_listen")]
    run(gcc, "-m32", *flags, *sanitizers, "main.c", "trace.c", "demux.o", *sources, "-o", "main")
    assert run("./main").stdout == b"well\n"
