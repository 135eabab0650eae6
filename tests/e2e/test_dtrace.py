"""Static probes: dtrace(1)'s header and object, their notes, values under gdb, SystemTap's tapsets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.outputs import (
    MULTIARCH,
    RUNTIME,
    STRICT,
    called,
    declared,
    output,
    run,
)

ENABLED = [event for event in declared() if not event.disabled]
TAPSETS = ("stap", "log-stap", "simpletrace-stap")


@pytest.fixture(params=["gcc -O0", "gcc -O2", "clang -O2", "gcc -O2 -m32"])
def how(request) -> str:
    """The compiler and flags of a program."""
    return request.param


def pointer_of(how: str) -> int:
    return 32 if "-m32" in how else 64


def notes(program: Path) -> dict[str, list[tuple[int, ...]]]:
    """For each probe, the sizes of its arguments at each of its locations, negative if signed."""
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
    """The size that a probe's argument should have; bytes are widened to int."""
    bits = max(parameter.bits(pointer), 8)
    wide = 4 if bits == 8 else bits // 8
    return -wide if parameter.is_signed else wide


def test_notes_have_names_widths_and_signs(how, probe_program):
    pointer = pointer_of(how)
    found = notes(probe_program(how))
    assert set(found) == {event.name for event in ENABLED}
    wanted = {event.name: tuple(size(p, pointer) for p in event.parameters) for event in ENABLED}
    assert {name: set(places) for name, places in found.items()} == {
        name: {one} for name, one in wanted.items()
    }


def test_values_under_gdb(how, gdb_values):
    pointer = pointer_of(how)
    found = gdb_values(how)
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
            right = True  # of a pair of registers, the note names one half
        else:
            mask = (1 << parameter.bits(pointer)) - 1
            right = seen & mask == sent & mask
        if not right:
            return False
    return True


@pytest.fixture(scope="module")
def tapsets(probe_sources, need):
    """The folder of the tapsets, whose probes are those of the program next to it."""
    folder = probe_sources / "tapsets"
    folder.mkdir()
    flags = [*STRICT, f"-I{probe_sources}", *MULTIARCH, "-O2"]
    run(need("dtrace", "systemtap-sdt-dev"), "-G", "-s", "probes.d", "-o", "tapsets.o", cwd=probe_sources)
    files = [probe_sources / name for name in ("main64.c", "trace-e2e.c", "tapsets.o")]
    run(need("gcc", "gcc"), *flags, *files, RUNTIME, "-o", folder / "program", cwd=probe_sources)
    for form in TAPSETS:
        output(form, ("dtrace" if form == "stap" else "log",), folder / f"{form}.stp")
    return folder


@pytest.mark.parametrize("form", TAPSETS)
def test_stap_parses_each_tapset(form, tapsets, stap):
    stap("-p1", tapsets / f"{form}.stp")


@pytest.mark.parametrize("kind", ["log", "simpletrace"])
def test_stap_resolves_every_probe_of_the_program(kind, tapsets, stap):
    # A single probe that cannot be resolved makes all fail.
    done = stap("-I", tapsets, "-p2", "-e", f"probe qemu.{kind}.* {{}}")
    assert b"error" not in done.stderr
    listed = stap("-I", tapsets, "-l", f"qemu.{kind}.*").stdout.decode().split()
    assert set(listed) == {f"qemu.{kind}.{event.name}" for event in ENABLED}


@pytest.mark.parametrize("how", ["gcc -O0", "gcc -O2", "clang -O2"])
def test_bpftrace_lists_every_probe(how, probe_program, need, skip_without):
    """Only 64-bit programs: bpftrace reads no others."""
    path = probe_program(how)
    done = subprocess.run(
        [need("bpftrace", "bpftrace"), "-l", f"usdt:{path}:*"], capture_output=True, text=True
    )
    if done.returncode:
        skip_without("bpftrace that runs as this user")
    listed = {line.rpartition(":")[2] for line in done.stdout.splitlines() if ":qemu:" in line}
    assert listed == {event.name for event in ENABLED}
