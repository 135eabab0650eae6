"""The lines of a repository that name an event."""

from __future__ import annotations

import pytest

from tesc.comparison.dependents import dependents


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text.encode() if isinstance(text, str) else text)

    return write


def found(gone, present=()):
    return [
        (name, line.source.path, line.source.place(line.span.start), line.kind)
        for name, lines in dependents(".", gone, present).items()
        for line in lines
    ]


def test_scripts_outputs_and_options(repository):
    repository(
        {
            "scripts/io.bt": "usdt:./qemu:qemu:disk_read { @ = count(); }\n",
            "tests/iotests/1.out": "é disk_read sector 1\n",
            "docs/tracing.rst": "Run with ``-trace disk_read``.\nOr read disk_read in prose.\n",
            "hw/disk.c": "trace_disk_read(1);\n",
            "hw/trace-events": "disk_read(void)\n",
            "docs/other.rst": "a -trace disk_read_all and my_disk_read\n",
        }
    )
    assert sorted(found({"disk_read"})) == [
        ("disk_read", "docs/tracing.rst", (1, 19), "name"),
        ("disk_read", "scripts/io.bt", (1, 18), "probe"),
        ("disk_read", "tests/iotests/1.out", (1, 3), "text"),
    ]


def test_a_pattern_counts_if_it_no_longer_matches_anything(repository):
    repository({"tests/run.sh": 'qemu -trace "disk_*" -trace enable=net_*\n'})
    assert found({"disk_read"}, {"net_up"}) == [("disk_read", "tests/run.sh", (1, 14), "name")]
    assert found({"disk_read"}, {"disk_write"}) == []


def test_binary_files_are_skipped(repository):
    repository({"tests/a.out": b"\xff\xfe disk_read\n"})
    assert found({"disk_read"}) == [("disk_read", "tests/a.out", (1, 4), "text")]
    assert found(set()) == []
