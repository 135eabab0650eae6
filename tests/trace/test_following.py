"""Traces that are read while they are written: writers that truncate, restart or replace their files."""

from __future__ import annotations

import os
import struct
from itertools import islice
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tesc.trace
from tesc.trace import following, ring_input
from tesc.trace.events import load_unit
from tesc.trace.file_view import FileView
from tesc.wire.schema import schema_of_range
from tests.wire.conftest import Guest
from tests.wire.test_ring_tail import Memory

EVENTS = 'tick(uint64_t n) "%" PRIu64\n'
GUEST_EVENTS = 'tick(uint32_t n) "%u"\n'
HEADER = struct.pack("<QQQQQI", (1 << 64) - 1, 0xF2B177CB0AA429B4, 4, 0, 0, 4) + b"tick"
TRUNCATED = "the file was truncated while it was followed; nothing written since is read"
AGAIN = "the file was truncated and written again while it was followed; nothing written since is read"
REPLACED = "another file took its place while it was followed; nothing of that one is read"


class Simple:
    """QEMU's simple backend."""

    head = HEADER

    @staticmethod
    def one(n):
        return struct.pack("<QQQIIQ", 1, 0, 1_000_000 + n, 32, 7, n)


class Log:
    head = b""

    @staticmethod
    def one(n):
        return b"7@%d.%06d:tick %d\n" % (9, n, n)


class PlainLog:
    head = b""

    @staticmethod
    def one(n):
        return b"tick %d\n" % n


def some(kind, *numbers):
    return b"".join(map(kind.one, numbers))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(following.time, "sleep", lambda seconds: None)
    Path("events").write_text(EVENTS)
    return tmp_path


def followed(act, kind, first=5):
    """The numbers of a trace's records and its errors, if a writer acts after the first ones were read."""
    Path("trace").write_bytes(kind.head + some(kind, *range(first)))
    with (
        open("trace", "r+b", buffering=0) as writer,
        tesc.trace.open("trace", "events", follow=True) as trace,
    ):
        writer.seek(0, os.SEEK_END)
        records = iter(trace)
        found = [record["n"] for record in islice(records, first)]
        act(writer, kind)
        found += [record["n"] for record in records]
        return found, [error.message for error in trace.errors]


def truncate(writer, kind):
    os.truncate("trace", 0)


def write_again_shorter(writer, kind):
    Path("trace").write_bytes(kind.head + some(kind, 100))


def write_again_longer(writer, kind):
    Path("trace").write_bytes(kind.head + some(kind, *range(100, 120)))


def write_again_of_the_same_size(writer, kind):
    """And more, which looks like what follows the first records."""
    Path("trace").write_bytes(kind.head + some(kind, *range(5, 10)))
    with open("trace", "ab") as file:
        file.write(some(kind, 10, 11))


def truncate_under_the_writer(writer, kind):
    """Which goes on where it was, after a hole."""
    os.truncate("trace", 0)
    writer.write(some(kind, 5, 6))


def replace(writer, kind):
    Path("other").write_bytes(kind.head + some(kind, *range(100, 120)))
    os.replace("other", "trace")


def replace_while_written(writer, kind):
    """What its writer still writes to the old file is read."""
    writer.write(some(kind, 5))
    replace(writer, kind)
    writer.write(some(kind, 6))


ACTS = {
    truncate: ([], TRUNCATED),
    write_again_shorter: ([], TRUNCATED),
    write_again_longer: ([], AGAIN),
    write_again_of_the_same_size: ([], AGAIN),
    truncate_under_the_writer: ([], AGAIN),
    replace: ([], REPLACED),
    replace_while_written: ([5, 6], REPLACED),
}


@pytest.mark.parametrize("kind", [Simple, Log, PlainLog])
@pytest.mark.parametrize("act", ACTS)
def test_it_ends_and_says_why(folder, act, kind):
    more, why = ACTS[act]
    assert followed(act, kind) == ([*range(5), *more], [why])


def test_a_file_without_a_name_is_followed(folder, monkeypatch):
    """Its writer may go on: only Ctrl-C ends that."""

    def act(writer, kind):
        os.unlink("trace")
        writer.write(some(kind, 5))
        monkeypatch.setattr(following.time, "sleep", interrupt)

    with pytest.raises(KeyboardInterrupt):
        followed(act, Simple)


def interrupt(seconds):
    raise KeyboardInterrupt


class TestCtrlC:
    """What was held back until more would come is read then."""

    @pytest.fixture(autouse=True)
    def interrupted(self, folder, monkeypatch):
        monkeypatch.setattr(following.time, "sleep", interrupt)

    def read(self, **options):
        found = []
        with tesc.trace.open("trace", "events", follow=True, **options) as trace:
            with pytest.raises(KeyboardInterrupt):
                found.extend(record["n"] for record in trace)
            return found, [error.message for error in trace.errors]

    def test_a_line_without_an_end(self):
        Path("trace").write_bytes(b"tick 1\ntick 2")
        assert self.read() == ([1, 2], [])

    def test_a_line_that_may_go_on(self):
        Path("trace").write_bytes(b"tick 1\ntick x\nother\n")
        found, [said] = self.read()
        assert found == [1] and said.startswith("a line of 'tick' that does not match its format")

    def test_a_record_that_is_not_complete(self):
        Path("trace").write_bytes(HEADER + Simple.one(1) + Simple.one(2)[:-1])
        found, [said] = self.read()
        assert found == [1] and said.startswith("the trace ends within a record")

    def test_a_log_without_events_yet_is_no_error(self):
        Path("trace").write_bytes(b"x\n")
        assert self.read() == ([], [])

    def test_a_guests_events_before_it_said_who_it_is(self):
        Path("events").write_text(GUEST_EVENTS)
        guest = Guest(schema_of_range(load_unit("events"), 0))
        Path("trace").write_bytes(
            b"\0" + b"".join(frame for n in range(5) for frame in guest.event(0, n)[-1:])
        )
        assert self.read(guest="", wire="frames") == ([*range(5)], [])


def test_a_guests_stream_that_is_truncated(folder):
    """The events that were held back come first."""
    Path("events").write_text(GUEST_EVENTS)
    guest = Guest(schema_of_range(load_unit("events"), 0))
    Path("trace").write_bytes(b"\0" + b"".join(guest.event(0, n)[-1] for n in range(5)))
    with tesc.trace.open("trace", "events", follow=True, guest="", wire="frames") as trace:
        os.truncate("trace", 0)
        assert [record["n"] for record in trace] == [*range(5)]
        assert [error.message for error in trace.errors] == [TRUNCATED]


class TestRings:
    """The rings of a guest in a file of its memory."""

    AT = 8192
    SIZE = 1 << 20
    RESTARTED = "the guest restarted; the last events before that may be missing"

    @pytest.fixture(autouse=True)
    def memory(self, folder, monkeypatch):
        monkeypatch.setattr(ring_input, "_SHARE", 0)
        Path("events").write_text(GUEST_EVENTS)
        Path("ram").write_bytes(bytes(self.SIZE))
        self.ring = Memory(schema_of_range(load_unit("events"), 0))
        self.write(*range(5))

    def write(self, *numbers, ring=None, at=AT):
        ring = ring or self.ring
        for number in numbers:
            ring.event(0, number)
        with open("ram", "r+b") as file:
            file.seek(at)
            file.write(bytes(ring.data))

    def follow(self, *acts, last=lambda: None):
        """The numbers that are read, and the messages, if these happen one after the other, then Ctrl-C.

        The guest is quiet after each of them, except for the last.
        """
        waiting = list(acts)
        looks = 0

        def sleep(seconds):
            nonlocal looks
            looks += 1
            if looks % 6 == 0:
                if not waiting:
                    last()
                    raise KeyboardInterrupt
                waiting.pop(0)()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(following.time, "sleep", sleep)
            found = []
            with tesc.trace.open("ram", "events", follow=True, guest="") as trace:
                try:
                    found.extend(record["n"] for record in trace)
                except KeyboardInterrupt:
                    assert not waiting
                self.errors = list(trace.errors)
                return found, [error.message for error in self.errors]

    def clear(self):
        Path("ram").write_bytes(bytes(self.SIZE))

    def test_more(self):
        assert self.follow(lambda: self.write(5, 6)) == ([*range(7)], [])

    @pytest.mark.parametrize("cleared", [False, True])
    @pytest.mark.parametrize("boots", [1, 2])
    @pytest.mark.parametrize("count", [0, 2, 5, 20])
    def test_a_guest_that_restarts(self, boots, count, cleared):
        """Also if its memory was cleared, so that it does not know of its first start, and at once."""

        def restart():
            self.ring.boots = boots
            self.ring.start()
            self.write(*range(100, 100 + count))

        acts = [self.clear, restart] if cleared else [restart]
        found, said = self.follow(*acts, lambda: self.write(200))
        assert found == [*range(5), *range(100, 100 + count), 200]
        assert said == [self.RESTARTED]

    def test_a_guest_that_does_the_same_after_its_memory_was_cleared(self):
        def restart():
            self.ring.start()
            self.write(*range(5))

        assert self.follow(self.clear, restart) == ([*range(5), *range(5)], [self.RESTARTED])

    @pytest.mark.parametrize("at", [4096, 65536])
    @pytest.mark.parametrize("boots", [1, 2])
    def test_a_guest_that_restarts_with_its_ring_elsewhere(self, boots, at):
        """The old one is still in the memory."""
        other = Memory(self.ring_schema(), boots)
        found, said = self.follow(
            lambda: self.write(*range(100, 110), ring=other, at=at),
            lambda: self.write(110, ring=other, at=at),
        )
        assert found == [*range(5), *range(100, 111)]
        assert said == [self.RESTARTED]

    def test_a_ring_that_moves(self):
        """Nothing is read again."""
        assert self.follow(lambda: self.write(5, at=65536), lambda: self.write(6, at=65536)) == (
            [*range(7)],
            [],
        )

    def ring_schema(self):
        return schema_of_range(load_unit("events"), 0)

    def test_what_is_lost_when_ctrl_c_comes_is_counted(self):
        found, [said] = self.follow(last=lambda: self.write(*range(5, 305)))
        assert len(found) < 305 and said == f"{305 - len(found):,} events before this are missing"

    def test_what_is_lost_in_several_places_is_added_up(self):
        """The first message alone says neither how much nor how often."""
        acts = [lambda n=n: self.write(*range(n, n + 300)) for n in (5, 305)]
        found, _ = self.follow(*acts)
        [error] = self.errors
        lost = 605 - len(found)
        assert (error.count, error.events) == (2, lost)
        assert f"before this are missing (the first of 2 such places, {lost} events in all)" in str(error)

    @pytest.mark.parametrize("size", [0, 4096, AT + 300])
    def test_a_file_that_becomes_shorter(self, size):
        """It may also end within the ring."""
        assert self.follow(lambda: os.truncate("ram", size)) == ([*range(5)], [TRUNCATED])

    def test_a_file_that_grows(self):
        grow = [lambda: os.truncate("ram", 4 * self.SIZE), lambda: self.write(5)]
        assert self.follow(*grow) == ([*range(6)], [])

    def test_another_file(self):
        def other():
            os.rename("ram", "old")
            self.clear()

        assert self.follow(other) == ([*range(5)], [REPLACED])

    def test_searching_fills_no_holes(self, skip_without):
        os.truncate("ram", 0)
        os.truncate("ram", 64 << 20)
        self.write(5)
        before = os.stat("ram").st_blocks
        if before * 512 >= 64 << 20:
            skip_without("file system with holes")
        assert self.follow()[0] == [*range(6)]
        assert os.stat("ram").st_blocks == before


class TestFileView:
    @given(st.lists(st.sampled_from([b"", b"a", b"ab", b"abc", b"xabcx"]), max_size=8), st.integers(0, 30))
    @settings(deadline=None)
    def test_it_finds_what_bytes_find(self, tmp_path_factory, pieces, start):
        data = b"ab".join(pieces)
        path = tmp_path_factory.mktemp("view") / "file"
        path.write_bytes(data)
        with pytest.MonkeyPatch.context() as patch, open(path, "rb", buffering=0) as file:
            patch.setattr("tesc.trace.file_view._PIECE", 4)
            view = FileView(file)
            assert len(view) == len(data)
            assert view.find(b"abc", start) == data.find(b"abc", start)
            assert [view[at : at + 7] for at in range(9)] == [data[at : at + 7] for at in range(9)]
            assert file.tell() == 0

    def test_past_a_hole(self, tmp_path):
        path = tmp_path / "file"
        path.touch()
        os.truncate(path, 1 << 22)
        with open(path, "r+b") as file:
            file.seek(3 << 20)
            file.write(b"needle")
        with open(path, "rb", buffering=0) as file:
            view = FileView(file)
            assert view.find(b"needle") == 3 << 20
            assert view.find(b"needle", (3 << 20) + 1) == -1

    def test_a_file_that_becomes_shorter(self, tmp_path):
        path = tmp_path / "file"
        path.write_bytes(b"x" * 100)
        with open(path, "rb", buffering=0) as file:
            view = FileView(file)
            os.truncate(path, 10)
            assert (view[5:50], view[20:30], view.find(b"y")) == (b"x" * 5, b"", -1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_log_from_a_pipe_that_begins_with_other_lines(folder):
    """What is there when it is opened is not all of it."""
    os.mkfifo("pipe")
    opened = Event()

    def write():
        with open("pipe", "wb", buffering=0) as pipe:
            pipe.write(b"a line that is longer than a header\n")
            opened.wait(20)
            pipe.write(b"tick 1\n")

    writer = Thread(target=write)
    writer.start()
    try:
        with tesc.trace.open("pipe", "events") as trace:
            opened.set()
            assert [record["n"] for record in trace] == [1]
    finally:
        opened.set()
        writer.join()
