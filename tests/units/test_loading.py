"""Included files: where they are searched, and what is never read."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from tesc.files import MAX_SOURCE_BYTES
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.loading import Loader, Unreadable
from tesc.units.resolve import resolve


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(*paths: str, text: str = "x(void)\n") -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def includer(path: str) -> Source:
    return Source(path, "")


class TestFind:
    def test_the_files_own_folder_comes_first_then_the_include_path_in_order(self):
        loader = Loader(["one", "two"])
        write("one/x", "two/x", "two/y", "sub/x")
        assert loader.find("x", includer("sub/trace-events")) == ("sub/x", ["sub/x"])
        assert loader.find("x", includer("other/trace-events")) == ("one/x", ["other/x", "one/x"])
        assert loader.find("y", includer("other/trace-events"))[0] == "two/y"
        assert loader.find("z", includer("sub/trace-events")) == (None, ["sub/z", "one/z", "two/z"])

    def test_the_working_directory_is_not_searched(self):
        write("x")
        assert Loader().find("x", includer("sub/trace-events"))[0] is None

    def test_paths_that_lead_out_and_absolute_paths(self, tmp_path):
        write("x", "sub/y")
        assert Loader().find("../x", includer("sub/trace-events"))[0] == "sub/../x"
        whole = str(tmp_path / "x")
        assert Loader(["sub", "other"]).find(whole, includer("sub/trace-events")) == (whole, [whole])
        assert Loader(["sub"]).find("no", includer("sub/trace-events")) == (None, ["sub/no"])

    def test_a_text_that_is_not_on_disk_is_there(self, tmp_path):
        tree = parse(Source("x", "x(void)\n"))
        loader = Loader(trees={str(tmp_path.resolve() / "sub" / "x"): tree})
        found, _ = loader.find("x", includer("sub/trace-events"))
        assert found is not None
        assert loader.load(found) is tree

    @pytest.mark.parametrize("path", ["a\0b", "a" * 10_000, "a/" * 10_000, "\udcff", "日本", "\\", "a\nb"])
    def test_odd_paths_are_not_found(self, path):
        assert Loader().find(path, includer("trace-events"))[0] is None


class TestLoad:
    def test_a_file_is_read_once_whatever_its_path(self):
        write("sub/x")
        os.symlink("sub/x", "link")
        loader = Loader()
        tree = loader.load("sub/x")
        assert loader.load("sub/../sub/x") is tree
        assert loader.load("link") is tree
        assert tree.source.path == "sub/x"

    def test_line_ends_and_signs_are_kept(self):
        Path("x").write_bytes("# é\r\na(void)\r\n".encode())
        assert Loader().load("x").source.text == "# é\r\na(void)\r\n"


def refused(path: str) -> str:
    """The reason why a file is not read, which must come at once."""
    signal.alarm(60)  # otherwise, waiting for a FIFO's other end would take forever
    try:
        with pytest.raises(Unreadable) as why:
            Loader().load(path)
    finally:
        signal.alarm(0)
    return str(why.value)


class TestUnreadable:
    def test_folder(self):
        assert refused(".") == "it is a folder, not a file"

    def test_fifo(self):
        os.mkfifo("fifo")
        assert refused("fifo") == "it is a FIFO, not a file"

    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
    def test_device(self, device):
        if not os.path.exists(device):
            pytest.skip(f"there is no {device}")
        assert refused(device) == "it is a device, not a file"

    def test_socket(self):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            assert refused("socket") == "it is a socket, not a file"

    def test_dangling_link(self):
        os.symlink("nowhere", "link")
        assert Loader().find("link", includer("trace-events"))[0] == "link"
        assert refused("link") == "no such file or directory"

    def test_link_to_itself(self):
        os.symlink("link", "link")
        assert refused("link") == "too many levels of symbolic links"

    @pytest.mark.usefixtures("bound_by_modes")
    def test_no_permission(self):
        write("secret")
        os.chmod("secret", 0)
        assert refused("secret") == "permission denied"

    def test_what_the_system_refuses_is_reported(self, monkeypatch):
        """The same for all users, including root."""
        write("secret")

        def deny(*_):
            raise PermissionError(13, "Permission denied", "secret")

        monkeypatch.setattr(os, "open", deny)
        assert refused("secret") == "permission denied"

    @pytest.mark.parametrize("size", [MAX_SOURCE_BYTES + 1, 17 * 1024 * 1024, 1 << 40])
    def test_too_large(self, size):
        with open("large", "wb") as file:
            try:
                file.truncate(size)
            except OSError:
                pytest.skip("the file system has no room for holes")
        assert refused("large") == "it is larger than 16 MiB"

    def test_just_not_too_large(self):
        Path("large").write_bytes(b"#" * (MAX_SOURCE_BYTES - 1) + b"\n")
        assert len(Loader().load("large").source.text) == MAX_SOURCE_BYTES

    @pytest.mark.parametrize(
        ("data", "where"),
        [
            (b"a(void)\n# caf\xe9\n", "byte E9 in line 2"),
            (b"\xff\xfea\0", "byte FF in line 1"),
            (b"# \xc3", "byte C3 in line 1"),
            (b"\n\n\xed\xa0\x80\n", "byte ED in line 3"),
        ],
    )
    def test_not_utf_8(self, data, where):
        Path("latin").write_bytes(data)
        assert refused("latin") == f"it is not UTF-8: {where}"

    def test_a_fifo_that_takes_the_files_place(self, monkeypatch):
        """The file becomes a FIFO between the first check and opening; the second check counts."""
        os.mkfifo("fifo")
        real = os.stat
        write("file")
        monkeypatch.setattr(os, "stat", lambda path, **_: real("file") if path == "fifo" else real(path))
        assert stat.S_ISREG(os.stat("fifo").st_mode)
        assert refused("fifo") == "it is a FIFO, not a file"


def test_it_is_reported_at_the_include_and_the_rest_is_read():
    os.mkfifo("fifo")
    text = 'a(void)\ninclude "fifo"\ninclude "fifo" prefix p_\nb(void)\n'
    unit = resolve([parse(Source("trace-events", text))], Loader())
    assert [event.name for event in unit.events] == ["a", "b"]
    assert [(p.code, p.message) for p in unit.errors] == [
        ("TE501", "can't include 'fifo': it is a FIFO, not a file")
    ] * 2
    assert [text[p.span.start : p.span.end] for p in unit.errors] == ['"fifo"'] * 2
