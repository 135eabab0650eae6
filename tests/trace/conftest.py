"""Traces made in code, and the real traces of the conformance suite, if available."""

from __future__ import annotations

import lzma
import os
import struct
from pathlib import Path

import pytest

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.trace.events import Catalogue
from tesc.units.resolve import resolve

HEADER_ID = 0xFFFFFFFFFFFFFFFF
MAGIC = 0xF2B177CB0AA429B4
EVENTS = """\
idle(void)
move(int x, int64_t y, bool fast) "%d %" PRId64 " %d"
say(const char *who, uint8_t level, char *what) "%s %u %s"
open_file(const char *path, unsigned flags) "%s 0x%x"
point(void *p) "%p"
"""
NAMES = ["idle", "move", "say", "open_file", "point"]


class Writer:
    """Writes traces as QEMU's trace/simple.c does, on a host of either byte order."""

    def __init__(self, order: str = "<", version: int | None = 4) -> None:
        self.order = order
        self.version = version
        self.data = b""

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form, *values)

    def header(self) -> Writer:
        rest = bytes(40) if self.version == 0 else b""
        self.data += self.pack("QQQ", HEADER_ID, MAGIC, self.version) + rest
        return self

    def mapped(self, first: int = 10) -> Writer:
        """A header, and mappings for the events of `catalogue`, with IDs from `first` on."""
        self.header()
        for event_id, name in enumerate(NAMES):
            self.mapping(first + event_id, name)
        return self

    def mapping(self, event_id: int, name: str) -> Writer:
        self.data += self.pack("QQI", 0, event_id, len(name)) + name.encode()
        return self

    def raw(self, event_id: int, time: int, pid: int, payload: bytes, length: int | None = None) -> Writer:
        """A record of version 2, 3 or 4, whose length may be wrong."""
        length = 24 + len(payload) if length is None else length
        kind = self.pack("Q", 1) if self.version == 4 else b""
        self.data += kind + self.pack("QQII", event_id, time, length, pid) + payload
        return self

    def payload(self, *args: int | bytes) -> bytes:
        parts = []
        for arg in args:
            if isinstance(arg, bytes):
                parts.append(self.pack("I", len(arg)) + arg)
            else:
                parts.append(self.pack("Q", arg & (1 << 64) - 1))
        return b"".join(parts)

    def record(self, event_id: int, time: int, pid: int, *args: int | bytes) -> Writer:
        if self.version == 0:
            words = [*args, *[0] * (6 - len(args))]
            self.data += self.pack("QQ6Q", event_id, time, *[word & (1 << 64) - 1 for word in words])
            return self
        return self.raw(event_id, time, pid, self.payload(*args))

    def guest(self, event_id: int, *args: int) -> Writer:
        words = [*args, *[0] * (6 - len(args))]
        self.data += self.pack("7Q", event_id, *[word & (1 << 64) - 1 for word in words])
        return self


@pytest.fixture(scope="session")
def writer():
    """The class that writes traces."""
    return Writer


@pytest.fixture(scope="session")
def unit_of():
    """A function from the text of an events file to its unit."""

    def made(text: str):
        return resolve((parse(Source("trace-events", text)),))

    return made


@pytest.fixture(scope="session")
def catalogue(unit_of):
    """Five events whose records have all shapes."""
    return Catalogue(unit_of(EVENTS))


@pytest.fixture(scope="session")
def conformance(tmp_path_factory):
    """A function that returns the path of an unpacked trace of the conformance suite."""
    folders = [os.environ.get("TESC_CONFORMANCE", ""), Path(__file__).parents[3] / "shared" / "conformance"]
    found = [Path(folder, "traces") for folder in folders if folder and Path(folder, "traces").is_dir()]
    work = tmp_path_factory.mktemp("conformance")

    def path(name: str) -> Path:
        if not found:
            pytest.skip("there is no folder with the conformance suite (TESC_CONFORMANCE)")
        if (found[0] / name).exists():
            return found[0] / name
        unpacked = work / name
        if not unpacked.exists():
            with lzma.open(found[0] / f"{name}.xz") as packed, unpacked.open("wb") as file:
                while data := packed.read(1 << 20):
                    file.write(data)
        return unpacked

    return path
