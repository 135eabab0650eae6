"""Writes traces to a CTF folder: packets of records into a stream for each process, then the metadata."""

from __future__ import annotations

import os
import shutil
import struct
from contextlib import contextmanager
from operator import itemgetter

from tesc.records import record
from tesc.trace import vectors
from tesc.trace.ctf import Unwritable
from tesc.trace.ctf.classes import Classes
from tesc.trace.events import DROPPED
from tesc.trace.host_clock import is_real
from tesc.trace.merge import batches
from tesc.trace.output import folder_beside, replace_folder
from tesc.trace.parts import Work, can_split, split, whole
from tesc.trace.sorting import sorted_batches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from tesc.trace.ctf.classes import EventClass
    from tesc.trace.events import TracedEvent
    from tesc.trace.reader import RecordReader, Slots
    from tesc.trace.selection import Selection
    from tesc.trace.values import Values

_MAGIC = 0xC1FC1FC1
_HEAD = struct.Struct("<I16sI5Qq")
_LAST = (1 << 63) - 1


@record
class Clock:
    """The clock of a trace; with `absolute`, times count from 1970."""

    name: str
    description: str
    absolute: bool


MONOTONIC = Clock("monotonic", "CLOCK_MONOTONIC of the machine that ran the program", False)
REALTIME = Clock("realtime", "wall-clock time", True)


@record
class _Packet:
    """Records of one process, ordered by time; `lost` is how many the tracer dropped."""

    pid: int
    begin: int
    end: int
    lost: int
    records: bytes


class _State:
    """The state of writing: the classes so far, and the last time and lost records of each stream."""

    def __init__(self) -> None:
        self.classes: dict[int, EventClass] = {}
        self.streams: dict[int, list[tuple[int, int]]] = {}


class _Dropped(bytes):
    """A record that reports dropped records."""

    lost = 0


class Streams(Work):
    """Writes the packets of a trace to the files of a folder."""

    def __init__(
        self, folder: str, uuid: bytes, names: Sequence[str], selection: Selection, origin: int
    ) -> None:
        self._folder = folder
        self._uuid = uuid
        self._origin = origin
        self._classes = Classes([*names, DROPPED.name])
        self._prepare = selection.prepare(self.prepare)
        self._window = selection.window
        self._slots: Slots = {}
        self.state = _State()
        self.begin()

    def prepare(self, event: TracedEvent) -> Callable[[Values], bytes]:
        """A function from an event's values to a record without its time."""
        packed = self._classes.packer(event)
        if event.name != DROPPED.name:
            return packed

        def dropped(values: Values) -> bytes:
            made = _Dropped(packed(values))
            made.lost = int(values[0])
            return made

        return dropped

    def begin(self) -> None:
        self._packets: list[_Packet] = []

    def forget_events(self) -> None:
        self._slots.clear()

    def take(self, reader: RecordReader) -> None:
        rows = reader.fill(self._prepare, self._slots, self._window)
        if rows.made:
            self.add(rows.times, rows.pids, rows.made)

    def add(self, times: Sequence[int], pids: Sequence[int], made: Sequence[bytes]) -> None:
        """Add records in the order of the trace."""
        for pid in dict.fromkeys(pids):
            mine = (times, made)
            if pids.count(pid) != len(pids):
                which = [at for at, one in enumerate(pids) if one == pid]
                mine = ([times[at] for at in which], [made[at] for at in which])
            self._packets.append(self._packet(pid, *mine))

    def _packet(self, pid: int, times: Sequence[int], made: Sequence[bytes]) -> _Packet:
        if min(times) < 0:
            times = [time if time >= 0 else self._origin for time in times]
        ordered = sorted(times)
        if ordered != times:
            pairs = sorted(zip(times, made), key=itemgetter(0))
            made = [one for _, one in pairs]
        if ordered[-1] > _LAST:
            raise Unwritable(
                f"a record's time is {ordered[-1]:,} ns: CTF readers do not accept times from 2^63 on"
            )
        stamps = struct.pack(f"<{len(ordered)}Q", *ordered)
        parts: list[bytes] = [b""] * (2 * len(ordered))
        parts[::2] = [stamps[at : at + 8] for at in range(0, len(stamps), 8)]
        parts[1::2] = made
        lost = sum([one.lost for one in made if one.__class__ is _Dropped])
        return _Packet(pid=pid, begin=ordered[0], end=ordered[-1], lost=lost, records=b"".join(parts))

    def hand_in(self) -> None:
        self.state.classes.update(self._classes.met)
        for packet in self._packets:
            self._write(packet)
        self._packets = []

    def _write(self, packet: _Packet) -> None:
        """Add a packet to the first stream of its process that has no later record."""
        streams = self.state.streams.setdefault(packet.pid, [])
        number = next((at for at, (last, _) in enumerate(streams) if last <= packet.begin), len(streams))
        parts = []
        if number == len(streams):
            # Readers report how much the number of lost records grows, so there must be an earlier packet.
            streams.append((packet.begin, 0))
            parts.append(self._head(packet.pid, packet.begin, packet.begin, 0, 0))
        lost = streams[number][1] + packet.lost
        streams[number] = (packet.end, lost)
        parts += [self._head(packet.pid, packet.begin, packet.end, lost, len(packet.records)), packet.records]
        name = "stream" if packet.pid < 0 else f"stream_{packet.pid}"
        with open(os.path.join(self._folder, f"{name}_{number}" if number else name), "ab") as file:
            file.write(b"".join(parts))

    def _head(self, pid: int, begin: int, end: int, lost: int, size: int) -> bytes:
        bits = 8 * (_HEAD.size + size)
        return _HEAD.pack(_MAGIC, self._uuid, 0, bits, bits, begin, end, lost, pid)


def write_ctf(
    readers: Sequence[RecordReader],
    selection: Selection,
    path: str,
    *,
    version: str = "1.8",
    jobs: int = 1,
    sort: bool = False,
    progress: Callable[[int, int], object] = lambda offset, records: None,
) -> None:
    """Write traces as one CTF trace into the folder `path`; an existing trace is replaced, nothing else.

    `jobs` processes read a long trace. Raises OSError, Unwritable.
    """
    import uuid

    identity = uuid.uuid4()
    firsts = [reader.first_time() for reader in readers]
    origin = min([time for time in firsts if time is not None and time >= 0], default=0)
    names = [event.name for event in readers[0].catalogue.events]
    with _replaced(path) as folder:
        work = Streams(folder, identity.bytes, names, selection, origin)
        if len(readers) > 1 or sort:
            if sort:
                found = sorted_batches(readers, work.prepare, selection)
            else:
                found = batches(readers, selection.prepare(work.prepare), selection.window)
            for rows in found:
                work.add(*zip(*rows))
                work.hand_in()
        else:
            if (readers[0].source.file_size or 0) >= vectors.WORTH:
                readers[0].use_vectors()
            if jobs > 1 and can_split(readers[0]):
                split(readers[0], work, jobs, progress)
            else:
                whole(readers[0], work, progress)
        clock = REALTIME if is_real(origin) else MONOTONIC
        with open(os.path.join(folder, "metadata"), "w", encoding="utf-8") as file:
            file.write(_metadata(version)(_in_order(work.state), clock, str(identity)))


def _in_order(state: Any) -> list[EventClass]:
    return sorted(state.classes.values(), key=lambda one: (one.name, one.id))


def _metadata(version: str) -> Callable[[Sequence[EventClass], Clock, str], str]:
    if version == "2":
        from tesc.trace.ctf import metadata2

        return metadata2.metadata
    from tesc.trace.ctf import tsdl

    return tsdl.metadata


@contextmanager
def _replaced(path: str) -> Iterator[str]:
    """A new folder next to the path, which replaces it when complete."""
    target = os.path.realpath(path)
    if os.path.lexists(target) and not _is_ours(target):
        raise Unwritable(f"{path}: exists and is not a CTF trace: choose another folder")
    work = folder_beside(path)
    try:
        yield work
        replace_folder(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _is_ours(path: str) -> bool:
    """Whether a folder is empty, or contains only streams and metadata."""
    if not os.path.isdir(path) or os.path.islink(path):
        return False
    names = os.listdir(path)
    return not names or (
        "metadata" in names and all(n == "metadata" or n.startswith("stream") for n in names)
    )
