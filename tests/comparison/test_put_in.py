"""Every breaking change is reported, and no other."""

from __future__ import annotations

import re

import pytest

from tests.comparison import put_in

_EVENTS = 60


def compared(tmp_path, text, seed, each):
    new, changes = put_in.put_in(text, seed, each)
    paths = []
    for name, written in (("old", text), ("new", new)):
        file = tmp_path / name / "trace-events"
        file.parent.mkdir()
        file.write_text(written, "utf-8", "surrogateescape")
        paths.append(file)
    return changes, put_in.reported(*paths)


@pytest.mark.parametrize("seed", [1, 2])
def test_in_made_up_events(tmp_path, seed):
    lines = [
        f'dev{n}_{what}_now(uint32_t addr, uint32_t value, const char *name) "a 0x%x value %u name %s"'
        for n, what in enumerate(["open", "read", "write", "close", "poll", "fail"] * (_EVENTS // 6))
    ]
    changes, found = compared(tmp_path, "\n".join(["", *lines, ""]), seed, 3)
    assert len(changes) == 3 * len(put_in.KINDS)
    assert put_in.missing(changes, found) == []
    assert put_in.others(changes, found) == []


@pytest.mark.nightly
def test_in_qemu(qemu_tree, tmp_path):
    text = "\n".join(
        line
        for file in sorted(qemu_tree.glob("hw/*/trace-events"))
        for line in file.read_text().split("\n")
        if re.match(r"[a-z]", line)
    )
    changes, found = compared(tmp_path, f"\n{text}\n", 13, 15)
    assert len(changes) == 15 * len(put_in.KINDS)
    assert put_in.missing(changes, found) == []
    assert put_in.others(changes, found) == []
