"""An archive for Perfetto's viewer: its contents, and its manifest (version 1 of the reference)."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import jsonschema
import pytest

KERNEL = "cpus=1\n           sh-1     [000]     1.500000: sched_wakeup:         comm=sh pid=1 prio=120\n"


@pytest.fixture
def work(tmp_path, writer, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("events").write_text('idle(void)\nmove(int x) "x %d"\n')
    made = writer().header().mapping(0, "idle").mapping(1, "move")
    Path("trace").write_bytes(made.record(0, 5, 1).record(1, 6, 1, 3).data)
    Path("qemu.log").write_text("2026-11-28T17:34:54.469141Z move x 7\n")
    Path("guest").write_bytes(writer().guest(1, 8).data)
    Path("kernel").write_text(KERNEL)
    return tmp_path


# The parts of Perfetto 58.2's reference (docs/reference/perfetto-manifest.md) that are used here. Perfetto
# ignores unknown fields, so a misspelt one would go unnoticed.
CLOCK = {"enum": ["REALTIME", "MONOTONIC"]}


def fields(required: dict, optional: dict | None = None) -> dict:
    """The schema of an object with only these fields."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
CLOCKS = fields(
    {"clock": CLOCK, "sync_to": fields({"file": TEXT, "clock": CLOCK})}, {"offset_ns": {"type": "integer"}}
)
FILE = fields({"path": TEXT}, {"machine": fields({"name": TEXT}), "clocks": CLOCKS})
SCHEMA = fields(
    {
        "perfetto_manifest": fields(
            {"version": {"const": 1}},
            {
                "trace_time": fields({"clock": CLOCK}, {"file": TEXT}),
                "files": {"type": "array", "items": FILE},
            },
        )
    }
)


def sound(data: bytes) -> dict:
    """A manifest that is valid according to the reference, and whose files exist."""
    found = json.loads(data)
    jsonschema.validate(found, SCHEMA)
    assert b"".join(data.split()).startswith(b'{"perfetto_manifest"')
    names = [one["path"] for one in found["perfetto_manifest"]["files"]]
    for one in found["perfetto_manifest"]["files"]:
        assert "clocks" not in one or one["clocks"]["sync_to"]["file"] in names
    assert found["perfetto_manifest"]["trace_time"]["file"] in names
    return found


def tesc(*arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "tesc", "decode", "--no-cache", "--events", "events", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


def test_traces_of_all_kinds(work):
    said = tesc("trace", "qemu.log", "guest", "kernel", "--guest=", "--wire", "words", "--bundle", "all.tar")
    with tarfile.open("all.tar") as archive:
        found = {name: archive.extractfile(name).read() for name in archive.getnames()}
    assert list(found) == [
        "perfetto_manifest.json",
        "00-trace.pftrace",
        "01-qemu.log.pftrace",
        "02-guest.pftrace",
        "03-kernel.txt",
    ]
    # The log has the real-time clock; the message says that its offset is unknown.
    base = {"clock": "MONOTONIC", "file": "00-trace.pftrace"}
    same = {"clock": "MONOTONIC", "sync_to": base, "offset_ns": 0}
    files = [
        {"path": "00-trace.pftrace", "machine": {"name": "host"}},
        {"path": "01-qemu.log.pftrace", "machine": {"name": "host"}},
        {"path": "02-guest.pftrace", "machine": {"name": "guest"}, "clocks": same},
        {"path": "03-kernel.txt", "machine": {"name": "host"}},
    ]
    expected = {"version": 1, "trace_time": base, "files": files}
    assert sound(found["perfetto_manifest.json"]) == {"perfetto_manifest": expected}
    assert said == (
        "tesc: warning: 01-qemu.log.pftrace: its times are CLOCK_REALTIME, those of 00-trace.pftrace are "
        "not: say with --clock-offset how far that is ahead of CLOCK_MONOTONIC\n"
    )
    tesc("trace", "--format", "perfetto", "-o", "alone")
    assert found["00-trace.pftrace"] == Path("alone").read_bytes()
    assert found["03-kernel.txt"].decode() == (
        "# tracer: nop\n#\n"
        "           sh-1     [000] .....     1.500000: sched_wakeup:         comm=sh pid=1 prio=120\n"
    )


def manifest_of(*arguments: str) -> dict:
    """The manifest relates the clocks, and there is no message."""
    assert tesc(*arguments, "--bundle", "all.tar") == ""
    with tarfile.open("all.tar") as archive:
        return sound(archive.extractfile("perfetto_manifest.json").read())["perfetto_manifest"]


def test_clocks_are_related(work):
    """If the real-time clock shows T, the monotonic one shows T minus --clock-offset."""
    found = manifest_of("qemu.log", "trace", "--clock-offset", "1764000000.5s")
    base = {"clock": "MONOTONIC", "file": "01-trace.pftrace"}
    assert found["trace_time"] == base
    clocks = {"clock": "REALTIME", "sync_to": base, "offset_ns": -1764000000500000000}
    assert [one.get("clocks") for one in found["files"]] == [clocks, None]
    for only, clock in (("qemu.log", "REALTIME"), ("kernel", "MONOTONIC")):
        found = manifest_of(only)
        assert found["trace_time"] == {"clock": clock, "file": found["files"][0]["path"]}
        assert "clocks" not in found["files"][0]


def test_unreadable_traces_are_left_out(work):
    said = tesc("trace", "nope", "--bundle", "all.tar", status=1)
    assert said == "tesc: error: nope: No such file or directory\n"
    with tarfile.open("all.tar") as archive:
        assert archive.getnames() == ["perfetto_manifest.json", "00-trace.pftrace"]
    tesc("nope", "--bundle", "none.tar", status=2)
    assert not Path("none.tar").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bundle", "x", "-o", "y"], "--bundle FILE is the only output"),
        (["--bundle", "x", "--format", "csv"], "--bundle always has the format perfetto"),
        (["--bundle", "x", "--open"], "--open serves one trace"),
        (["--clock-offset", "3s"], "--clock-offset requires --bundle"),
        (["--bundle", "x", "--clock-offset", "soon"], "'soon' is not a time"),
        (["--open"], "--open requires --format perfetto"),
    ],
)
def test_nonsense_is_refused(work, words, said):
    assert said in tesc("trace", *words, status=2)
    assert not Path("x").exists()
