"""A log, whose dates are real time, among traces with the monotonic clock."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tesc.trace.api import open_trace
from tesc.trace.host_clock import HostClock, marked, real_ahead
from tesc.trace.recording import Recording

EVENTS = 'first(int a) "%d"\nsecond(int b) "%d"\n'
AHEAD = 1_795_935_458_446_960_000
BEGIN = 77_000_000_000


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A guest's trace from 77 s on, an event every 10 us; a log of the same time, in both date formats."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tesc.trace.recording.real_ahead", lambda: AHEAD)
    (tmp_path / "trace-events").write_text(EVENTS)
    for name, mark in (("out", True), ("unmarked", False)):
        with open(name, "wb") as file:
            # A simpletrace file by QEMU itself says nothing about the host's clocks.
            parts: list[bytes] = []
            recording = Recording(parts.append)
            for step in range(3):
                recording.record("first", BEGIN + step * 10_000, (step,))
            recording.end(4000)
            file.write(b"".join(part for part in parts if mark or b"tesc-host-clock" not in part))
    micros = [(AHEAD + BEGIN) // 1000 + step * 10 + 5 for step in range(3)]
    old = "".join(f"7@{at // 10**6}.{at % 10**6:06d}:second {at % 100}\n" for at in micros)
    (tmp_path / "old.log").write_text(old)
    (tmp_path / "none.log").write_text("second 1\n")
    return tmp_path


def decode(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tesc", "decode", "--events", "trace-events", *words]
    return subprocess.run(command, capture_output=True, text=True)


def names(printed: str) -> list[str]:
    return [line.split()[0] for line in printed.splitlines()]


def test_a_log_takes_its_place(folder):
    done = decode("old.log", "out", "--timestamps")
    assert done.returncode == 0 and done.stderr == "tesc: note: out: times are accurate to 4 us\n"
    assert done.stdout.splitlines()[:2] == ["0@77.000000:first 0", "7@77.000005:second 65"]
    assert names(decode("old.log", "out").stdout) == ["first", "second"] * 3
    with open_trace(["out", "old.log"], "trace-events") as trace:
        assert [record.timestamp_ns - BEGIN for record in trace] == [0, 5000, 10_000, 15_000, 20_000, 25_000]


def test_windows_are_of_the_common_clock(folder):
    done = decode("old.log", "out", "--since", "77.000010s", "--until", "77.000020s")
    assert names(done.stdout) == ["first", "second"]


def test_an_unknown_clock_offset(folder):
    done = decode("unmarked", "old.log")
    assert done.returncode == 0
    assert done.stderr == (
        "tesc: warning: old.log: its times are CLOCK_REALTIME, those of other traces CLOCK_MONOTONIC: "
        "give the difference with --clock-offset\n"
    )
    assert names(done.stdout) == ["first"] * 3 + ["second"] * 3
    done = decode("unmarked", "old.log", "--clock-offset", f"{AHEAD}ns")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(done.stdout) == ["first", "second"] * 3


def test_logs_alone_keep_their_dates(folder):
    assert decode("old.log", "none.log", "--timestamps").stdout.splitlines()[1].startswith("7@17959355")
    done = decode("old.log", "--clock-offset", "1s")
    assert done.returncode == 2 and "a log that is merged with other traces" in done.stderr


def test_a_clock_that_was_set_meanwhile(folder, monkeypatch):
    parts: list[bytes] = []
    recording = Recording(parts.append)
    monkeypatch.setattr("tesc.trace.recording.real_ahead", lambda: AHEAD - 9000)
    recording.end(4000)
    assert parts[-1].endswith(f"tesc-host-clock {AHEAD} 13000".encode())


def test_marks():
    clock = HostClock(AHEAD, 12)
    assert marked(clock.mark) == clock
    for text in ("tesc-host-clock", "tesc-host-clock 1", "tesc-host-clock -1 2", "other 1 2"):
        assert marked(text) is None
    assert abs(real_ahead() - real_ahead()) < 10**9
