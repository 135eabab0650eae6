"""tesc's outputs for the harness; functions that compile, run and read them back."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.workspace import Workspace
from tests.e2e.declared import EVENTS, Event, calls, events, shown

HERE = Path(__file__).parent
STUBS = HERE.parent / "codegen" / "stubs"
RUNTIME = HERE / "runtime.c"
TEXT_BACKENDS = ("log", "syslog", "ftrace", "simple", "nop")
STRICT = ("-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", f"-I{STUBS}", "-I.")
# Where Debian has sys/sdt.h, but where -m32 does not look.
MULTIARCH = ("-idirafter", "/usr/include/x86_64-linux-gnu")


@lru_cache(maxsize=None)
def declared() -> tuple[Event, ...]:
    return tuple(events())


@lru_cache(maxsize=None)
def unit():
    workspace = Workspace()
    workspace.add_file(str(EVENTS / "trace-events"))
    workspace.resolve()
    (unit,) = workspace.units
    assert [event.name for event in unit.events] == [event.name for event in declared()]
    return unit


def output(
    form: str,
    backends: tuple[str, ...],
    path: Path,
    group: str = "e2e",
    compat: str = "fixed",
    events: Collection[str] | None = None,
) -> None:
    """Write one output, of all events or of some; the traced program is next to it."""
    text, rejections = generate(
        [event for event in unit().events if events is None or event.name in events],
        _options(form, backends, path, group, compat),
    )
    assert rejections == []
    path.write_text(text)


def refused(form: str, backends: tuple[str, ...], compat: str) -> set[str]:
    """The events that an output cannot express."""
    options = _options(form, backends, Path("refused"), "e2e", compat)
    return {event.name for event in unit().events if generate([event], options)[1]}


def _options(form: str, backends: tuple[str, ...], path: Path, group: str, compat: str) -> Options:
    return Options(
        format=form,
        backends=backends,
        group=group,
        output=path.name,
        binary=str(path.parent / "program"),
        probe_prefix="qemu",
        compat=compat,
    )


def run(
    *command: object, environment: dict[str, str] | None = None, cwd: Path | None = None, timeout: int = 240
):
    """Run a command that must succeed, and return what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        timeout=timeout,
    )
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-4000:])
    return done


def called(pointer: int = 64) -> list[tuple[Event, tuple]]:
    """All calls of enabled events, in the program's order."""
    return [(event, call) for event in declared() if not event.disabled for call in calls(event, pointer)]


def lines(path: Path, end: bytes = b"") -> list[bytes]:
    """The texts that the runtime wrote, each followed by `end` and its mark."""
    parts = path.read_bytes().split(end + b"\x1e")
    assert parts.pop() == b""
    return parts


def records(path: Path) -> list[tuple[str, bytes]]:
    """Names and payloads of a simpletrace file (version 4), read according to the format's description."""
    data = path.read_bytes()
    assert struct.unpack_from("=QQQ", data) == (2**64 - 1, 0xF2B177CB0AA429B4, 4)
    at = 24
    names: dict[int, str] = {}
    found = []
    while at < len(data):
        (kind,) = struct.unpack_from("=Q", data, at)
        at += 8
        if kind == 0:
            number, length = struct.unpack_from("=QI", data, at)
            names[number] = data[at + 12 : at + 12 + length].decode()
            at += 12 + length
        else:
            number, _, length, _ = struct.unpack_from("=QQII", data, at)
            found.append((names[number], data[at + 24 : at + length]))
            at += length
    return found


def payload(event: Event, call: tuple) -> bytes:
    """The payload of a call's simpletrace record."""
    made = b""
    for at, parameter in enumerate(event.parameters):
        if parameter.is_text:
            text = (shown(event, call, at) or b"")[:512]
            made += struct.pack("=I", len(text)) + text
        else:
            made += struct.pack("=Q", call[at] & (2**64 - 1))
    return made


def copied(folder: Path) -> None:
    """The declarations, next to the outputs, which name them in `#line`."""
    for path in EVENTS.iterdir():
        shutil.copyfile(path, folder / path.name)
