"""`tesc list`: the table, the JSON, and the patterns that choose events."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ROOT = """\
host_start(int cpu, const char *name) "cpu %d %s"
include "guest/trace-events" prefix openbios_ base 0x8000000000000000
disable *_debug
host_debug(void)
"""
GUEST = """\
prefix esp_
do_command(uint32_t cmd, void *buf) "cmd 0x%x buf %p"
disable reset(void) "reset"
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "guest").mkdir()
    (tmp_path / "trace-events").write_text(ROOT)
    (tmp_path / "guest/trace-events").write_text(GUEST)
    return tmp_path


def tesc(*arguments: str, cwd):
    return subprocess.run([sys.executable, "-m", "tesc", *arguments], cwd=cwd, capture_output=True, text=True)


def test_json(tree):
    done = tesc("list", "trace-events", "--format", "json", cwd=tree)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [
        {
            "name": "host_start",
            "index": 0,
            "wire_id": 0,
            "stream_id": 0,
            "disabled": False,
            "path": "trace-events",
            "line": 1,
            "parameters": [{"type": "int", "name": "cpu"}, {"type": "const char *", "name": "name"}],
            "format": '"cpu %d %s"',
        },
        {
            "name": "openbios_esp_do_command",
            "index": 1,
            "wire_id": 0,
            "stream_id": 0x8000000000000000,
            "disabled": False,
            "path": "guest/trace-events",
            "line": 2,
            "parameters": [{"type": "uint32_t", "name": "cmd"}, {"type": "uint64_t", "name": "buf"}],
            "format": '"cmd 0x%x buf 0x%" PRIx64',
        },
        {
            "name": "openbios_esp_reset",
            "index": 2,
            "wire_id": 1,
            "stream_id": 0x8000000000000001,
            "disabled": True,
            "path": "guest/trace-events",
            "line": 3,
            "parameters": [],
            "format": '"reset"',
        },
        {
            "name": "host_debug",
            "index": 3,
            "wire_id": 1,
            "stream_id": 1,
            "disabled": True,
            "path": "trace-events",
            "line": 4,
            "parameters": [],
            "format": None,
        },
    ]


def test_table(tree):
    done = tesc("list", "trace-events", cwd=tree)
    assert done.stdout == (
        "INDEX  WIRE ID           STREAM ID  STATE     PLACE                 EVENT\n"
        "    0        0                   0  enabled   trace-events:1        "
        "host_start(int cpu, const char *name)\n"
        "    1        0  0x8000000000000000  enabled   guest/trace-events:2  "
        "openbios_esp_do_command(uint32_t cmd, uint64_t buf)\n"
        "    2        1  0x8000000000000001  disabled  guest/trace-events:3  openbios_esp_reset(void)\n"
        "    3        1                   1  disabled  trace-events:4        host_debug(void)\n"
    )


@pytest.mark.parametrize(
    ("patterns", "names", "warning"),
    [
        (["host*"], ["host_start", "host_debug"], ""),
        (["*_?ebug"], ["host_debug"], ""),
        (
            ["host_strat"],
            [],
            "tesc: warning: no event matches 'host_strat'; did you mean 'host_start'?\n",
        ),
        (["HOST*"], [], "tesc: warning: no event matches 'HOST*'\n"),
        (["*", "--", "-host*"], ["openbios_esp_do_command", "openbios_esp_reset"], ""),
        (["--", "-*esp*"], ["host_start", "host_debug"], ""),
        (["host_start", "[h]*"], ["host_start"], "tesc: warning: no event matches '[h]*'\n"),
    ],
)
def test_patterns(tree, patterns, names, warning):
    done = tesc("list", "--format", "json", "trace-events", *patterns, cwd=tree)
    assert [entry["name"] for entry in json.loads(done.stdout)] == names
    assert done.stderr == warning


def test_names_are_a_file_for_qemu(tree):
    done = tesc("list", "--format", "names", "trace-events", "*", cwd=tree)
    assert done.stdout == "host_start\nopenbios_esp_do_command\n"


def test_valid_events_of_a_broken_file_are_listed(tree):
    (tree / "trace-events").write_text(ROOT + "broken(int a\n")
    done = tesc("list", "trace-events", "--format", "json", cwd=tree)
    assert done.returncode == 1
    names = [entry["name"] for entry in json.loads(done.stdout)]
    assert names == ["host_start", "openbios_esp_do_command", "openbios_esp_reset", "host_debug", "broken"]
    assert done.stderr.startswith("trace-events:5:13: error[TE001]: ")


def test_an_event_is_found_by_its_former_name(tmp_path):
    (tmp_path / "trace-events").write_text(
        "prefix disk_\n# tesc: renamed-from read\nload(int x)\nspin(void)\n"
    )
    done = tesc("list", "trace-events", "disk_read", "--format", "names", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "disk_load\n")
