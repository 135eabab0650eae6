"""The limits of tracers: number of arguments, length of a name, length of a text; and their versions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tesc.trace.bpf_format import VERSIONS, Version
from tesc.trace.bpf_script import printing_script
from tesc.trace.events import Catalogue
from tests.e2e.arrivals import lines
from tests.e2e.outputs import MULTIARCH, called, declared, unit
from tests.e2e.probed import Bpftrace
from tests.e2e.tracers_page import BY_VERSION, cells

MUSL = ("/lib/ld-musl-x86_64.so.1",)
VERSIONS_SAY = """\
At their limits, tools differ from version to version. The number of arguments and the length of a name are
the largest that were accepted; a cell is empty if a tool has no such limit, or nothing was tried. bpftrace
ran the scripts of `tesc bpftrace`."""


def caption() -> str:
    events, calls = len(declared()), len(called())
    return f"""\
Seen with `compat = "fixed"`, {events} events and {calls} calls: gcc and clang, -m64 and -m32, glibc and
musl. The column of the log tapset, which `stap -p2` resolves against the program, shows what its printf
gets."""


def version(*command: str) -> str:
    """The first version number that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(?:\.\d+)?", done.stdout + done.stderr)
    assert found, done
    return found[0]


def most(takes: Callable[[int], bool], first: int, last: int) -> int:
    """The greatest accepted number; `first` is accepted, and `last` is not."""
    assert takes(first) and not takes(last)
    return max(number for number in range(first, last) if takes(number))


def cut_lines(path: Path, expected: list[bytes]) -> list[bytes]:
    """The lines in a file, each from one write; a line that was cut has no line end."""
    data, found, at = path.read_bytes(), [], 0
    for line in expected:
        length = min(len(line) + 1, 511)
        found.append(data[at : at + length].removesuffix(b"\n"))
        at += length
    assert at == len(data)
    return found


_PROVIDER = """\
#undef TRACEPOINT_PROVIDER
#define TRACEPOINT_PROVIDER qemu
#undef TRACEPOINT_INCLUDE
#define TRACEPOINT_INCLUDE "./limit.h"
#if !defined(LIMIT_H) || defined(TRACEPOINT_HEADER_MULTI_READ)
#define LIMIT_H
#include <lttng/tracepoint.h>
TRACEPOINT_EVENT(qemu, {name}, TP_ARGS({arguments}), TP_FIELDS(ctf_integer(int, a0, a0)))
#endif
#include <lttng/tracepoint-event.h>
"""


def lttng_takes(folder: Path, gcc: str, arguments: int = 1, name: int = 1) -> bool:
    """Whether LTTng's headers compile for an event with this many arguments, or a name of this length."""
    declared_ = ", ".join(f"int, a{number}" for number in range(arguments))
    (folder / "limit.h").write_text(_PROVIDER.format(name="e" * name, arguments=declared_))
    (folder / "limit.c").write_text(
        '#define TRACEPOINT_CREATE_PROBES\n#define TRACEPOINT_DEFINE\n#include "limit.h"\n'
    )
    command = [gcc, "-fsyntax-only", "-I.", "limit.c"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def dtrace_takes(folder: Path, gcc: str, dtrace: str, arguments: int) -> bool:
    """Whether the macro of a probe with this many arguments compiles."""
    types = ", ".join(["int"] * arguments)
    values = ", ".join(map(str, range(arguments)))
    (folder / "limit.d").write_text(f"provider qemu {{ probe limit({types}); }};\n")
    made = subprocess.run([dtrace, "-h", "-s", "limit.d", "-o", "sdt.h"], cwd=folder, capture_output=True)
    (folder / "sdt.c").write_text(f'#include "sdt.h"\nvoid fire(void) {{ QEMU_LIMIT({values}); }}\n')
    command = [gcc, "-Werror=implicit-function-declaration", "-c", *MULTIARCH, "sdt.c", "-o", "sdt.o"]
    return made.returncode == 0 and subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def of_bpftrace(tool: Bpftrace, program: Path, expected: list[bytes]) -> dict[str, str]:
    """What a bpftrace prints for the program's calls with a script of `tesc bpftrace`."""
    written_for = Version(max(one for one in VERSIONS.values() if one <= tool.version))
    enabled = {event.name for event in declared() if not event.disabled}
    script = printing_script(Catalogue(unit()).events, str(program), written_for, probes=enabled)
    inside = tool.inside(program)
    (inside.parent / "script.bt").write_text(script.text)
    done = tool.run("-q", program.parent / "script.bt", "-o", program.parent / "printed", "-c", program)
    assert done.returncode == 0, done.stderr[-3000:]
    printed: dict[bytes, list[bytes]] = {}
    for line in (inside.parent / "printed").read_bytes().splitlines():
        printed.setdefault(line.split(b" ")[0], []).append(line)
    arrived = [b""] * len(expected)
    left = []
    for at, line in enumerate(expected):
        of_event = printed.get(line.split(b" ")[0], [])
        if line in of_event:
            of_event.remove(line)
            arrived[at] = line
        else:
            left.append(at)
    for at in left:  # the lines of an event are in the order of its calls
        of_event = printed.get(expected[at].split(b" ")[0], [])
        arrived[at] = of_event.pop(0) if of_event else b""
    same = sum(right == got for right, got in zip(expected, arrived))
    found = cells("", lines(called(), expected, arrived))
    made = {row: found[row, ""] for row in BY_VERSION if (row, "") in found}
    made["lines as the log's"] = f"{same} of {len(expected)}"
    made["arguments"] = str(1 + max(n for n in range(10) if _has_argument(tool, program, n)))
    return made


def _has_argument(tool: Bpftrace, program: Path, number: int) -> bool:
    option = "-d" if tool.version < (0, 23) else "--dry-run"
    text = f'usdt:{program}:qemu:m161 {{ printf("%d", arg{number}); }}'
    return tool.run(option, "-e", text).returncode == 0
