"""The example's firmware: booted in QEMU, and linked with a host that has a device for records."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.trace.recording import Recording

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLE = ROOT / "examples" / "guest"
STUBS = HERE.parent / "stubs"
HOST_EVENTS = EXAMPLE / "host" / "trace-events"

# The functions of disabled events use no parameters, even in the reference's headers.
STRICT = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]

LOGGED = """\
lamp_minus value -2
lamp_limits low -9223372036854775808 high 9223372036854775807
lamp_bytes low -128 high 255 on 1
lamp_bus port 0x3f8 value 0xffffffff change -1 address 0x123456789abcdef0
lamp_frame code 0xfffffff0 data 0x7c00 flags 0x8000000000000001 depth -7 user 0
lamp_six a -1 b -5000000000 c 18446744073709551615 d 4000000000 e -32768 f 0xb8000
lamp_quiet nobody asked for this one
"""


def tesc(*words: object, **options) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tesc", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=300, **options)


# Compiler, package, emulator, package, name in the hello, ticks per second.
MACHINES = {
    "i386": ("gcc", "gcc-multilib", "qemu-system-i386", "qemu-system-x86"),
    "ppc": ("powerpc-linux-gnu-gcc", "gcc-powerpc-linux-gnu", "qemu-system-ppc", "qemu-system-ppc"),
    "arm": ("arm-linux-gnueabi-gcc", "gcc-arm-linux-gnueabi", "qemu-system-arm", "qemu-system-arm"),
    "riscv64": ("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu", "qemu-system-riscv64", "qemu-system-misc"),
}
READS = "".join(f"lamp_read block {2048 + 8 * n} count 8\n" for n in range(100))
PRINTED = (
    f"lamp_start the firmware starts\n{LOGGED}lamp_banner this is lamp 1.0\n{READS}lamp_finish status -1\n"
)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_booted_firmware_through_its_serial_port(machine, tmp_path, need):
    """Built, booted in an unpatched QEMU, received; then merged with what the host traced meanwhile."""
    compiler, package, emulator, of = MACHINES[machine]
    make = need("make", "make")
    need(compiler, package), need(emulator, of), need("timeout", "coreutils")
    out = tmp_path / "firmware"
    command = [make, "-s", "-f", EXAMPLE / "Makefile", "run", f"MACHINE={machine}", f"OUT={out}"]
    before = time.monotonic_ns()
    command.append(f"TESC={sys.executable} -m tesc")
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    after = time.monotonic_ns()
    log = out / "qemu.log"
    assert done.returncode == 0, done.stdout + done.stderr + (log.read_text() if log.exists() else "")
    assert done.stdout == PRINTED
    assert "missing" not in done.stderr and "warning" not in done.stderr
    # A trace of the host with events before and after, on the same clock.
    host = tmp_path / "host.trace"
    with open(host, "wb") as file:
        recording = Recording(file.write)
        recording.record("power", before, [1])
        recording.record("power", after, [0])
    merged = tesc("decode", host, out / "guest.trace", "--events", HOST_EVENTS, "--isolated")
    assert merged.returncode == 0
    assert re.fullmatch(
        r"tesc: note: .*guest\.trace: times are accurate to [\d,]+ us\n", merged.stderr.decode()
    )
    assert merged.stdout.decode() == f"power on 1\n{PRINTED}power on 0\n"
    # An event takes six bytes and its arguments, four more with a time; and there are some hellos.
    lines = PRINTED.count("\n")
    assert lines == 110


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
    """A function that links the firmware's code with a host, and runs both as one program."""

    def build(
        transport: str, backends: str, machine: str, events: str = "*"
    ) -> subprocess.CompletedProcess[bytes]:
        gcc = need("gcc", "gcc-multilib")
        guest("header", EXAMPLE / "trace-events", "--wire=words", "-o", "trace.h")
        guest("source", EXAMPLE / "trace-events", "--wire=words", "--enable=-quiet", "-o", "trace.c")
        guest("runtime", "--wire=words", "-o", ".")
        shutil.copy(EXAMPLE / "tour.h", ".")
        shutil.copy(EXAMPLE / "tour.c", ".")
        own = ["trace.c", "tour.c", "tesc_guest.c", f"tesc_guest_fw_cfg_{transport}.c"]
        run(gcc, machine, *freestanding, "-include", HERE / "fw_cfg_model.h", "-c", *own)
        for form in ("h", "c"):
            words = [f"--format={form}", f"--backends={backends}", "--group=host", "--wire=words"]
            assert main(["tracetool", *words, str(HOST_EVENTS), f"trace-host.{form}"]) == 0
        demux = ["-o", "guest-demux.c", "--header", "guest-demux.h", "--group", "host"]
        guest("demux", HOST_EVENTS, *demux, "--wire=words")
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


def test_the_readme_names_what_exists():
    text = (EXAMPLE / "README.md").read_text()
    names = set(re.findall(r"tesc_guest\w*\.[ch]", text))
    assert names <= {path.name for path in (ROOT / "tesc/codegen/guest/runtime").rglob("*")}
