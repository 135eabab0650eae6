"""The example's firmware: booted in QEMU, and linked with a host that has a device for its records."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.cli.main import main

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLE = ROOT / "examples" / "guest"
STUBS = HERE.parent / "stubs"
HOST_EVENTS = EXAMPLE / "host" / "trace-events"

# The functions of disabled events use no parameter, in the reference's headers too.
STRICT = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]

# What tour.c traces: IDs, and arguments as C extends them to 64 bits.
TOUR = [
    (2, -2),
    (4, -(1 << 63), (1 << 63) - 1),
    (5, -128, 255, 1),
    (6, 0x3F8, 0xFFFFFFFF, -1, 0x123456789ABCDEF0),
    (7, 0xFFFFFFF0, 0x7C00, 0x8000000000000001, -7, 0),
    (8, -1, -5000000000, (1 << 64) - 1, 4000000000, -32768, 0xB8000),
    (9,),
]
BOOT = [(0,), *TOUR, (1, -1)]

LOGGED = """\
lamp_minus value -2
lamp_limits low -9223372036854775808 high 9223372036854775807
lamp_bytes low -128 high 255 on 1
lamp_bus port 0x3f8 value 0xffffffff change -1 address 0x123456789abcdef0
lamp_frame code 0xfffffff0 data 0x7c00 flags 0x8000000000000001 depth -7 user 0
lamp_six a -1 b -5000000000 c 18446744073709551615 d 4000000000 e -32768 f 0xb8000
lamp_quiet nobody asked for this one
"""


def record(id_: int, *arguments: int) -> bytes:
    words = [id_, *arguments, *[0] * (6 - len(arguments))]
    return struct.pack("<7Q", *(word & (1 << 64) - 1 for word in words))


def tesc(*words: object, **options) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tesc", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=300, **options)


@pytest.fixture(scope="module")
def trace(tmp_path_factory, need):
    """The file that the booted firmware left."""
    make, qemu = need("make", "make"), need("qemu-system-i386", "qemu-system-x86")
    limit = need("timeout", "coreutils")
    need("gcc", "gcc-multilib")
    out = tmp_path_factory.mktemp("firmware")
    command = [make, "-f", EXAMPLE / "Makefile", "run", f"OUT={out}", f"TESC={sys.executable} -m tesc"]
    # Not bound to a timeout of Python's, which would leave the emulator behind.
    command.append(f"QEMU={limit} 120 {qemu}")
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr
    return out / "guest.trace"


def test_a_booted_firmware_sends_exact_words(trace):
    assert trace.read_bytes() == b"".join(record(*one) for one in BOOT)


def test_they_are_printed_with_the_prefix(trace):
    done = tesc("decode", trace, "--events", HOST_EVENTS, "--guest", "--isolated")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == f"lamp_start the firmware starts\n{LOGGED}lamp_finish status -1\n"


HOST = """\
#include "qemu/osdep.h"
#include "trace-host.h"
#include "guest-demux.h"
#include "fw_cfg_model.h"
#include "tour.h"

/* Of tesc_guest.h, which has its own idea of a TraceEvent. */
extern uint32_t tesc_guest_lost;
void tesc_guest_fw_cfg_at(volatile void *selector, volatile void *data);

int main(int argc, char **argv)
{
    unsigned words = 7 * 7;

    if (argc != 2 || trace_enable_events(argv[1]) == 0) {
        return 1;
    }
    fw_cfg_add_callback(guest_stream);
#ifdef MEMORY_MAPPED
    tour(); /* the device is not there yet */
    if (tesc_guest_lost != 7) {
        return 1;
    }
    tesc_guest_lost = 0;
    tesc_guest_fw_cfg_at(&fw_cfg_selector, &fw_cfg_data);
#endif
    tour();
    guest_end();
    return fw_cfg_selections != words || tesc_guest_lost != 0 || guest_demux_lamp.records != 7 ||
           guest_demux_lamp.unknown != 0 || guest_demux_lamp.torn != 0;
}
"""


@pytest.fixture
def program(guest, run, need, freestanding):
    """A function that links the firmware's own code with a host, and runs both as one program."""

    def build(
        transport: str, backends: str, machine: str, events: str = "*"
    ) -> subprocess.CompletedProcess[bytes]:
        gcc = need("gcc", "gcc-multilib")
        guest("header", EXAMPLE / "trace-events", "-o", "trace.h")
        guest("source", EXAMPLE / "trace-events", "--enable=-quiet", "-o", "trace.c")
        guest("runtime", "-o", ".")
        shutil.copy(EXAMPLE / "tour.h", ".")
        shutil.copy(EXAMPLE / "tour.c", ".")
        own = ["trace.c", "tour.c", "tesc_guest.c", f"tesc_guest_fw_cfg_{transport}.c"]
        run(gcc, machine, *freestanding, "-include", HERE / "fw_cfg_model.h", "-c", *own)
        for form in ("h", "c"):
            words = [f"--format={form}", f"--backends={backends}", "--group=host"]
            assert main(["tracetool", *words, str(HOST_EVENTS), f"trace-host.{form}"]) == 0
        demux = ["-o", "guest-demux.c", "--header", "guest-demux.h", "--group", "host"]
        guest("demux", HOST_EVENTS, *demux)
        Path("main.c").write_text(HOST)
        flags = [*STRICT, f"-I{STUBS}", f"-I{HERE}", "-I."]
        flags += ["-DMEMORY_MAPPED"] if transport == "mmio" else []
        sources = ["main.c", "guest-demux.c", "trace-host.c", STUBS / "runtime.c", HERE / "fw_cfg_model.c"]
        objects = [name.replace(".c", ".o") for name in own]
        run(gcc, machine, *flags, *sources, *objects, "-o", "main")
        return run("./main", events)

    return build


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
@pytest.mark.parametrize("transport", ["port", "mmio"])
def test_fw_cfg_to_the_log(program, transport, machine):
    assert program(transport, "log", machine).stderr.decode() == LOGGED


@pytest.mark.parametrize("machine", ["-m64", "-m32"])
def test_fw_cfg_to_simpletrace(program, machine):
    done = program("port", "log,simple", machine)
    assert done.stderr.decode() == LOGGED
    read = tesc("decode", "-", "--events", HOST_EVENTS, "--no-header", "--isolated", input=done.stdout)
    assert (read.returncode, read.stderr.decode()) == (0, "")
    assert read.stdout.decode() == LOGGED


def test_the_host_switches_guest_events_by_name(program):
    printed = program("port", "log", "-m64", "lamp_b*").stderr.decode()
    assert printed == "".join(f"{line}\n" for line in LOGGED.splitlines() if line.startswith("lamp_b"))


def test_the_readme_names_what_there_is():
    text = (EXAMPLE / "README.md").read_text()
    names = set(re.findall(r"tesc_guest\w*\.[ch]", text))
    assert names <= {path.name for path in (ROOT / "tesc/codegen/guest/runtime").iterdir()}
