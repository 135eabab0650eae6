"""Sorted records: the output is the same however many of them fit in memory, in each format."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.trace import sorting
from tesc.trace.formats import FOLDER_FORMATS, FORMATS

EVENTS = """\
read_start(uint64_t id, int n) "%" PRIu64 " %d"
read_end(uint64_t id) "%" PRIu64
say(const char *text) "%s"
"""
DROPPED = 0xFFFFFFFFFFFFFFFE


@pytest.fixture
def trace(writer, tmp_path, monkeypatch):
    """A trace out of order, with texts, spans and dropped records, and its events."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=1))
    Path("events").write_text(EVENTS)
    made = writer().header()
    for number, line in enumerate(EVENTS.splitlines()):
        made.mapping(number, line.partition("(")[0])
    for number in range(60):
        time = 1000 + 7 * number - 40 * (number % 5)
        made.record(0, time, 7 + number % 2, number, -number)
        made.record(2, time + 1, 7, b"a \xff\0%d" % number)
        made.record(1, time + 20, 7 + number % 2, number)
        if number % 9 == 0:
            made.record(DROPPED, time, 7, number + 1)
    Path("trace").write_bytes(made.data)


def files(path: Path) -> dict[str, bytes]:
    found = [path] if path.is_file() else sorted(path.iterdir())
    return {one.name: one.read_bytes() for one in found}


@pytest.mark.parametrize(
    ("form", "options"),
    [
        *((form, []) for form in [*FORMATS, *FOLDER_FORMATS]),
        ("perfetto", ["--counter=read_start.n"]),
        ("perfetto", ["--span=reading=read_start..read_end,key=id"]),
        ("ctf", ["--where=record.name != 'say'"]),
    ],
)
def test_however_many_records_are_held(form, options, trace, monkeypatch):
    made = []
    for run in (4, 1000):
        monkeypatch.setattr(sorting, "RUN", run)
        command = ["decode", "trace", "--events=events", f"--format={form}", "--sort", "-o=made"]
        assert main([*command, "--isolated", *options]) == 0
        made.append(files(Path("made")))
    assert made[0] == made[1]
