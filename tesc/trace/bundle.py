"""Traces of several kinds in one archive, with a manifest that says whose each is.

Perfetto's viewer, from release 58 on, opens a tar file and draws all of it on one time line; its
`perfetto_manifest.json` names the machines (Perfetto's reference, "Trace manifest format", version 1). The
clocks are in the traces themselves: the monotonic one of the host, or the real-time one; those of one machine
that have the same clock fit together.
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

MANIFEST = "perfetto_manifest.json"
_KERNEL = re.compile(rb"(?:version = \d+\n)?cpus=\d+\n|# tracer: ")
# What makes Perfetto take text for the kernel's.
_TRACER = b"# tracer: nop\n#\n"
_HEAD = re.compile(rb"^(?:version = |cpus=).*\n", re.M)
# A line without the flags that the kernel's trace file has after the CPU.
_FLAGLESS = re.compile(rb"^(.*-\d+ +\[\d+\])( +\d+\.\d+: )", re.M)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@record
class Member:
    """A file of the archive: its name there, the file that has it, and whose machine it is.

    With `kernel` it is the text of `trace-cmd report`, or of the kernel's own trace file.
    """

    name: str
    path: str
    machine: str
    kernel: bool = False

    def at(self, path: str) -> Member:
        """The same, from another file."""
        return replace(self, path=path)


def described(path: str, number: int, guest: str | None) -> Member:
    """What a trace is by its first bytes; `guest` is the prefix of a guest's, as for `open_reader`.

    Raises OSError.
    """
    with open(path, "rb") as file:
        begin = file.read(1 << 16)
    name = f"{number:02}-{_UNSAFE.sub('_', os.path.basename(path))}"
    if _KERNEL.match(begin):
        return Member(f"{name}.txt", path, "host", kernel=True)
    headed = begin[:8] == HEADER_ID.to_bytes(8, "little")
    machine = "host"
    if guest is not None and not headed and not looks_like_log(begin):
        machine = f"guest {guest.rstrip('_')}".rstrip()
    return Member(f"{name}.pftrace", path, machine)


def manifest(members: Sequence[Member]) -> str:
    """The text of the manifest."""
    files = [{"path": one.name, "machine": {"name": one.machine}} for one in members]
    return json.dumps({"perfetto_manifest": {"version": 1, "files": files}}, indent=2) + "\n"


def write_bundle(file: IO[bytes], members: Sequence[Member]) -> None:
    """Write the archive. Raises OSError."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, MANIFEST, manifest(members).encode())
        for one in members:
            if one.kernel:
                with open(one.path, "rb") as source:
                    text = source.read()
                _add(archive, one.name, _of_kernel(text))
            else:
                archive.add(one.path, one.name, recursive=False, filter=_plain)


def _of_kernel(text: bytes) -> bytes:
    """The text of `trace-cmd report` as the kernel's trace file has it.

    Where there are no flags, Perfetto 52 takes all digits of the seconds but the last one for them.
    """
    if not text.startswith(b"# tracer: "):
        text = _TRACER + _HEAD.sub(b"", text)
    return _FLAGLESS.sub(rb"\1 .....\2", text)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(data)
    archive.addfile(about, io.BytesIO(data))


def _plain(about: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member without the names and times of this machine."""
    about.uid = about.gid = about.mtime = 0
    about.uname = about.gname = ""
    about.mode = 0o644
    return about
