"""Decoded text in a file: complete or not at all, whenever an interrupt comes."""

from __future__ import annotations

import os

import pytest

from tesc.trace.output import folder_beside, open_output, replacing


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


class TestReplacing:
    def test_a_file_is_replaced_when_the_block_ends(self, tmp_path):
        path = tmp_path / "out"
        for text, mode in (("new", None), ("newer", 0o640)):
            if mode is not None:
                path.chmod(mode)
            with replacing(str(path)) as new, open(new, "w") as file:
                file.write(text)
            assert path.read_text() == text
        assert path.stat().st_mode & 0o777 == 0o640
        assert os.listdir(tmp_path) == ["out"]

    def test_the_file_that_a_link_leads_to(self, tmp_path):
        (tmp_path / "file").write_text("old")
        (tmp_path / "link").symlink_to("file")
        with replacing(str(tmp_path / "link")) as new, open(new, "w") as file:
            file.write("new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "file").read_text() == "new"

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
    def test_an_exception_leaves_what_was_there(self, tmp_path, error):
        path = tmp_path / "out"
        path.write_text("old")
        with pytest.raises(error), replacing(str(path)):
            raise error
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["out"]

    def test_what_is_no_file_stays(self, tmp_path):
        """Such as a device: root could replace /dev/null."""
        os.mkfifo(tmp_path / "fifo")
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("fifo")
        for name, why in (("fifo", "not a regular file"), ("link", "not a regular"), ("folder", "Is a dir")):
            with pytest.raises(OSError, match=why), replacing(str(tmp_path / name)):
                pass
        assert (tmp_path / "fifo").is_fifo()
        assert sorted(os.listdir(tmp_path)) == ["fifo", "folder", "link"]


@pytest.mark.parametrize("make", [folder_beside, lambda path: replacing(path).__enter__()])
def test_errors_name_the_given_path(tmp_path, make):
    path = str(tmp_path / "none" / "out")
    with pytest.raises(FileNotFoundError) as error:
        make(path)
    assert error.value.filename == path
