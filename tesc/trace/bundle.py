"""Bundles traces of several kinds in one archive, with a manifest that says which machine each is from.

Perfetto's viewer, from release 58 on, opens a tar file and draws everything on one timeline;
`perfetto_manifest.json` in it names the machines and relates the clocks (docs/reference/perfetto-manifest.md
of Perfetto 58.2, version 1). A picture, a Perfetto trace that tesc wrote, names its clock: the host's
monotonic or real-time clock. Files of one machine with the same clock fit together. Clocks belong to
machines, so the clock of a guest's stream, whose times are the host's, is declared to be the host's. The
kernel's text is assumed to use CLOCK_MONOTONIC, as with `trace-cmd record -C mono`. The offset of the
real-time clock must be given.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile

from tesc.records import record, replace
from tesc.trace.layout import HEADER_ID
from tesc.trace.logs import looks_like_log
from tesc.trace.protobuf import fields, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

MANIFEST = "perfetto_manifest.json"
HOST = "host"
MONOTONIC, REALTIME = "MONOTONIC", "REALTIME"
# The clock is in this many first bytes of a picture.
_HEAD_BYTES = 1 << 20
_KERNEL = re.compile(rb"(?:version = \d+\n)?cpus=\d+\n|# tracer: ")
# How Perfetto recognizes the kernel's text.
_TRACER = b"# tracer: nop\n#\n"
_HEAD = re.compile(rb"^(?:version = |cpus=).*\n", re.M)
# A line without the flags that follow the CPU in the kernel's trace file.
_FLAGLESS = re.compile(rb"^(.*-\d+ +\[\d+\])( +\d+\.\d+: )", re.M)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@record
class Member:
    """A file of the archive: its name there, the path of its source, and the machine that it is from.

    With `kernel`, it is the text of `trace-cmd report` or of the kernel's own trace file. `clock` is its
    clock as the manifest names it.
    """

    name: str
    path: str
    machine: str
    kernel: bool = False
    clock: str = MONOTONIC

    def drawn(self, path: str) -> Member:
        """The same trace, as a picture in the file at `path`. Raises OSError."""
        with open(path, "rb") as file:
            clock = clock_of(file.read(_HEAD_BYTES))
        return replace(self, path=path, clock=clock)


def described(path: str, number: int, guest: str | None) -> Member:
    """A trace as a member, by its first bytes; `guest` is the prefix of a guest's, as for `open_reader`.

    Raises OSError.
    """
    with open(path, "rb") as file:
        begin = file.read(1 << 16)
    name = f"{number:02}-{_UNSAFE.sub('_', os.path.basename(path))}"
    if _KERNEL.match(begin):
        return Member(f"{name}.txt", path, HOST, kernel=True)
    headed = begin[:8] == HEADER_ID.to_bytes(8, "little")
    machine = HOST
    if guest is not None and not headed and not looks_like_log(begin):
        machine = f"guest {guest.rstrip('_')}".rstrip()
    return Member(f"{name}.pftrace", path, machine)


def manifest(members: Sequence[Member], offset: int | None = None) -> str:
    """The text of the manifest.

    `offset` is how many nanoseconds the host's real-time clock is ahead of its monotonic one.
    """
    base = base_of(members)
    files = []
    for one in members:
        about: dict[str, object] = {"path": one.name, "machine": {"name": one.machine}}
        relation = _relation(one, base, offset)
        if relation is not None:
            about["clocks"] = relation
        files.append(about)
    # A clock belongs to a machine; without the file, to none of these.
    trace_time = {"clock": base.clock, "file": base.name}
    content = {"version": 1, "trace_time": trace_time, "files": files}
    return json.dumps({"perfetto_manifest": content}, indent=2) + "\n"


def base_of(members: Sequence[Member]) -> Member:
    """The file to whose clock the others are related: one of the host's, preferably monotonic."""
    return min(members, key=lambda one: (one.clock != MONOTONIC, one.kernel, one.machine != HOST))


def unrelated(members: Sequence[Member], offset: int | None) -> list[Member]:
    """The files whose place on the timeline is unknown."""
    base = base_of(members)
    return [one for one in members if one.clock != base.clock] if offset is None else []


def _relation(one: Member, base: Member, offset: int | None) -> dict[str, object] | None:
    """How a file's clock is related to the base's; None if that is unnecessary or unknown."""
    if one.clock == base.clock:
        if one.machine == base.machine:
            return None
        offset = 0
    if offset is None:
        return None
    # When this clock reads T, the base's reads T + offset_ns.
    there = {"file": base.name, "clock": base.clock}
    return {"clock": one.clock, "sync_to": there, "offset_ns": -offset}


def clock_of(picture: bytes) -> str:
    """The clock of a picture, from its first bytes."""
    for packet in fields(picture, 1):
        for snapshot in fields(packet, 6):
            # The sequence's own clock comes first, then its reference clock.
            for clock in list(fields(snapshot, 1))[1:]:
                return REALTIME if clock.startswith(number(1, 1).encode("latin-1")) else MONOTONIC
    return MONOTONIC


def write_bundle(file: IO[bytes], members: Sequence[Member], offset: int | None = None) -> None:
    """Write the archive; `offset` is as for `manifest`. Raises OSError."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, MANIFEST, manifest(members, offset).encode())
        for one in members:
            if one.kernel:
                with open(one.path, "rb") as source:
                    text = source.read()
                _add(archive, one.name, _of_kernel(text))
            else:
                archive.add(one.path, one.name, recursive=False, filter=_plain)


def _of_kernel(text: bytes) -> bytes:
    """The text of `trace-cmd report` in the format of the kernel's trace file.

    Without flags, Perfetto 52 takes all digits of the seconds except the last for flags.
    """
    if not text.startswith(b"# tracer: "):
        text = _TRACER + _HEAD.sub(b"", text)
    return _FLAGLESS.sub(rb"\1 .....\2", text)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(data)
    archive.addfile(about, io.BytesIO(data))


def _plain(about: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member without this machine's users and times."""
    about.uid = about.gid = about.mtime = 0
    about.uname = about.gname = ""
    about.mode = 0o644
    return about
