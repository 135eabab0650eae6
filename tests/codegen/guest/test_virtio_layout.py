"""The virtio console's transport against a device written from the specification (virtio 1.2, 2.7 and 4.2).

QEMU has no big-endian machine with the legacy layout, so a thread is the device here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

DEVICE = """\
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include "tesc_guest.h"

static volatile uint32_t registers[64];
static bool modern, registers_big, queue_big;

static uint64_t number(const volatile unsigned char *at, unsigned size, bool big)
{
    uint64_t value = 0;
    unsigned i;

    for (i = 0; i < size; i++) {
        value |= (uint64_t)at[i] << 8 * (big ? size - 1 - i : i);
    }
    return value;
}

static void store(volatile unsigned char *at, unsigned size, bool big, uint64_t value)
{
    unsigned i;

    for (i = 0; i < size; i++) {
        at[i] = (unsigned char)(value >> 8 * (big ? size - 1 - i : i));
    }
}

static uint32_t get(unsigned at)
{
    return (uint32_t)number((volatile unsigned char *)registers + at, 4, registers_big);
}

static void set(unsigned at, uint32_t value)
{
    store((volatile unsigned char *)registers + at, 4, registers_big, value);
}

static volatile unsigned char *address(uint64_t where)
{
    return (volatile unsigned char *)(uintptr_t)where;
}

static volatile unsigned char *register_address(unsigned at)
{
    return address(get(at) | (uint64_t)get(at + 4) << 32);
}

static void fail(const char *why)
{
    fprintf(stderr, "%s\\n", why);
    exit(3);
}

static void *device(void *opaque)
{
    unsigned seen = 0;

    for (;;) {
        volatile unsigned char *table, *available, *used;
        unsigned size, descriptor;

        while (get(0x50) == 0xffffffff) {
            sched_yield();
        }
        if (get(0x50) != 1 || get(0x30) != 1 || get(0x70) != (modern ? 15 : 7)) {
            fail("another queue, or a driver that is not ready");
        }
        set(0x50, 0xffffffff);
        size = get(0x38);
        if (modern) {
            if (get(0x44) != 1 || get(0x20) != 1 || get(0x24) != 1) {
                fail("the queue is not ready, or it is no driver of version 1");
            }
            table = register_address(0x80);
            available = register_address(0x90);
            used = register_address(0xa0);
        } else {
            uint64_t end;

            table = address((uint64_t)get(0x40) * get(0x28));
            available = table + 16 * size;
            end = (uint64_t)(uintptr_t)available + 4 + 2 * size + 2;
            used = address((end + get(0x3c) - 1) / get(0x3c) * get(0x3c));
        }
        if (number(available + 2, 2, queue_big) != ((seen + 1) & 0xffff)) {
            fail("not one more buffer");
        }
        descriptor = (unsigned)number(available + 4 + 2 * (seen % size), 2, queue_big);
        table += 16 * descriptor;
        if (number(table + 12, 2, queue_big) != 0) {
            fail("a buffer with flags");
        }
        fwrite((const void *)(uintptr_t)number(table, 8, queue_big),
               (size_t)number(table + 8, 4, queue_big), 1, stdout);
        store(used + 4 + 8 * (seen % size), 4, queue_big, descriptor);
        store(used + 4 + 8 * (seen % size) + 4, 4, queue_big, 0);
        __sync_synchronize();
        seen++;
        store(used + 2, 2, queue_big, seen & 0xffff);
    }
    return opaque;
}

int main(int argc, char **argv)
{
    static const uint16_t one = 1;
    bool big = *(const unsigned char *)&one == 0;
    unsigned char frame[4] = { 'a', 'b', 0, '\\n' };
    pthread_t thread;
    unsigned i;

    modern = argv[1][0] == 'm';
    registers_big = argv[1][0] == 'n' && big;
    queue_big = !modern && big;
    set(0, 0x74726976);
    set(4, modern ? 2 : 1);
    set(8, 4);
    if (argc != 2 || tesc_guest_virtio_at(registers)) {
        return 2; /* no console, but a source of random numbers */
    }
    set(8, 3);
    set(0x34, 1024);
    set(0x50, 0xffffffff);
    if (tesc_guest_send(frame, 4) || !tesc_guest_virtio_at(registers)) {
        return 4;
    }
    if (pthread_create(&thread, NULL, device, NULL) != 0) {
        return 5;
    }
    for (i = 0; i < 20; i++) {
        frame[2] = (unsigned char)('0' + i % 10);
        if (!tesc_guest_send(frame, 4)) {
            return 6;
        }
    }
    return fflush(stdout);
}
"""
MACHINES = {
    "x86_64": ("gcc", "gcc", None),
    "big-endian": (
        "powerpc-linux-gnu-gcc",
        "gcc-powerpc-linux-gnu, with libc6-dev-powerpc-cross",
        ("qemu-ppc", "qemu-user"),
    ),
}


@pytest.mark.parametrize(
    ("machine", "layout"),
    [
        *((machine, layout) for machine in MACHINES for layout in ("modern", "legacy")),
        ("big-endian", "native legacy"),
    ],
)
def test_every_frame_arrives(machine, layout, guest, run, need):
    """In the legacy layout, virtqueues and QEMU's registers have the guest's byte order."""
    compiler, package, emulator = MACHINES[machine]
    guest("runtime", "-o", ".")
    Path("device.c").write_text(DEVICE)
    flags = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-no-pie", "-pthread", "-I."]
    run(need(compiler, package), *flags, "device.c", "tesc_guest_virtio.c", "-o", "device")
    sent = run(*([need(*emulator)] if emulator else []), "./device", layout).stdout
    assert sent == b"".join([b"ab%d\n" % (number % 10) for number in range(20)])
