"""Reading and writing files."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tesc import files
from tesc.files import MAX_SOURCE_BYTES, read_source, relative, write_output


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestRead:
    def test_text_and_paths(self):
        Path("events").write_bytes(b"a\r\n\xff\xc3\xa9")
        source = read_source("events", "shown/events")
        assert (source.path, source.file, source.text) == ("shown/events", "events", "a\r\n\udcffé")

    def test_a_file_as_large_as_allowed(self):
        Path("events").write_bytes(b"#" * MAX_SOURCE_BYTES)
        assert len(read_source("events", "events").text) == MAX_SOURCE_BYTES

    def test_a_larger_file(self):
        Path("events").write_bytes(b"#" * (MAX_SOURCE_BYTES + 1))
        with pytest.raises(OSError, match="larger than 16 MiB") as caught:
            read_source("events", "events")
        assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, "events")

    @pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no /dev/zero")
    def test_a_file_without_end(self):
        with pytest.raises(OSError, match="larger than 16 MiB"):
            read_source("/dev/zero", "zero")

    def test_special_files(self):
        with pytest.raises(FileNotFoundError):
            read_source("missing", "missing")
        with pytest.raises(IsADirectoryError):
            read_source(".", ".")


class TestRelative:
    def test_below_above_and_elsewhere(self, tmp_path):
        (tmp_path / "work").mkdir()
        os.chdir(tmp_path / "work")
        assert relative("a/trace-events") == "a/trace-events"
        assert relative("./a//b/../trace-events") == "a/trace-events"
        assert relative(str(tmp_path / "work" / "a")) == "a"
        assert relative(str(tmp_path / "a")) == "../a"


def names() -> list[str]:
    return sorted(os.listdir("."))


class TestWrite:
    def test_a_new_file(self):
        assert write_output("out", "text é\udcff\r\n") is True
        assert Path("out").read_bytes() == b"text \xc3\xa9\xff\r\n"
        assert names() == ["out"]

    def test_a_file_whose_content_changes(self):
        Path("out").write_text("old and longer")
        before = os.stat("out")
        assert write_output("out", "new") is True
        assert Path("out").read_text() == "new"
        assert os.stat("out").st_ino != before.st_ino
        assert names() == ["out"]

    @pytest.mark.parametrize("text", ["", "same\n", "é" * 100_000])
    def test_a_file_whose_content_stays(self, text):
        Path("out").write_bytes(text.encode())
        os.utime("out", ns=(1, 2))
        before = os.stat("out")
        assert write_output("out", text) is False
        after = os.stat("out")
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, 2)

    @pytest.mark.parametrize(
        ("old", "new"), [("text", "tex"), ("tex", "text"), ("", "x"), ("x", ""), ("a\n", "a\r\n")]
    )
    def test_contents_that_begin_alike_are_not_the_same(self, old, new):
        Path("out").write_bytes(old.encode())
        assert write_output("out", new) is True
        assert Path("out").read_bytes() == new.encode()

    def test_touching_updates_the_time_of_a_content_that_stays(self):
        Path("out").write_text("same")
        os.utime("out", ns=(1, 2))
        before = os.stat("out")
        assert write_output("out", "same", touch=True) is False
        after = os.stat("out")
        assert after.st_ino == before.st_ino
        assert after.st_mtime_ns > 2

    def test_readers_see_the_old_or_the_new_content(self):
        Path("out").write_text("old")
        with open("out") as reader:
            write_output("out", "new")
            assert reader.read() == "old"
        assert Path("out").read_text() == "new"

    @pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
    def test_the_mode_of_a_new_file_follows_the_umask(self, umask, mode):
        old = os.umask(umask)
        try:
            write_output("out", "text")
        finally:
            os.umask(old)
        assert stat.S_IMODE(os.stat("out").st_mode) == mode

    @pytest.mark.parametrize("mode", [0o600, 0o755, 0o444])
    def test_the_mode_of_an_old_file_stays(self, mode):
        Path("out").write_text("old")
        os.chmod("out", mode)
        write_output("out", "new")
        assert stat.S_IMODE(os.stat("out").st_mode) == mode

    def test_a_link_stays_and_its_target_is_replaced(self):
        Path("sub").mkdir()
        Path("sub/target").write_text("old")
        os.symlink("sub/target", "link")
        os.symlink("link", "other")
        assert write_output("other", "new") is True
        assert os.readlink("link") == "sub/target"
        assert not os.path.islink("sub/target")
        assert Path("sub/target").read_text() == "new"
        assert os.listdir("sub") == ["target"]
        assert write_output("link", "new") is False

    def test_a_link_to_what_is_missing_makes_its_target(self):
        os.symlink("target", "link")
        assert write_output("link", "new") is True
        assert (os.readlink("link"), Path("target").read_text()) == ("target", "new")

    @pytest.mark.skipif(not os.path.exists("/dev/null"), reason="there is no /dev/null")
    def test_a_device_stays_one(self):
        assert write_output("/dev/null", "text") is True
        assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
        os.symlink("/dev/null", "null")
        assert write_output("null", "text") is True
        assert names() == ["null"]

    def test_a_fifo_is_written_to(self):
        os.mkfifo("fifo")
        read = []
        reader = threading.Thread(target=lambda: read.append(Path("fifo").read_text()))
        reader.start()
        assert write_output("fifo", "text") is True
        reader.join()
        assert read == ["text"]
        assert stat.S_ISFIFO(os.stat("fifo").st_mode)

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    def test_a_device_that_takes_no_more(self):
        with pytest.raises(OSError, match="No space left on device"):
            write_output("/dev/full", "text")

    def test_where_nothing_can_be_written(self):
        Path("file").write_text("")
        Path("folder").mkdir()
        for path, kind in (
            ("missing/out", FileNotFoundError),
            ("file/out", NotADirectoryError),
            ("folder", IsADirectoryError),
        ):
            with pytest.raises(kind) as caught:
                write_output(path, "text")
            assert caught.value.filename is not None
            assert caught.value.filename.endswith(path)
        assert names() == ["file", "folder"]


class TestFailures:
    """If writing fails half-way, only the old file is left."""

    @pytest.fixture(params=["no file", "old file"])
    def before(self, request):
        if request.param == "old file":
            Path("out").write_text("old")
        return names()

    def untouched(self, before: list[str]) -> None:
        assert names() == before
        if before:
            assert Path("out").read_text() == "old"

    def test_a_limit_on_the_size_of_files(self, before):
        """As with a full disk, the system takes part of the text and then no more."""
        program = (
            "import resource, signal, sys\n"
            "from tesc.files import write_output\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
            "try:\n"
            "    write_output('out', 'x' * 1_000_000)\n"
            "except OSError as error:\n"
            "    sys.exit(error.strerror)\n"
        )
        path = os.path.dirname(os.path.dirname(files.__file__))
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, "File too large\n")
        self.untouched(before)

    @pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
    @pytest.mark.parametrize("step", ["replace", "chmod"])
    def test_a_failing_step(self, before, monkeypatch, step, error):
        def fail(*_):
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(files.os, step, fail)
            if step == "chmod" and not before:
                # A new file's mode comes from the umask, so it is not set.
                assert write_output("out", "new")
                return
            with pytest.raises(type(error)):
                write_output("out", "new")
        self.untouched(before)

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_a_read_only_folder(self, before, tmp_path):
        tmp_path.chmod(0o555)
        try:
            with pytest.raises(PermissionError):
                write_output("out", "new")
        finally:
            tmp_path.chmod(0o755)
        self.untouched(before)
