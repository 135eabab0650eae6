"""Transports through devices of an unpatched QEMU: a virtio console, and fw_cfg by DMA."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tesc.trace.events import load_unit
from tesc.wire.items import Hello, Skipped, WireEvent
from tesc.wire.schema import schema_of_range
from tesc.wire.stream import FrameDecoder

EXAMPLE = Path(__file__).parents[3] / "examples" / "guest"
EVENTS = 'wide(int64_t low, uint64_t high) "%" PRId64 " %" PRIu64\nlost(void) "x"\n'
FREE = "-ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -O2".split()
# SLOTS is the address of virtio-mmio's slots, STEP their distance, COUNT their number.
VIRTIO = """\
#include "trace.h"
void firmware(void);
static void look(void)
{
    uintptr_t slot;
    bool found = false;

    for (slot = SLOTS; !found && slot < SLOTS + COUNT * STEP; slot += STEP) {
        found = tesc_guest_virtio_at((volatile void *)slot);
    }
}
void firmware(void)
{
    trace_lost();
    look();
    trace_wide(INT64_MIN, UINT64_MAX);
    trace_wide(-1, 1);
    look(); /* as where a firmware has moved itself to another address */
    trace_wide(2, 2);
}
"""
MACHINES = {
    "arm": (
        ("arm-linux-gnueabi-gcc", "gcc-arm-linux-gnueabi"),
        "-mcpu=cortex-a15 -marm -mfloat-abi=soft -mno-unaligned-access",
        "0x40100000",
        ("qemu-system-arm", "qemu-system-arm"),
        "-machine virt -cpu cortex-a15",
        ("0x0a000000", "0x200", "32"),
    ),
    "big-endian arm": (
        ("arm-linux-gnueabi-gcc", "gcc-arm-linux-gnueabi"),
        "-mcpu=cortex-a15 -marm -mfloat-abi=soft -mno-unaligned-access -mbig-endian -Wl,--be8",
        "0x40100000",
        ("qemu-system-arm", "qemu-system-arm"),
        "-machine virt -cpu cortex-a15",
        ("0x0a000000", "0x200", "32"),
    ),
    "riscv64": (
        ("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu"),
        "-march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany",
        "0x80000000",
        ("qemu-system-riscv64", "qemu-system-misc"),
        "-machine virt -bios none",
        ("0x10001000", "0x1000", "8"),
    ),
}
# Big-endian throughout, including the bus of the registers. Its slots have only the modern layout.
M68K = (
    ("m68k-linux-gnu-gcc", "gcc-m68k-linux-gnu"),
    "-mcpu=68040",
    "0x100000",
    ("qemu-system-m68k", "qemu-system-misc"),
    "-machine virt",
    ("0xff010000", "0x200", "128"),
)
M68K_START = """\
        .section .start, "ax"
        .globl _start
_start: move.l #0x200000, %sp
        jsr firmware
1:      bra 1b
        .section .note.GNU-stack, "", @progbits
"""


def linked(run, compiler: str, flags: list[str], base: str, machine: str, *sources: str) -> None:
    link = f"-nostdlib -static -no-pie -Wl,-T,{EXAMPLE}/firmware.ld,--defsym=BASE={base},--build-id=none"
    start = EXAMPLE / machine.split()[-1] / "start.S"
    if machine == "m68k":
        start = Path("start.S")
        start.write_text(M68K_START)
    run(compiler, "-std=gnu99", *flags, *FREE, "-I.", *link.split(), start, *sources, "-o", "firmware")


def until(command: list[str], output: Path, done) -> bytes:
    """What QEMU writes to a file, until it is what is wanted."""
    import time

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as qemu:
        try:
            for _ in range(600):
                data = output.read_bytes() if output.exists() else b""
                if done(data):
                    return data
                assert qemu.poll() is None, qemu.stderr.read()
                time.sleep(0.1)
        finally:
            qemu.kill()
    raise AssertionError(f"only {data!r} came")


@pytest.mark.parametrize(
    ("machine", "legacy"),
    [*((machine, how) for machine in MACHINES for how in ("on", "off")), ("m68k", "off")],
)
def test_a_virtio_console(machine, legacy, guest, run, need):
    """Both layouts of virtio-mmio; events before the console is found are counted; it is found twice."""
    compiler, flags, base, emulator, board, (slots, step, count) = {**MACHINES, "m68k": M68K}[machine]
    Path("trace-events").write_text(EVENTS)
    Path("main.c").write_text(VIRTIO)
    guest("header", "trace-events", "-o", "trace.h")
    guest("source", "trace-events", "-o", "trace.c")
    guest("runtime", "-o", ".")
    where = [f"-DSLOTS={slots}", f"-DSTEP={step}", f"-DCOUNT={count}"]
    own = ["main.c", "trace.c", "tesc_guest.c", "tesc_guest_frames.c", "tesc_guest_virtio.c"]
    linked(run, need(*compiler), [*flags.split(), *where], base, machine, *own)
    command = [need(*emulator), *board.split(), "-kernel", "firmware", "-nodefaults", "-display", "none"]
    command += ["-global", f"virtio-mmio.force-legacy={legacy}", "-device", "virtio-serial-device"]
    command += ["-chardev", "file,id=c,path=bytes", "-device", "virtconsole,chardev=c"]
    schema = schema_of_range(load_unit("trace-events"), 0)
    decoder = FrameDecoder(schema)
    data = until(command, Path("bytes"), lambda data: data.count(b"\0") >= 6)
    items = decoder.feed(data) + decoder.finish()
    events = [item.values for item in items if isinstance(item, WireEvent)]
    assert events == [(-(1 << 63), (1 << 64) - 1), (-1, 1), (2, 2)]
    assert next(item for item in items if isinstance(item, Hello)).lost == 1
    assert (decoder.missing, decoder.dropped) == (0, 1)


SEMIHOSTING = {
    "guest.trace": ([], "enable=on,target=native"),
    "bytes": (["-DTESC_GUEST_SEMIHOSTING_CONSOLE"], "enable=on,chardev=c"),
}
WIDE = """\
#include "trace.h"
void firmware(void);
void firmware(void)
{
    trace_wide(INT64_MIN, UINT64_MAX);
    trace_wide(-1, 0);
}
"""


# QEMU reads the arguments of a call as little-endian numbers even on a big-endian ARM, so it opens no file
# there. The console's calls only take a byte.
SEMIHOSTS = [(m, o) for m in MACHINES for o in SEMIHOSTING if (m, o) != ("big-endian arm", "guest.trace")]


@pytest.mark.parametrize(("machine", "output"), SEMIHOSTS)
def test_semihosting(machine, output, guest, run, need):
    """Semihosting writes to a file on the host, or with the console's calls to a character device."""
    compiler, flags, base, emulator, board, _ = MACHINES[machine]
    how, config = SEMIHOSTING[output]
    Path("trace-events").write_text(EVENTS)
    Path("main.c").write_text(WIDE)
    guest("header", "trace-events", "-o", "trace.h")
    guest("source", "trace-events", "-o", "trace.c")
    guest("runtime", "-o", ".")
    own = ["main.c", "trace.c", "tesc_guest.c", "tesc_guest_frames.c", "tesc_guest_semihosting.c"]
    linked(run, need(*compiler), [*flags.split(), *how], base, machine, *own)
    command = [need(*emulator), *board.split(), "-kernel", "firmware", "-nodefaults", "-display", "none"]
    command += ["-chardev", "file,id=c,path=bytes", "-semihosting-config", config]
    decoder = FrameDecoder(schema_of_range(load_unit("trace-events"), 0))
    data = until(command, Path(output), lambda data: data.count(b"\0") >= 5)
    items = decoder.feed(data) + decoder.finish()
    assert [item.values for item in items if isinstance(item, WireEvent)] == [
        (-(1 << 63), (1 << 64) - 1),
        (-1, 0),
    ]
    assert not any(isinstance(item, Skipped) for item in items)


MAPPED_DMA = """\
#include "tesc_guest.h"
void firmware(void);
static void out(unsigned char byte)
{
    *(volatile unsigned char *)0x09000000 = byte;
}
void firmware(void)
{
    static const unsigned char frame[17] = { 4, 1, 2, 3, 2, 9, 2, 9, 2, 9, 2, 9, 2, 9, 2, 0, 0 };

    out(tesc_guest_send(frame, 16) ? '1' : '0'); /* nobody has said yet where the device is */
    tesc_guest_fw_cfg_at((volatile void *)0x09020010);
    out(tesc_guest_send(frame, 17) ? '1' : '0');
    out(tesc_guest_send(frame, 16) ? '1' : '0');
    out('.');
}
"""


@pytest.mark.parametrize("machine", ["arm", "big-endian arm"])
@pytest.mark.parametrize(("file", "said"), [("etc/vmcoreinfo", b"001."), ("opt/tesc/guest", b"000.")])
def test_fw_cfg_by_dma_in_memory(machine, file, said, guest, run, need):
    compiler, flags, base, emulator, board, _ = MACHINES[machine]
    guest("runtime", "-o", ".")
    Path("main.c").write_text(MAPPED_DMA)
    own = [*flags.split(), f'-DTESC_GUEST_FW_CFG_FILE="{file}"']
    linked(run, need(*compiler), own, base, "arm", "main.c", "tesc_guest_fw_cfg_dma.c")
    command = [need(*emulator), *board.split(), "-kernel", "firmware", "-nodefaults", "-display", "none"]
    command += ["-serial", "file:bytes", "-device", "vmcoreinfo"]
    assert until(command, Path("bytes"), lambda data: data.endswith(b".")) == said


# What an unpatched QEMU has: other files, one of them with 16 bytes that may be written.
DMA = """\
#include "tesc_guest.h"
void firmware(void);
static void out(unsigned char byte)
{
    __asm__ __volatile__("outb %0, %1" : : "a"(byte), "Nd"((unsigned short)0xe9));
}
void firmware(void)
{
    static const unsigned char frame[17] = { 4, 1, 2, 3, 2, 9, 2, 9, 2, 9, 2, 9, 2, 9, 2, 0, 0 };

    out(tesc_guest_send(frame, 17) ? '1' : '0'); /* a byte more than the file has */
    out(tesc_guest_send(frame, 16) ? '1' : '0');
    out('.');
}
"""


@pytest.mark.parametrize(
    ("file", "options", "said"),
    [
        ("opt/tesc/guest", [], b"00."),
        ("etc/vmcoreinfo", ["-device", "vmcoreinfo"], b"01."),
        ("etc/vmcoreinf", ["-device", "vmcoreinfo"], b"00."),
        # A read-only file.
        ("opt/a", ["-fw_cfg", "name=opt/a,string=0123456789abcdefg"], b"00."),
    ],
)
def test_fw_cfg_by_dma(file, options, said, guest, run, need):
    """The device is checked first: nothing counts as sent that was not, and nothing hangs."""
    guest("runtime", "-o", ".")
    Path("main.c").write_text(DMA)
    flags = ["-m32", f'-DTESC_GUEST_FW_CFG_FILE="{file}"']
    linked(run, need("gcc", "gcc-multilib"), flags, "0x100000", "i386", "main.c", "tesc_guest_fw_cfg_dma.c")
    command = [need("qemu-system-i386", "qemu-system-x86"), "-accel", "tcg", "-kernel", "firmware"]
    command += ["-nodefaults", "-display", "none", "-debugcon", "file:bytes", *options]
    assert until(command, Path("bytes"), lambda data: data.endswith(b".")) == said
