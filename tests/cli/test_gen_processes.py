"""`tesc gen` in several processes: the same outputs, interrupts, two runs at once."""

from __future__ import annotations

import errno
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.generating import OUT, ROOT, gen, outputs, texts, write

pytestmark = pytest.mark.usefixtures("small_tree")


# Enough events to make a second process worthwhile.
def make_large(number: int = 40) -> None:
    for i in range(number):
        events = [
            f'dev{i}_event_{j}(uint64_t addr, const char *name) "0x%" PRIx64 " %s"\n' for j in range(150)
        ]
        write(f"large/dev{i}/trace-events", "".join(events))


def start(*words: str, **more: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tesc", "gen", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


class TestProcesses:
    LARGE = ("--root=large", "--formats=h,c,rs", "-q")

    def test_any_number_gives_the_same_outputs(self):
        make_large()
        for processes in ("1", "2", "7"):
            gen(*self.LARGE, f"--out=out{processes}", "-j", processes)
        one = {name: text.replace(b"out1", b"outN") for name, text in texts("out1").items()}
        assert len(one) == 121
        for processes in ("2", "7"):
            other = f"out{processes}".encode()
            assert {name: text.replace(other, b"outN") for name, text in texts(other.decode()).items()} == one

    @pytest.mark.parametrize(
        "text",
        [
            'prefix p_\na(int x) "%d"\n',
            'a(int x) "%d"\ndisable a*\n',
            'include "../lamp/trace-events" prefix q_\n',
            '# first\n  include "../lamp/trace-events" prefix q_\n',
        ],
    )
    def test_files_with_directives_give_the_same_outputs(self, text):
        write("hw/fan/trace-events", text)
        made = []
        for processes in ("1", "3"):
            shutil.rmtree("out", ignore_errors=True)
            gen(*OUT, "-q", "-j", processes)
            made.append(texts())
        assert made[0] == made[1]
        assert b"q_lamp_level" in made[0]["trace-events-all"] or "include" not in text

    @pytest.mark.parametrize("most", [0, 2])
    @pytest.mark.parametrize("lacking", ["fork", "pipe"])
    @pytest.mark.parametrize("text", ["", "disable dev*_event_7\n"])
    def test_what_the_system_refuses_another_process_for_is_done_in_this_one(
        self, monkeypatch, forks, lacking, most, text
    ):
        """With fewer processes or open files than asked for, also after some have been started."""
        make_large()
        write("large/dev0/trace-events", text + Path("large/dev0/trace-events").read_text())
        gen(*self.LARGE, *OUT, "-j1")
        expected = texts()
        shutil.rmtree("out")
        allowed, call = [None] * (most * (1 if lacking == "fork" else 2)), getattr(os, lacking)

        def refused():
            if not allowed:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            allowed.pop()
            return call()

        before = os.listdir("/dev/fd")
        monkeypatch.setattr(os, lacking, refused)
        gen(*self.LARGE, *OUT, "-j4")
        assert not allowed and texts() == expected
        assert os.listdir("/dev/fd") == before
        assert len(forks) == most
        for process in forks:
            with pytest.raises(ChildProcessError):
                os.waitpid(process, os.WNOHANG)

    def test_mistakes_that_another_process_finds(self, capsys):
        make_large()
        for i in range(40):
            write(
                f"large/dev{i}/trace-events",
                Path(f"large/dev{i}/trace-events").read_text() + 'x(int a) "%" NO\n',
            )
        gen(*self.LARGE, *OUT, "-j2", status=1)
        assert len(capsys.readouterr().err.splitlines()) == 40
        assert not Path("out").exists()

    def test_another_process_that_cannot_write(self, capsys):
        make_large(20)
        os.makedirs("out/trace-dev7.rs")
        gen(*self.LARGE, *OUT, "-j2", status=2)
        assert "trace-dev7.rs" in capsys.readouterr().err

    def test_two_runs_at_once(self):
        make_large(20)
        gen(*self.LARGE, *OUT)
        expected = texts()
        shutil.rmtree("out")
        runs = [start(*self.LARGE, *OUT) for _ in range(3)]
        for run in runs:
            assert run.communicate(timeout=60) == (b"", b"")
            assert run.returncode == 0
        assert texts() == expected

    @pytest.mark.parametrize("after", [0.05, 0.15, 0.25, 0.35])
    def test_interrupted(self, after):
        """Ctrl-C reaches all processes, as from a terminal. Files that exist are complete."""
        make_large()
        gen(*self.LARGE, "--out=whole")
        run = start(*self.LARGE, *OUT, "-j2", start_new_session=True)
        time.sleep(after)
        os.killpg(run.pid, signal.SIGINT)
        printed = run.communicate(timeout=60)
        assert printed == (b"", b"") or b"KeyboardInterrupt" in printed[1]  # before tesc's own code runs
        if Path("out").exists():
            for name, text in texts().items():
                assert text == Path("whole", name).read_bytes().replace(b"whole/", b"out/"), name
        gen(*self.LARGE, *OUT)
        assert outputs() == outputs("whole")

    def test_progress_shows_on_a_terminal_only(self, monkeypatch):
        make_large(150)
        terminal, side = pty.openpty()
        code = "import sys, tesc.cli.gen as g, tesc.cli.terminal as t; t._PATIENCE = 0; g.main(sys.argv[1:])"
        command = [sys.executable, "-c", code]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.Popen([*command, *self.LARGE, *OUT], env=environment, stderr=side)
        os.close(side)
        seen = b""
        while True:
            try:
                data = os.read(terminal, 1000)
            except OSError:
                break
            if not data:
                break
            seen += data
        os.close(terminal)
        assert run.wait(timeout=60) == 0
        assert re.search(rb"\rgenerating, \d+%", seen)
        assert seen.endswith(b"\r")
