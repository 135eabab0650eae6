"""Reading many records at once and in several processes gives the same as reading one after the other."""

from __future__ import annotations

import errno
import io
import os
import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tesc.trace import parts, vectors
from tesc.trace.columns import column_batches, typed
from tesc.trace.conditions import Check
from tesc.trace.counting import Counting, count
from tesc.trace.formats import FORMATS, make_format
from tesc.trace.opening import open_reader
from tesc.trace.parts import whole
from tesc.trace.selection import ALWAYS, Selection, Window
from tesc.trace.tables import Unwritable
from tesc.trace.values import typer
from tesc.trace.writing import Writing, write


@pytest.fixture
def opened(catalogue):
    """A function from a path to a reader, which is closed at the end."""
    readers = []

    def made(path):
        readers.append(open_reader(str(path), catalogue))
        return readers[-1]

    yield made
    for reader in readers:
        reader.source.close()


class Collected:
    """An output in memory."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


def traced(writer, seed, records, order="<", damage=0, remap=False):
    """An irregular trace: every shape, texts that look like records, changed bytes."""
    choose = random.Random(seed)
    made = writer(order).mapped()
    for number in range(records):
        event_id = choose.randrange(5)
        decoy = made.pack("QQQII", 1, choose.choice([10, 11, 13]), 5, choose.choice([24, 48, 44]), 9)
        texts = [choose.choice([decoy, b"", b"qcow2", bytes(choose.choices(range(256), k=9))]) for _ in "12"]
        numbers = [choose.choice([1, choose.getrandbits(64), 11]) for _ in range(3)]
        args = [[], numbers, [texts[0], 5, texts[1]], [texts[0], 9], numbers[:1]][event_id]
        time = number * 1000 - (5000 if choose.random() < 0.01 else 0) + 10**15
        made.record(10 + event_id, time, choose.choice([7, 7, 8]), *args)
        if remap and number == records // 2:
            made.mapping(11, "say").mapping(12, "move")  # IDs that change their meaning
            made.record(12, time, 7, 1, 2, 3)
            made.mapping(11, "move").mapping(12, "say")
    data = bytearray(made.data)
    for _ in range(damage):
        at = choose.randrange(len(made.data) // 3, len(data))
        data[at] = choose.randrange(256)
    return bytes(data)


def decoded(path, catalogue, name, selection, jobs=1, many=False):
    reader = open_reader(str(path), catalogue)
    if many:
        reader.use_vectors()
    output = Collected()
    write([reader], make_format(name, catalogue.unit.events), selection, output, jobs)
    reader.source.close()
    errors = [str(error) for error in reader.errors]
    return output.text, errors, reader.records, reader.decoded, reader.steps_back, reader.last_time


SELECTIONS = [
    Selection(lambda name: True),
    Selection(lambda name: name in ("say", "move")),
    Selection(lambda name: name != "idle", Window(10**15 + 77_000, 10**15 + 1_000_000, frozenset([7]))),
    Selection(
        lambda name: True,
        where=lambda event: event.name != "say" or Check(lambda values: 5 in values, dated=False),
    ),
    Selection(
        lambda name: True,
        where=lambda event: (
            event.name == "idle" or Check(lambda values, time, pid: pid == 8 and time % 2000 == 0, dated=True)
        ),
        dated=True,
    ),
    Selection(lambda name: True, Window(since=(1 << 64) + 5)),
]


@pytest.mark.parametrize("selection", range(len(SELECTIONS)))
@pytest.mark.parametrize("damage", [0, 1, 40])
def test_many_at_once(writer, catalogue, tmp_path, monkeypatch, selection, damage):
    pytest.importorskip("numpy")
    monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    monkeypatch.setattr("tesc.trace.vectors.PIECE", 5000)
    for seed, (name, order) in enumerate(zip(FORMATS, "<><><")):
        path = tmp_path / name
        path.write_bytes(traced(writer, seed, 2000, order, damage, remap=seed == 1))
        one = decoded(path, catalogue, name, SELECTIONS[selection])
        assert decoded(path, catalogue, name, SELECTIONS[selection], many=True) == one
        assert one[2] > 300


@pytest.mark.parametrize("damage", [0, 1, 40])
@pytest.mark.parametrize("order", "<>")
def test_counts(writer, catalogue, opened, tmp_path, monkeypatch, damage, order):
    """Counting all records at once with a regular expression, and in parts, gives the same as one by one."""
    monkeypatch.setattr("tesc.trace.counting.PIECE", 9000)
    for seed in range(4):
        path = tmp_path / str(seed)
        path.write_bytes(traced(writer, seed, 1500, order, damage, remap=seed == 1))
        monkeypatch.setattr("tesc.trace.counting._WORTH", 1 << 40)
        results = []
        for rest, part, jobs in ((1 << 20, 1 << 30, 1), (400, 1 << 30, 1), (400, 7000, 2), (400, 7000, 3)):
            monkeypatch.setattr("tesc.trace.counting._REST", rest)
            monkeypatch.setattr("tesc.trace.parts.PART", part)
            reader = opened(path)
            tally = count([reader], Selection(lambda name: name != "idle"), jobs=jobs)
            counts = {name: number for name, number in tally.counts.items() if number}
            told = counts, tally.dropped, reader.records, (tally.first, tally.last)
            results.append((*told, [str(error) for error in reader.errors]))
        assert results[1:] == results[:1] * 3
        monkeypatch.setattr("tesc.trace.counting._WORTH", 0)
        monkeypatch.setattr("tesc.trace.vectors.PIECE", 9000)
        monkeypatch.setattr("tesc.trace.reader.FEW", 0)
        reader = opened(path)
        tally = count([reader], Selection(lambda name: name != "idle"))
        counts = {name: number for name, number in tally.counts.items() if number}
        told = counts, tally.dropped, reader.records, (tally.first, tally.last)
        assert told == results[0][:4]


@pytest.mark.parametrize("selection", range(len(SELECTIONS)))
def test_the_counted_time(writer, catalogue, opened, tmp_path, monkeypatch, selection):
    """The first and last time are the same for any number of processes, with numpy or without."""
    monkeypatch.setattr("tesc.trace.counting.PIECE", 9000)
    monkeypatch.setattr("tesc.trace.vectors.PIECE", 9000)
    monkeypatch.setattr("tesc.trace.counting._REST", 400)
    monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    for seed in range(3):
        choose = random.Random(seed)
        made = writer("<>"[seed % 2]).mapped()
        times = [10**15 + choose.randrange(10**6) for _ in range(1500)]
        for time in times:
            made.record(10, time, choose.choice([7, 8]))
        for time in times[:200]:
            made.record(11, time, 7, 5, 6, 7)
        path = tmp_path / str(seed)
        path.write_bytes(made.data + made.pack("QQQII", 1, 11, 5, 9000, 7) * (seed == 2))
        found = set()
        for jobs, part, worth in ((1, 1 << 30, 1 << 40), (2, 7000, 1 << 40), (3, 7000, 0), (1, 1 << 30, 0)):
            monkeypatch.setattr("tesc.trace.parts.PART", part)
            monkeypatch.setattr("tesc.trace.counting._WORTH", worth)
            monkeypatch.setattr("tesc.trace.vectors.WORTH", worth)
            tally = count([opened(path)], SELECTIONS[selection], jobs=jobs)
            found.add((tally.first, tally.last))
        assert len(found) == 1
        if selection < 2:
            assert found == {tuple(sorted((times[0], times[199])))}


@pytest.mark.parametrize("stride", [1, 256])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("damage", [0, 1])
def test_counts_by_shapes(writer, opened, tmp_path, monkeypatch, order, stride, damage):
    """Records of few shapes, with a regular expression: also if the IDs have the same lowest bytes."""
    monkeypatch.setattr("tesc.trace.counting._WORTH", 1 << 40)
    monkeypatch.setattr("tesc.trace.counting._ENOUGH", 3000)
    monkeypatch.setattr("tesc.trace.counting._REST", 300)
    monkeypatch.setattr("tesc.trace.counting.PIECE", 9000)
    marked = []
    of_marks = Counting._marked
    monkeypatch.setattr(
        Counting, "_marked", lambda self, marks: marked.append(of_marks(self, marks)) or marked[-1]
    )
    choose = random.Random(stride)
    made = writer(order).header()
    names = ["idle", "move", "open_file", "point"]
    ids = [10 + stride * at for at in range(len(names))]
    for event_id, name in zip(ids, names):
        made.mapping(event_id, name)
    decoy = made.pack("QQQII", 1, 10, 5, 24, 9)
    expected = Counter()
    for number in range(7000):
        at = choose.randrange(4)
        expected[names[at]] += 1
        numbers = [choose.choice([1, choose.getrandbits(64), ids[2]]) for _ in range(3)]
        texts = [choose.choice([decoy, b"", b"qcow2"]), 9]
        made.record(ids[at], 10**15 + number, 7, *[[], numbers, texts, numbers[:1]][at])
    data = bytearray(made.data)
    if damage:
        data[-len(data) // 20] ^= 255
    path = tmp_path / "trace"
    path.write_bytes(data)
    for part, jobs in ((1 << 30, 1), (50_000, 2)):
        monkeypatch.setattr("tesc.trace.parts.PART", part)
        reader = opened(path)
        tally = count([reader], Selection(lambda name: True), jobs=jobs)
        if damage:
            one = opened(path)
            one_by_one = Counting(one, Selection(lambda name: True))
            one_by_one.is_quick = False
            whole(one, one_by_one, lambda offset, records: None)
            expected = one_by_one.state.counts
        assert tally.counts == expected
    assert sum(sum(one.values()) for one in marked) > 500


class InOneProcess(Collected):
    """Collects the texts of forked processes."""

    def __init__(self, path):
        super().__init__()
        self.file = path.open("wb", buffering=0)

    def write(self, text):
        self.file.write(text.encode("latin-1"))


@pytest.mark.parametrize("damage", [0, 1, 40])
@pytest.mark.parametrize("jobs", [2, 3])
def test_parts(writer, catalogue, tmp_path, monkeypatch, jobs, damage):
    monkeypatch.setattr("tesc.trace.parts.PART", 6000)
    for seed, (name, order) in enumerate(zip(FORMATS, "<><><")):
        path = tmp_path / name
        path.write_bytes(traced(writer, seed, 1500, order, damage, remap=seed == 1))
        one = decoded(path, catalogue, name, SELECTIONS[0])
        reader = open_reader(str(path), catalogue)
        assert parts.can_split(reader)
        output = InOneProcess(tmp_path / "output")
        write([reader], make_format(name, catalogue.unit.events), SELECTIONS[0], output, jobs)
        reader.source.close()
        output.file.close()
        assert (tmp_path / "output").read_bytes().decode("latin-1") == one[0]
        assert [str(error) for error in reader.errors] == one[1]
        assert (reader.records, reader.decoded, reader.steps_back, reader.last_time) == one[2:]


def test_a_wrong_guess_is_detected(writer, catalogue, opened, tmp_path, monkeypatch):
    """A part begins in a text that contains what looks like records: none of these come out."""
    monkeypatch.setattr("tesc.trace.parts.PART", 4096)
    decoy = writer()
    for number in range(8):
        decoy.record(11, number, 5, 1, 2, 3)
    made = writer().mapped()
    for number in range(120):
        made.record(12, number, 7, decoy.data, 5, b"")
    path = tmp_path / "trace"
    path.write_bytes(made.data)
    reader = opened(path)
    output = InOneProcess(tmp_path / "output")
    write([reader], make_format("simpletrace", catalogue.unit.events), SELECTIONS[0], output, 2)
    output.file.close()
    lines = (tmp_path / "output").read_text().splitlines()
    assert len(lines) == reader.records == 120
    assert all(line.startswith("say ") for line in lines)


@pytest.mark.parametrize("most", [0, 2])
@pytest.mark.parametrize("lacking", ["fork", "pipe"])
def test_what_the_system_refuses_a_process_for_is_done_in_this_one(
    writer, catalogue, opened, tmp_path, monkeypatch, forks, lacking, most
):
    monkeypatch.setattr("tesc.trace.parts.PART", 6000)
    path = tmp_path / "trace"
    path.write_bytes(traced(writer, 1, 1000, remap=True))
    one = decoded(path, catalogue, "text", SELECTIONS[0])
    allowed, call = [None] * most, getattr(os, lacking)

    def refused():
        if not allowed:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        allowed.pop()
        return call()

    reader = opened(path)
    output = Collected()
    before = os.listdir("/dev/fd")
    monkeypatch.setattr(os, lacking, refused)
    write([reader], make_format("text", catalogue.unit.events), SELECTIONS[0], output, 3)
    assert not allowed and os.listdir("/dev/fd") == before
    # All pipes are there before the first process.
    assert len(forks) == (most if lacking == "fork" else 0)
    for process in forks:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
    assert (output.text, [str(error) for error in reader.errors]) == one[:2]
    assert (reader.records, reader.decoded, reader.steps_back, reader.last_time) == one[2:]


def test_an_output_that_fails_ends_all(writer, catalogue, opened, tmp_path, monkeypatch):
    monkeypatch.setattr("tesc.trace.parts.PART", 6000)
    path = tmp_path / "trace"
    path.write_bytes(traced(writer, 1, 1000))

    class Full(Collected):
        def write(self, text):
            raise OSError(28, "No space left on device")

    reader = opened(path)
    form = make_format("text", catalogue.unit.events)
    with pytest.raises(OSError, match="No space"):
        parts.split(reader, Writing(form, SELECTIONS[0], Full()), 2, lambda offset, records: None)


class Odd(Exception):
    """An exception that cannot be sent to another process."""

    def __init__(self, message, place):
        super().__init__(message)
        self.place = place


@pytest.mark.parametrize("turn", [0, 1, 3])
@pytest.mark.parametrize(
    ("error", "raised"),
    [(KeyError(31), KeyError), (Unwritable("too late"), Unwritable), (Odd("odd", 5), RuntimeError)],
)
def test_a_failure_in_one_process_is_reported(
    writer, catalogue, opened, tmp_path, monkeypatch, error, raised, turn
):
    """Whatever the error is, and even if another process first sees its pipe break."""
    monkeypatch.setattr("tesc.trace.parts.PART", 6000)
    path = tmp_path / "trace"
    path.write_bytes(traced(writer, 1, 1000))

    class Failing(Writing):
        def take(self, reader):
            if reader.source.start >= 6000 * turn:
                raise error
            super().take(reader)

    reader = opened(path)
    form = make_format("text", catalogue.unit.events)
    with pytest.raises(raised, match=re.escape(str(error))):
        parts.split(reader, Failing(form, SELECTIONS[0], Collected()), 3, lambda offset, records: None)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_columns(writer, catalogue, opened, tmp_path, monkeypatch, many, selection):
    """Put together again, the columns are the records."""
    if many:
        pytest.importorskip("numpy")
        monkeypatch.setattr("tesc.trace.vectors.WORTH", 0)
        monkeypatch.setattr("tesc.trace.vectors.PIECE", 5000)
        monkeypatch.setattr("tesc.trace.reader.FEW", 0)
    path = tmp_path / "trace"
    path.write_bytes(traced(writer, 3, 1500))
    prepare = selection.prepare(lambda event: lambda values: (event.name, typer(event.kinds)(values)))
    rows = [row for rows in opened(path).batches(prepare, selection.window) for row in rows]
    found = []
    for batch in column_batches([opened(path)], selection):
        there = []
        for part in batch:
            columns = [typed(kind, column) for kind, column in zip(part.event.kinds, part.columns)]
            plain = [column if isinstance(column, list) else column.tolist() for column in columns]
            args = list(zip(*plain)) if plain else [()] * len(part)
            for place, time, pid, arg in zip(part.places, part.times, part.pids, args):
                there.append((int(place), (int(time), int(pid), (part.event.name, arg))))
        found += [row for _, row in sorted(there, key=lambda item: item[0])]
    assert found == rows


@given(st.binary(max_size=400), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_any_bytes_at_once(writer, catalogue, noise, repeats):
    """Any bytes after a valid start."""
    pytest.importorskip("numpy")
    made = writer().mapped()
    for number in range(repeats):
        made.record(11, number, 3, 1, 11, 48)
    data = made.data + noise
    with pytest.MonkeyPatch.context() as patch:

        class InMemory(io.BytesIO):
            def __init__(self, path):
                super().__init__(data)

        patch.setattr("tesc.trace.input.FileIO", InMemory)
        patch.setattr(InMemory, "fileno", lambda self: 0)
        patch.setattr("tesc.trace.reader.FEW", 0)
        results = []
        for many in (False, True):
            reader = open_reader("trace", catalogue)
            if many:
                reader._finder = vectors.Finder(reader)
            rows = [
                row
                for rows in reader.batches(lambda e: lambda values: (e.name, values), ALWAYS)
                for row in rows
            ]
            reader.source.close()
            results.append((rows, [str(error) for error in reader.errors], reader.steps_back))
    assert results[0] == results[1]
