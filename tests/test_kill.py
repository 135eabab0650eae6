"""Processes killed at any moment: the next run gives the same as a clean one, and nothing is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

EVENTS = "a/trace-events"
COMMANDS = {
    "gen": ("gen", "--out", "out", "-q", "-j", "2", "--isolated"),
    "fmt": ("fmt",),
    "fix": ("check", "--fix", "--isolated"),
    "decode": ("decode", "--isolated", "--format", "csv", "-o", "out.csv", "--events", EVENTS, "trace.bin"),
}
RECORDS = 20_000


def plant(folder: Path) -> None:
    """A tree whose files need formatting and have findings."""
    for name in "abcdefgh":
        (folder / name).mkdir(parents=True)
        events = "".join(f'{name}_{number}( int a,int b )   "%x %d"\n' for number in range(60))
        (folder / name / "trace-events").write_text(events)
    (folder / "trace-events").write_text('root_event(uint64_t a) "%" PRIu64\n')
    (folder / "trace.bin").write_bytes(trace())


def trace() -> bytes:
    """A trace of the first events of `EVENTS`, as QEMU's docs/devel/tracing describes it."""
    made = [struct.pack("<3Q", 0xFFFFFFFFFFFFFFFF, 0xF2B177CB0AA429B4, 4)]
    for number in range(9):
        name = f"a_{number}".encode()
        made.append(struct.pack("<QQI", 0, number, len(name)) + name)
    for number in range(RECORDS):
        made.append(struct.pack("<QQQII2Q", 1, number % 9, number * 100, 40, 7, number, number % 5))
    return b"".join(made)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.name != ".tesc-gen"}


def start(words: tuple[str, ...], folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
    return subprocess.Popen(
        [sys.executable, "-m", "tesc", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def finish(words: tuple[str, ...], folder: Path) -> None:
    with start(words, folder) as child:
        assert child.wait() in (0, 1)


def end_at_random(words: tuple[str, ...], tmp_path: Path, moments: int, seed: int) -> None:
    chance = random.Random(seed)
    plant(tmp_path / "clean")
    before = contents(tmp_path / "clean")
    began = time.monotonic()
    finish(words, tmp_path / "clean")
    lasts = time.monotonic() - began
    after = contents(tmp_path / "clean")
    for number in range(moments):
        folder = tmp_path / f"tree{number}"
        shutil.copytree(tmp_path / "clean", folder)
        for name in after.keys() - before.keys():
            (folder / name).unlink()
        for name, data in before.items():
            (folder / name).write_bytes(data)
        (folder / "out" / ".tesc-gen").unlink(missing_ok=True)
        how = chance.choice((signal.SIGKILL, signal.SIGTERM))
        with start(words, folder) as child:
            time.sleep(chance.random() * lasts)
            child.send_signal(how)
            child.wait()
        left = contents(folder)
        for name, data in left.items():
            if name.endswith(".tmp"):
                assert how == signal.SIGKILL, f"{name} left by SIGTERM"
                (folder / name).unlink()
            else:
                assert data in (before.get(name), after.get(name)), f"{name} is half written"
        assert left.keys() >= before.keys(), "a source is lost"
        finish(words, folder)
        assert contents(folder) == after, f"moment {number} of seed {seed}"
        shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_few_moments(name, tmp_path):
    end_at_random(COMMANDS[name], tmp_path, 2, 1)


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("name", list(COMMANDS))
def test_many_moments(name, tmp_path):
    end_at_random(COMMANDS[name], tmp_path, 125, int(time.time()))
