"""A host that includes its board, which includes its firmware: generated, compiled and run."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from tesc.cli.main import main

STUBS = Path(__file__).parent / "stubs"
STRICT = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{STUBS}", "-I."]
# Where Debian has sys/sdt.h.
SDT = ["-idirafter", "/usr/include/x86_64-linux-gnu"]

TREE = {
    "trace-events": """\
host_start(const char *name) "%s"
include "board/board.inc" prefix board_ base 0x1000
host_stop(void *state, int status) "%p %d"
""",
    "board/board.inc": """\
prefix b0_
reset(void) "reset"
irq(unsigned line, const char *who) "line %u by %s"
include "firmware/fw.inc" prefix fw_ base 0x8000000000000000
power(bool on) "%d"
""",
    "board/firmware/fw.inc": """\
boot(uint64_t entry, void *stack) "entry 0x%" PRIx64 " stack %p"
hello(const char *text) "%s"
noisy(void) "again"
disable noisy
""",
}

MAIN = """\
#include "qemu/osdep.h"
#include "trace-root.h"

int main(void)
{
    if (trace_enable_events("*") != 7) {
        return 1;
    }
    trace_host_start("lamp");
    trace_board_b0_reset();
    trace_board_b0_irq(3, 0x1000);
    trace_board_fw_boot(0x8000, 0xfff0);
    trace_board_fw_hello(0x2000);
    trace_board_fw_noisy();
    trace_board_b0_power(true);
    trace_host_stop((void *)(uintptr_t)0x10, -1);
    return 0;
}
"""

LOGGED = """\
host_start lamp
board_b0_reset reset
board_b0_irq line 3 by 0x1000
board_fw_boot entry 0x8000 stack 0xfff0
board_fw_hello 0x2000
board_b0_power 1
host_stop 0x10 -1
"""


def run(*command: object) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([str(word) for word in command], capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done


@pytest.fixture
def program(tmp_path, monkeypatch, need):
    """A function that builds the tree with some backends, and returns what the program printed."""
    monkeypatch.chdir(tmp_path)
    for name, text in TREE.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    Path("main.c").write_text(MAIN)

    def build(backends: str) -> subprocess.CompletedProcess[bytes]:
        assert main(["gen", "--wire=words", "--out=.", "--backends", backends, "-q"]) == 0
        sources = ["main.c", "trace-root.c", STUBS / "runtime.c"]
        flags = list(STRICT)
        if "dtrace" in backends:
            dtrace = need("dtrace", "systemtap-sdt-dev")
            script = "trace-dtrace-root.dtrace"
            assert run(dtrace, "-h", "-s", script, "-o", "trace-dtrace-root.h").stdout == b""
            run(dtrace, "-G", "-s", script, "-o", "probes.o")
            sources.append("probes.o")
            flags += SDT
        run(need("gcc", "gcc"), *flags, *sources, "-o", "main")
        return run("./main")

    return build


def test_log(program):
    assert program("log").stderr.decode() == LOGGED


def test_simple(program):
    """A guest's text is a number in a record: the host can't follow its pointers."""
    data = program("simple").stdout
    lengths = []
    while data:
        kind, _, _, length, _ = struct.unpack_from("=QQQII", data)
        assert kind == 1
        lengths.append(length)
        data = data[8 + length :]
    assert lengths == [24 + 4 + 4, 24, 24 + 16, 24 + 16, 24 + 8, 24 + 8, 24 + 16]


def test_dtrace(program, need):
    program("dtrace")
    notes = run(need("readelf", "binutils"), "-n", "main").stdout.decode()
    names = [line.split()[1] for line in notes.splitlines() if line.strip().startswith("Name: ")]
    assert sorted(names) == sorted(line.split()[0] for line in LOGGED.splitlines())


def test_all_together(program):
    assert program("dtrace,log,simple").stderr.decode() == LOGGED


def test_the_flat_file_is_the_same_program(program):
    """For plain tools: one file without directives (comments describe the guests to tesc)."""
    program("log")
    flat = Path("trace-events-all").read_text()
    read = [line.split()[0] for line in flat.splitlines() if line and not line.startswith("#")]
    assert not {"include", "prefix"} & set(read)
    Path("flat").mkdir()
    Path("flat/trace-events").write_text(flat)
    assert main(["gen", "--root=flat", "--out=flat", "-q"]) == 0
    shapes = [
        [
            line
            for line in Path(folder, "trace-root.h").read_text().splitlines()
            if not line.startswith("#line")
        ]
        for folder in (".", "flat")
    ]
    assert shapes[0] == shapes[1]
