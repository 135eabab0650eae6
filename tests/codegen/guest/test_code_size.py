"""A call of an event in frames takes no more code than one in words."""

from __future__ import annotations

import subprocess

import pytest

from tesc.cli.main import main

# Not the first event: an ID of 0 takes less code than any other.
EVENTS = 'boot(void) "boot"\nread(uint32_t block, int count) "block %u count %d"\n'
USE = """\
#include "trace.h"
void use(uint32_t block, int count);
void use(uint32_t block, int count)
{
    trace_read(block, count);
}
"""
FLAGS = "-Os -std=gnu99 -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables".split()
COMPILERS = {
    "arm-linux-gnueabi-gcc": "gcc-arm-linux-gnueabi",
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "gcc": "gcc",
    "powerpc-linux-gnu-gcc": "gcc-powerpc-linux-gnu",
    "riscv64-linux-gnu-gcc": "gcc-riscv64-linux-gnu",
    # Here an address that may be odd takes a load and a word of memory.
    "s390x-linux-gnu-gcc": "gcc-s390x-linux-gnu",
}


@pytest.mark.parametrize("compiler", COMPILERS)
def test_frames_take_no_more_code_than_words(compiler, tmp_path, need):
    cc, size = need(compiler, COMPILERS[compiler]), need("size", "binutils")
    (tmp_path / "trace-events").write_text(EVENTS)
    (tmp_path / "use.c").write_text(USE)
    taken = {}
    for wire in ("words", "frames"):
        out = tmp_path / wire
        out.mkdir()
        events, header = str(tmp_path / "trace-events"), str(out / "trace.h")
        assert main(["guest", "header", events, "-o", header, "--wire", wire, "--isolated"]) == 0
        assert main(["guest", "runtime", "-o", str(out), "--wire", wire]) == 0
        made = out / "use.o"
        subprocess.run([cc, *FLAGS, f"-I{out}", "-c", tmp_path / "use.c", "-o", made], check=True, timeout=60)
        sizes = subprocess.run([size, made], check=True, timeout=60, capture_output=True, text=True).stdout
        taken[wire] = int(sizes.splitlines()[1].split()[0])
    assert 0 < taken["frames"] <= taken["words"], taken
