"""`tesc check`: which files it finds in folders and git checkouts, and standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.cli.main import main
from tesc.files import MAX_SOURCE_BYTES
from tests.cli.running import BAD, ERRNO, GOOD, NOTED, check, concise, environment, write

pytestmark = pytest.mark.usefixtures("own_folder")


class TestPaths:
    def test_without_any_the_working_folder(self):
        write("trace-events")
        write("hw/usb/trace-events", NOTED)
        write("qapi/qapi.trace-events", NOTED.replace("lamp", "qapi"))
        write("trace-events.txt", "nonsense")
        write("my-trace-events", "nonsense")
        assert [line.split(":")[0] for line in concise().findings] == [
            "hw/usb/trace-events",
            "qapi/qapi.trace-events",
            "trace-events",
        ]

    def test_a_file_may_have_any_name(self):
        write("events.txt")
        assert concise("events.txt").findings == [f"events.txt:1:20: {ERRNO}"]

    def test_paths_are_shown_as_they_were_given(self):
        path = write("sub/trace-events").resolve()
        for given, shown in (
            ("./sub/trace-events", "sub/trace-events"),
            ("sub/../sub", "sub/trace-events"),
            (path, path),
        ):
            assert concise(given).findings == [f"{shown}:1:20: {ERRNO}"]

    def test_a_file_that_is_named_twice_is_checked_once_and_where_it_was_named_first(self):
        write("b/trace-events")
        write("a/trace-events", NOTED.replace("lamp", "a"))
        os.symlink("b/trace-events", "link")
        ran = concise(
            "b/trace-events", "a/trace-events", "./b/../b/trace-events", "link", ".", Path("b").resolve()
        )
        assert [line.split(":")[0] for line in ran.findings] == ["b/trace-events", "a/trace-events"]
        assert [line.split(":")[0] for line in concise("link", "b/trace-events").findings] == ["link"]

    def test_a_folder_without_files(self):
        Path("empty").mkdir()
        ran = check("empty")
        assert (ran.status, ran.out) == (0, "")
        assert ran.err == "tesc: warning: empty: no trace-events files here\n"

    def test_a_folder_named_like_a_file(self):
        Path("trace-events").mkdir()
        write("trace-events/x.trace-events", NOTED)
        assert [line.split(":")[0] for line in concise().findings] == ["trace-events/x.trace-events"]
        assert concise("trace-events").findings == concise().findings

    @pytest.mark.parametrize("path", ["missing", "missing/trace-events", "", "-x-/missing"])
    def test_missing_paths(self, path):
        ran = check("--", path)
        assert (ran.status, ran.err) == (2, f"tesc: error: {path}: no such file or folder\n")

    def test_links(self):
        write("real/trace-events")
        Path("tree").mkdir()
        os.symlink("../real/trace-events", "tree/trace-events")
        os.symlink("../missing", "tree/broken.trace-events")
        os.symlink("../real", "tree/folder")
        assert concise("tree").findings == []
        said = "tree/trace-events: leads out of tree, so it is skipped; give it by name to check it\n"
        assert check("tree").err.startswith(f"tesc: warning: {said}")
        assert concise("tree/trace-events").findings == [f"tree/trace-events:1:20: {ERRNO}"]
        Path(".git").mkdir()
        assert concise("tree").findings == [f"tree/trace-events:1:20: {ERRNO}"]
        ran = check("tree/broken.trace-events")
        assert (ran.status, ran.err) == (
            2,
            "tesc: error: tree/broken.trace-events: No such file or directory\n",
        )

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_an_unreadable_file(self, capfd):
        write("trace-events").chmod(0)
        write("b.trace-events", NOTED)
        # In this process, because a child process of root would have root's rights again.
        assert main(["check", "--output-format", "concise"]) == 2
        printed = capfd.readouterr()
        assert printed.err == "tesc: error: trace-events: Permission denied\n"
        assert len(printed.out.splitlines()) == 1

    def test_a_fifo_in_a_folder_is_not_waited_for(self):
        os.mkfifo("trace-events")
        write("b.trace-events", NOTED)
        ran = concise()
        assert (ran.status, len(ran.findings)) == (0, 1)

    def test_a_fifo_that_is_named_is_read(self):
        os.mkfifo("events")
        writer = subprocess.Popen([sys.executable, "-c", f"open('events', 'w').write({BAD!r})"])
        try:
            assert concise("events").findings == [f"events:1:20: {ERRNO}"]
        finally:
            writer.kill()  # without a reader, it would wait forever
            writer.wait()

    def test_devices(self):
        assert check("/dev/null").out == "no findings in 1 file\n"
        ran = check("/dev/zero")
        assert (ran.status, ran.err) == (2, "tesc: error: /dev/zero: larger than 16 MiB\n")

    def test_a_name_that_is_not_utf_8(self):
        name = b"b\xe9.trace-events"
        with open(name, "wb") as file:
            file.write(BAD.encode())
        assert concise(os.fsdecode(name)).findings == [f"b?.trace-events:1:20: {ERRNO}"]
        assert concise().findings == [f"b?.trace-events:1:20: {ERRNO}"]
        (entry,) = json.loads(check("--output-format", "json").out)
        assert entry["path"] == "b?.trace-events"


class TestGit:
    @pytest.fixture(autouse=True)
    def checkout(self, own_folder, need):
        self.git = need("git", "git")
        subprocess.run([self.git, "init", "-q", "."], check=True, env=environment())

    def found(self, *paths: str) -> list[str]:
        return [line.split(":")[0] for line in concise("--select", "TE405", *paths).findings]

    def test_ignored_files_are_left_out(self):
        write(".gitignore", "build/\n*.gen.trace-events\n")
        write("hw/trace-events")
        write("build/hw/trace-events")
        write("qapi/a.gen.trace-events")
        write("qapi/a.trace-events")
        subprocess.run([self.git, "add", "hw"], check=True, env=environment())
        assert self.found() == ["hw/trace-events", "qapi/a.trace-events"]
        assert self.found("qapi") == ["qapi/a.trace-events"]
        assert self.found("build/hw/trace-events") == ["build/hw/trace-events"]

    def test_deleted_files_are_left_out(self):
        write("hw/trace-events")
        write("trace-events")
        subprocess.run([self.git, "add", "."], check=True, env=environment())
        Path("hw/trace-events").unlink()
        assert self.found() == ["trace-events"]

    def test_names_that_git_would_quote(self):
        write('a b/ü\n"/trace-events')
        assert self.found() == ['a b/ü\\n"/trace-events']  # the line end is shown as an escape
        assert check("--select", "TE405").out.splitlines()[-1] == "1 error in 1 file"

    def test_without_git(self):
        write(".gitignore", "build/\n")
        write("build/trace-events")
        write(".git/trace-events", "no events")
        ran = concise("--select", "TE405", PATH="/nonexistent")
        assert [line.split(":")[0] for line in ran.findings] == ["build/trace-events"]


class TestStandardInput:
    def test_it_has_a_name(self):
        assert concise("-", data=BAD.encode()).findings == [f"<stdin>:1:20: {ERRNO}"]
        ran = concise("-", "--stdin-filename", "hw/usb/trace-events", data=BAD.encode())
        assert (ran.status, ran.findings) == (1, [f"hw/usb/trace-events:1:20: {ERRNO}"])

    def test_its_name_says_how_to_check_it(self):
        write("qemu/scripts/tracetool.py", "")
        data = f" one_blank{GOOD}".encode()
        assert concise("-", data=data).findings == []
        assert len(concise("-", "--stdin-filename", "qemu/trace-events", data=data).findings) == 1

    def test_with_files_and_twice(self):
        write("trace-events", NOTED)
        ran = concise("-", "trace-events", "-", data=BAD.encode())
        assert [line.split(":")[0] for line in ran.findings] == ["<stdin>", "trace-events"]

    def test_nothing(self):
        assert check("-").out == "no findings in 1 file\n"

    def test_too_large(self):
        ran = check("-", data=b"#" * (MAX_SOURCE_BYTES + 1))
        assert (ran.status, ran.err) == (2, "tesc: error: <stdin>: larger than 16 MiB\n")

    def test_closed_streams(self):
        write("trace-events")

        def status(redirected: str, *arguments: str) -> tuple[int, bytes]:
            command = [
                "sh",
                "-c",
                f'"$@" {redirected}',
                "sh",
                sys.executable,
                "-m",
                "tesc",
                "check",
                *arguments,
            ]
            done = subprocess.run(command, stderr=subprocess.PIPE, env=environment(), check=False)
            return done.returncode, done.stderr

        assert status("<&-", "-") == (2, b"tesc: error: standard input is closed\n")
        assert status(">&-", "trace-events") == (1, b"")
        assert status(">&- 2>&-", "missing") == (2, b"")
        assert status("2>/dev/full >&-", "missing") == (2, b"")
