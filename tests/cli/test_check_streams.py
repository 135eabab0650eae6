"""`tesc check` in a process of its own: pipes that close, full disks, encodings, interrupts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest

from tests.cli.running import BAD, check, environment, write

pytestmark = pytest.mark.usefixtures("own_folder")


class TestStreams:
    @pytest.mark.parametrize("form", ["text", "concise", "json"])
    def test_a_closed_pipe_is_not_an_error(self, form):
        write("trace-events", "".join(BAD.replace("lamp", f"lamp{i}") for i in range(3000)))
        command = [sys.executable, "-m", "tesc", "check", "--output-format", form]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        assert started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == b""
        started.stderr.close()
        assert started.wait() in (0, 1)

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    @pytest.mark.parametrize("arguments", [["check"], ["rules"], ["explain", "TE405"]])
    def test_a_full_disk_is_an_error(self, arguments):
        write("trace-events")
        with open("/dev/full", "wb") as full:
            command = [sys.executable, "-m", "tesc", *arguments]
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
            )
        assert done.returncode == 2
        assert done.stderr == b"tesc: error: No space left on device\n"

    @pytest.mark.parametrize(
        "changes", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
    )
    def test_an_encoding_without_the_characters(self, changes):
        write("trace-events", 'é日(void) "日本 %m"\n')
        done = subprocess.run(
            [sys.executable, "-m", "tesc", "check"],
            capture_output=True,
            env=environment(**changes),
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        assert b"\\u65e5\\u672c %m" in done.stdout
        encoding = changes["PYTHONIOENCODING"]
        assert "1 | é".encode(encoding, "backslashreplace") in done.stdout
        done.stdout.decode(encoding)

    def test_json_is_ascii_everywhere(self):
        write("é.trace-events", '日(void) "日本 %m"\n')
        assert check("--output-format", "json", LC_ALL="C").out.isascii()

    @pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
    def test_an_interrupt_is_quiet(self, interrupt):
        os.mkfifo("events")
        started = subprocess.Popen(
            [sys.executable, "-m", "tesc", "check", "events"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        ours = None
        while ours is None and started.poll() is None:
            with contextlib.suppress(OSError):  # until tesc has opened the other end
                ours = os.open("events", os.O_WRONLY | os.O_NONBLOCK)
        interrupt(started)
        out, err = started.communicate()
        if ours is not None:
            os.close(ours)
        assert (started.returncode, out, err) == (130, b"", b"")
