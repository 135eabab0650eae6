"""Decoded text in a file: complete or not at all, whenever an interrupt comes."""

from __future__ import annotations

import os

import pytest

from tesc.trace.output import open_output


def test_a_file_is_replaced_when_all_of_it_is_there(tmp_path):
    path = tmp_path / "out"
    path.write_text("before")
    path.chmod(0o640)
    with open_output(str(path)) as output:
        output.write("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["out"]


def interrupt_once(monkeypatch, name):
    """Make Ctrl-C arrive during the first call of a function of `os`."""
    real, left = getattr(os, name), [1]

    def call(*arguments):
        if left:
            left.clear()
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(os, name, call)


@pytest.mark.parametrize("name", ["chmod", "replace", "unlink"])
def test_an_interrupt_leaves_nothing_half_done(tmp_path, monkeypatch, name):
    path = tmp_path / "out"
    path.write_text("before")
    interrupt_once(monkeypatch, name)
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)):
        write(str(path), fail=name == "unlink")
    assert os.listdir(tmp_path) == ["out"]
    assert path.read_text() == "before"


def write(path, fail):
    with open_output(path) as output:
        output.write("after")
        if fail:
            raise ZeroDivisionError
