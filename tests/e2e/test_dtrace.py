"""Static probes: dtrace(1)'s header and object, their notes, values under gdb, SystemTap's tapsets."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.outputs import (
    HERE,
    MULTIARCH,
    RUNTIME,
    STRICT,
    called,
    copied,
    declared,
    output,
    run,
)
from tests.e2e.program import c_program

ENABLED = [event for event in declared() if not event.disabled]
TAPSETS = ("stap", "log-stap", "simpletrace-stap")


@pytest.fixture(scope="module")
def sources(tmp_path_factory, need):
    folder = tmp_path_factory.mktemp("dtrace")
    copied(folder)
    output("d", ("dtrace",), folder / "probes.d")
    output("h", ("dtrace",), folder / "trace-e2e.h")
    output("c", ("dtrace",), folder / "trace-e2e.c")
    for pointer in (64, 32):
        (folder / f"main{pointer}.c").write_text(c_program(list(declared()), pointer))
    done = run(
        need("dtrace", "systemtap-sdt-dev"), "-h", "-s", "probes.d", "-o", "trace-dtrace-e2e.h", cwd=folder
    )
    assert done.stdout == done.stderr == b""
    return folder


@pytest.fixture(scope="module", params=["gcc -O0", "gcc -O2", "clang -O2", "gcc -O2 -m32"])
def program(request, sources, need):
    """A program with all probes, and the width of its pointers."""
    compiler, *flags = request.param.split()
    pointer = 32 if "-m32" in flags else 64
    made = sources / request.param.replace(" ", "")
    environment = {"CFLAGS": " ".join([*flags, *MULTIARCH])}
    probes = made.with_suffix(".probes.o")
    run(
        need("dtrace", "systemtap-sdt-dev"),
        "-G",
        "-s",
        "probes.d",
        "-o",
        probes,
        cwd=sources,
        environment=environment,
    )
    command = [
        need(compiler, compiler),
        *flags,
        *STRICT,
        *MULTIARCH,
        f"main{pointer}.c",
        "trace-e2e.c",
        RUNTIME,
        probes,
    ]
    run(*command, "-o", made, cwd=sources)
    return made, pointer


def notes(program: Path) -> dict[str, list[tuple[int, ...]]]:
    """For each probe the sizes of its arguments, negative for signed ones, at each of its places."""
    from elftools.elf.elffile import ELFFile

    found: dict[str, list[tuple[int, ...]]] = {}
    with program.open("rb") as file:
        elf = ELFFile(file)
        word = elf.elfclass // 8
        for note in elf.get_section_by_name(".note.stapsdt").iter_notes():
            assert note["n_name"] == "stapsdt"
            raw = note["n_descdata"] if "n_descdata" in note else note["n_desc"]
            provider, name, arguments, _ = raw[3 * word :].split(b"\0", 3)
            assert provider == b"qemu"
            sizes = re.findall(rb"(?:^| )(-?\d+)@", arguments)
            found.setdefault(name.decode(), []).append(tuple(int(size) for size in sizes))
    return found


def size(parameter, pointer: int) -> int:
    """The size that a probe's argument should have; bytes are passed as wide as int."""
    bits = max(parameter.bits(pointer), 8)
    wide = 4 if bits == 8 else bits // 8
    return -wide if parameter.is_signed else wide


def test_notes_have_names_widths_and_signs(program):
    path, pointer = program
    found = notes(path)
    assert set(found) == {event.name for event in ENABLED}
    wanted = {event.name: tuple(size(p, pointer) for p in event.parameters) for event in ENABLED}
    assert {name: set(places) for name, places in found.items()} == {
        name: {one} for name, one in wanted.items()
    }


def test_values_under_gdb(program, tmp_path, need):
    path, pointer = program
    out = tmp_path / "probes"
    environment = {"PROBES": " ".join(event.name for event in ENABLED), "PROBES_OUT": str(out)}
    gdb = [
        need("gdb", "gdb"),
        "-nx",
        "-batch",
        "-iex",
        "set debuginfod enabled off",
        "-x",
        HERE / "gdb_probes.py",
    ]
    run(*gdb, path, environment=environment)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    wrong = [
        (event.name, call, got)
        for (event, call), got in zip(called(pointer), found)
        if not agrees(event, call, got, pointer)
    ]
    assert wrong == []
    assert len(found) == len(called(pointer))


def agrees(event, call, got, pointer: int) -> bool:
    if got[0] != event.name or len(got[1]) != len(call):
        return False
    for parameter, sent, seen in zip(event.parameters, call, got[1]):
        if not isinstance(seen, int):
            return False
        if parameter.is_text:
            right = (seen == 0) == (sent is None)
        elif parameter.bits(pointer) > pointer:
            right = True  # of a pair of registers the note names one half
        else:
            mask = (1 << parameter.bits(pointer)) - 1
            right = seen & mask == sent & mask
        if not right:
            return False
    return True


@pytest.fixture(scope="module")
def stap(sources, need, tmp_path_factory):
    """A function that runs stap without a kernel's headers, over tapsets that are for the gcc -O2 program."""
    program = need("stap", "systemtap")
    kernel = tmp_path_factory.mktemp("kernel")
    (kernel / "include" / "config").mkdir(parents=True)
    (kernel / ".config").write_text(
        "CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n"
    )
    (kernel / "Module.symvers").write_text("")
    (kernel / "include" / "config" / "kernel.release").write_text("6.1.0\n")
    home = tmp_path_factory.mktemp("home")

    def call(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        return run(program, "-r", kernel, *arguments, environment={"HOME": str(home)})

    return call


@pytest.fixture(scope="module")
def tapsets(sources, need):
    """The folder of the tapsets, whose probes are those of the program beside it."""
    folder = sources / "tapsets"
    folder.mkdir()
    flags = [*STRICT, f"-I{sources}", *MULTIARCH, "-O2"]
    run(need("dtrace", "systemtap-sdt-dev"), "-G", "-s", "probes.d", "-o", "tapsets.o", cwd=sources)
    files = [sources / "main64.c", sources / "trace-e2e.c", RUNTIME, sources / "tapsets.o"]
    run(need("gcc", "gcc"), *flags, *files, "-o", folder / "program", cwd=sources)
    for form in TAPSETS:
        output(form, ("dtrace" if form == "stap" else "log",), folder / f"{form}.stp")
    return folder


@pytest.mark.parametrize("form", TAPSETS)
def test_stap_parses_each_tapset(form, tapsets, stap):
    stap("-p1", tapsets / f"{form}.stp")


@pytest.mark.parametrize("kind", ["log", "simpletrace"])
def test_stap_resolves_every_probe_of_the_program(kind, tapsets, stap):
    # One that cannot be resolved makes all of them fail.
    done = stap("-I", tapsets, "-p2", "-e", f"probe qemu.{kind}.* {{}}")
    assert b"error" not in done.stderr
    listed = stap("-I", tapsets, "-l", f"qemu.{kind}.*").stdout.decode().split()
    assert set(listed) == {f"qemu.{kind}.{event.name}" for event in ENABLED}


def test_bpftrace_lists_every_probe(program, need, skip_without):
    path, pointer = program
    if pointer == 32:
        return  # bpftrace reads programs of its own width only
    done = subprocess.run(
        [need("bpftrace", "bpftrace"), "-l", f"usdt:{path}:*"], capture_output=True, text=True
    )
    if done.returncode:
        skip_without("bpftrace that runs as this user")
    listed = {line.rpartition(":")[2] for line in done.stdout.splitlines() if ":qemu:" in line}
    assert listed == {event.name for event in ENABLED}
