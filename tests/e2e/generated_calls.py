"""A program that calls each event once, with extreme values, and a comparison of its log with its trace."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.records import record
from tests.e2e.outputs import RUNTIME, STRICT, run

BACKENDS = ("log", "simple")
_BITS = {"char": 8, "bool": 1, "short": 16, "int": 32, "signed": 32, "unsigned": 32, "pid_t": 32}
_TEXTS = ("hello", "/dev/vda-1.2", "x" * 500, "", "caf\\303\\251%s")


def _is_text(type_: str) -> bool:
    return type_.count("*") == 1 and "char" in type_.replace("*", " ").split()


def value(type_: str, choose: random.Random, bounded: bool) -> str:
    """A value for a parameter as C code, mostly at an end of its type's range.

    With `bounded` it may be a width in the format: printf fails for widths beyond INT_MAX.
    """
    if _is_text(type_):
        return f'({type_})"{choose.choice(_TEXTS)}"'
    if "*" in type_:
        return f"({type_})(uintptr_t){choose.choice(['0x10', '0x7ffffffff000', 'UINTPTR_MAX'])}"
    if bounded:
        return f"({type_}){choose.randrange(17)}"
    words = type_.split()
    sized = re.search(r"int(?:_fast)?(\d+)_t", type_)
    bits = int(sized[1]) if sized else 64
    if not sized and "long" not in words:
        bits = next((_BITS[word] for word in words if word in _BITS), 64)
    ends = [0, 1, 42, (1 << bits) - 1, 1 << (bits - 1), (1 << (bits - 1)) - 1]
    return f"({type_}){choose.choice(ends) & ((1 << bits) - 1):#x}ull"


@record
class Compared:
    """How log and trace differ: the number of calls, and events with the difference.

    For events that are `wrong`, the log disagrees with the trace; for those that are `unsure`, it leaves an
    argument open.
    """

    calls: int
    wrong: dict[str, str]
    unsure: dict[str, str]


def compared(events, folder: Path, gcc: str, seed: int) -> Compared:
    """Build the program, run it, and compare what it logged with what it traced."""
    group = "calls"
    for form, name in (("h", f"trace-{group}.h"), ("c", f"trace-{group}.c")):
        options = Options(
            format=form, backends=BACKENDS, group=group, output=name, binary="program",
            probe_prefix="qemu", compat="qemu",
        )  # fmt: skip
        text, rejections = generate(events, options)
        assert rejections == []
        (folder / name).write_text(text)
    called = [event for event in events if not event.disabled]
    (folder / "main.c").write_text(_main(called, group, seed))
    files = ["main.c", f"trace-{group}.c", RUNTIME]
    lax = [flag for flag in STRICT if flag != "-Werror"]
    run(gcc, *lax, "-w", "-DMAX_EVENTS=16384", *files, "-o", "program", cwd=folder, timeout=1800)
    names = {"LOG_FILE": str(folder / "marked"), "SIMPLE_FILE": str(folder / "trace")}
    run(folder / "program", environment=names)
    # The runtime's mark after each text is not part of the log.
    (folder / "log").write_bytes((folder / "marked").read_bytes().replace(b"\x1e", b""))
    (folder / "events").write_text("".join(_declared(event) for event in called))
    log, trace = (decoded(folder, name) for name in ("log", "trace"))
    return _differences(called, log, trace)


def _main(called, group: str, seed: int) -> str:
    choose = random.Random(seed)
    lines = ['#include "qemu/osdep.h"', f'#include "trace-{group}.h"', "void begin(void);"]
    lines += ["int main(void)", "{", "    begin();"]
    for event in called:
        bounded = "*" in event.format
        arguments = ", ".join(value(type_, choose, bounded) for type_, _ in event.parameters)
        lines.append(f"    trace_{event.name}({arguments});")
    return "\n".join([*lines, "    return 0;", "}", ""])


def _declared(event) -> str:
    parameters = ", ".join(f"{type_} {name}" for type_, name in event.parameters)
    return f"{event.name}({parameters or 'void'}) {event.format}\n"


def decoded(folder: Path, name: str) -> list[dict]:
    """The records, as in JSON lines."""
    command = [sys.executable, "-m", "tesc", "decode", name, "--events=events", "--format=jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _differences(called, log: list[dict], trace: list[dict]) -> Compared:
    assert [one["event"] for one in trace] == [event.name for event in called]
    read = {one["event"]: one["args"] for one in log}
    wrong, unsure = {}, {}
    for one in trace:
        name, recorded = one["event"], one["args"]
        found = read.get(name)
        said = f"log {found}, trace {recorded}"
        if found is None or any(found[key] not in (None, recorded[key]) for key in recorded):
            wrong[name] = said
        elif found != recorded:
            unsure[name] = said
    return Compared(len(called), wrong, unsure)
