"""Programs with SDT probes and a log, and bpftrace watching them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.e2e.outputs import run

# Operands are registers or constants: optimizing compilers would also name variables, which few tools read.
_HEAD = """\
#define STAP_SDT_ARG_CONSTRAINT nr
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/sdt.h>
#include <sys/types.h>

static char texts[3][20] = {"hello", "", "a%sb\\\\ \\303\\251"};
static FILE *log_file;
"""
_MAIN = """\
int main(int count, char **words)
{
    log_file = fopen(words[1], "w");
    /* A text that the program has not touched yet is none that bpftrace can read. */
    for (int i = 0; i < 3; i++)
        fputs(texts[i], stderr);
"""
_KNOWN = set(
    "const unsigned signed char short int long void bool size_t ssize_t off_t pid_t uintptr_t".split()
)


def _value(kind, type_: str, turn: int, place: int, small: bool) -> str:
    at = (turn + place) % 3
    if kind.text:
        return f"({type_})texts[{at}]"
    if small:
        return str([5, 3, 0][at])
    if kind.truth:
        return str(turn % 2)
    if kind.pointer:
        return f"({type_})(uintptr_t){['0x7ffffff0', '0', 'UINTPTR_MAX'][at]}"
    top = (1 << kind.bits) - 1
    ends = [top, 1 << (kind.bits - 1), 42] if kind.signed else [top, 0, 42]
    return f"({type_}){ends[at]:#x}ull"


def program(events, path: Path, gcc: str) -> None:
    """Compile a program that calls each event three times, which logs a line and fires the probe."""
    types = {type_ for event in events for type_, _ in event.parameters}
    words = {word for type_ in types for word in re.findall(r"[A-Za-z_]\w*", type_)} - _KNOWN
    lines = [_HEAD, *[f"typedef struct {one} {one};" for one in sorted(words) if not one.endswith("_t")]]
    calls = []
    for number, event in enumerate(events):
        names = [f"a{place}" for place in range(len(event.parameters))]
        declared = ", ".join(f"{type_} {name}" for (type_, _), name in zip(event.parameters, names))
        given = "".join(f", {name}" for name in names)
        small = "*" in event.format or re.search(r"%-?\d*c", event.format) is not None
        lines += [
            f"__attribute__((noinline)) static void probe_{number}({declared or 'void'})",
            "{",
            f'    fprintf(log_file, "{event.name} " {event.format} "\\n"{given});',
            f"    STAP_PROBE{len(names) or ''}(qemu, {event.name}{given});",
            "}",
        ]
        for turn in range(3):
            values = [
                _value(kind, type_, turn, place, small)
                for place, ((type_, _), kind) in enumerate(zip(event.parameters, event.kinds))
            ]
            calls.append(f"    probe_{number}({', '.join(values)});")
    source = path.with_suffix(".c")
    source.write_text("\n".join([*lines, _MAIN, *calls, "    return fclose(log_file);", "}", ""]))
    run(gcc, "-O1", "-fomit-frame-pointer", "-w", "-o", path, source)


class Bpftrace:
    """A bpftrace; if `root` is not empty, in its own root file system."""

    def __init__(self, program: str, root: str) -> None:
        self._command = ["chroot", root, "bpftrace"] if root else [program]
        self.root = root
        said = subprocess.run([*self._command, "--version"], capture_output=True, text=True).stdout
        self.version = tuple(map(int, re.findall(r"\d+", said)[:2]))

    def inside(self, path: Path) -> Path:
        """The path at which this bpftrace sees a file, which is copied there."""
        there = Path(f"{self.root}{path}")
        if self.root and path.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, there)
        return there

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        settings = {"BPFTRACE_MAX_PROBES": "9000", "BPFTRACE_MAX_BPF_PROGS": "9000"}
        settings["BPFTRACE_PERF_RB_PAGES"] = "512"  # so that no event is lost on a busy machine
        return subprocess.run(
            [*self._command, *map(str, arguments)],
            capture_output=True,
            errors="replace",
            text=True,
            timeout=400,
            env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **settings},
        )

    def attaches(self) -> bool:
        """Whether this kernel and this environment let it watch anything."""
        return os.geteuid() == 0 and self.run("-e", "BEGIN { exit(); }").returncode == 0
