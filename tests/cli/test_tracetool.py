"""`tesc tracetool` as builds call it: arguments, exit statuses, messages, files."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tesc.cli.tracetool import main

EVENTS = 'lamp_reset(void) "back to dark"\nlamp_level(int level) "level %d"\n'
HEADER = ["--format=h", "--backends=log", "--group=lamp"]
BACKENDS = ["nop", "dtrace", "ftrace", "log", "simple", "syslog", "ust"]


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test runs in a new folder with a valid trace-events file."""
    monkeypatch.chdir(tmp_path)
    Path("trace-events").write_text(EVENTS)
    return tmp_path


def message(capsys, *arguments: object) -> str:
    """The last line of a refusal, which must have exit status 1 and print nothing to standard output."""
    assert main([str(argument) for argument in arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()[-1]


class TestQuestions:
    def test_help(self, capsys):
        assert main(["--help"]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        for word in ("--backends", "--probe-prefix", "log-stap", "simpletrace-stap", "ust", "syslog"):
            assert word in printed.out

    def test_help_wins_over_what_is_missing_or_wrong_after_it(self, capsys):
        assert main(["--format=nonsense", "--help"]) == 0
        assert "usage:" in capsys.readouterr().out

    def test_list_backends(self, capsys):
        assert main(["--list-backends"]) == 0
        printed = capsys.readouterr()
        assert sorted(printed.out.replace(",", " ").split()) == sorted(BACKENDS)
        assert printed.err == ""

    @pytest.mark.parametrize("backends", [*BACKENDS, "log,simple", ",".join(BACKENDS)])
    def test_backends_that_exist(self, backends, capsys):
        assert main(["--check-backends", f"--backends={backends}"]) == 0
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("backends", ["", "nonsense", "log,nonsense", "log,", "LOG", "log simple"])
    def test_backends_that_do_not(self, backends, capsys):
        assert main(["--check-backends", f"--backends={backends}"]) == 1
        assert capsys.readouterr() == ("", "")


class TestArguments:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["--format", "h", "--backends", "log", "--group", "lamp"],
            ["--form=h", "--backend=log", "--gr=lamp"],
            ["--f=h", "--ba=log", "--g=lamp"],
            ["--format=c", *HEADER],  # the last one counts
            ["--group=lamp", "--backends=log", "--format=h"],
        ],
    )
    def test_spelled_otherwise(self, arguments):
        assert main([*HEADER, "trace-events", "one"]) == 0
        assert main([*arguments, "trace-events", "two"]) == 0
        one = Path("one").read_text().replace('"one"', '"two"')
        assert one == Path("two").read_text()
        assert "qemu_log(" in one

    def test_abbreviation_of_two_options(self, capsys):
        assert "--b" in message(capsys, "--b=log", "--format=h", "--group=lamp", "trace-events", "out")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["--backends=log", "--group=g", "trace-events", "out"], "format"),
            (["--format=h", "--group=g", "trace-events", "out"], "backends"),
            (["--format=h", "--backends=log", "trace-events", "out"], "group"),
            (["--format=", "--backends=log", "--group=g", "trace-events", "out"], "format"),
            (["--format=exe", "--backends=log", "--group=g", "trace-events", "out"], "unknown format: exe"),
            (["--format=h", "--backends=", "--group=g", "trace-events", "out"], "backend"),
            (["--format=h", "--backends=log,x", "--group=g", "trace-events", "out"], "unknown backend: x"),
            ([*HEADER], "output file"),
            ([*HEADER, "trace-events"], "output file"),
            ([*HEADER, "--nonsense", "trace-events", "out"], "--nonsense"),
            ([*HEADER, "-h", "trace-events", "out"], "-h"),
            ([*HEADER, "trace-events", "out", "--group"], "--group"),
            (["--format=stap", "--backends=dtrace", "--group=g", "trace-events", "out"], "--binary"),
            (
                ["--format=stap", "--backends=dtrace", "--group=g", "--binary=b", "trace-events", "out"],
                "--probe-prefix",
            ),
            (
                ["--format=log-stap", "--backends=dtrace", "--group=g", "trace-events", "out"],
                "--probe-prefix",
            ),
            ([], "backends"),
        ],
    )
    def test_missing_or_unknown(self, arguments, says, capsys):
        before = sorted(os.listdir("."))
        if arguments[-1:] == ["--group"]:  # getopt stops at the first file, so the option goes first
            arguments = arguments[-1:]
        found = message(capsys, *arguments)
        assert found.startswith("tesc tracetool: error: ")
        assert says in found
        assert sorted(os.listdir(".")) == before

    def test_target_gives_the_probes_prefix(self):
        stap = ["--format=stap", "--backends=dtrace", "--group=g", "--binary=/bin/b"]
        assert main([*stap, "--target-type=system", "--target-name=arm", "trace-events", "one"]) == 0
        assert main([*stap, "--probe-prefix=qemu.system.arm", "trace-events", "two"]) == 0
        assert Path("one").read_bytes() == Path("two").read_bytes()
        assert 'probe qemu.system.arm.lamp_reset = process("/bin/b")' in Path("one").read_text()


class TestPaths:
    def test_are_named_relative_to_the_working_directory(self, work):
        build = work / "build"
        build.mkdir()
        assert main([*HEADER, str(work / "trace-events"), str(build / "trace-lamp.h")]) == 0
        text = (build / "trace-lamp.h").read_text()
        assert '#line 1 "trace-events"' in text
        assert ' "build/trace-lamp.h"' in text
        assert str(work) not in text

    def test_above_it(self, work, monkeypatch):
        (work / "build").mkdir()
        monkeypatch.chdir(work / "build")
        assert main([*HEADER, str(work / "trace-events"), "trace-lamp.h"]) == 0
        assert '#line 1 "../trace-events"' in Path("trace-lamp.h").read_text()

    def test_several_inputs_are_one_group(self):
        Path("more").write_text('more(void) "more"\n')
        assert main([*HEADER, "more", "trace-events", "out"]) == 0
        text = Path("out").read_text()
        assert text.index("trace_more(void)") < text.index("trace_lamp_reset(void)")
        assert '#line 1 "more"' in text
        assert '#line 2 "trace-events"' in text


class TestOutputFile:
    def test_is_left_alone_where_nothing_would_change(self):
        assert main([*HEADER, "trace-events", "out"]) == 0
        os.utime("out", (1_000_000_000, 1_000_000_000))
        inode = os.stat("out").st_ino
        assert main([*HEADER, "trace-events", "out"]) == 0
        assert (os.stat("out").st_mtime, os.stat("out").st_ino) == (1_000_000_000, inode)

    @pytest.mark.parametrize("old", ["", "x", "longer than the new text " * 1000])
    def test_is_replaced_where_it_differs(self, old):
        assert main([*HEADER, "trace-events", "new"]) == 0
        Path("out").write_text(old)
        os.utime("out", (1_000_000_000, 1_000_000_000))
        assert main([*HEADER, "trace-events", "out"]) == 0
        assert os.stat("out").st_mtime > 1_000_000_000
        assert Path("out").read_text() == Path("new").read_text().replace('"new"', '"out"')
        assert sorted(os.listdir(".")) == ["new", "out", "trace-events"]

    @pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
    def test_gets_the_mode_that_the_umask_leaves(self, umask, mode):
        before = os.umask(umask)
        try:
            assert main([*HEADER, "trace-events", "out"]) == 0
        finally:
            os.umask(before)
        assert stat.S_IMODE(os.stat("out").st_mode) == mode

    def test_keeps_the_mode_it_had(self):
        Path("out").write_text("old")
        os.chmod("out", 0o640)
        assert main([*HEADER, "trace-events", "out"]) == 0
        assert stat.S_IMODE(os.stat("out").st_mode) == 0o640

    def test_that_is_a_device_stays_one(self):
        assert main([*HEADER, "trace-events", "/dev/null"]) == 0
        assert stat.S_ISCHR(os.stat("/dev/null").st_mode)

    def test_that_is_standard_output(self):
        command = [sys.executable, "-m", "tesc", "tracetool", *HEADER, "trace-events", "/dev/stdout"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        assert done.stdout.startswith(b"/* This file is autogenerated")

    def test_behind_a_symbolic_link(self):
        os.mkdir("elsewhere")
        Path("elsewhere/target").write_text("old")
        os.symlink("elsewhere/target", "out")
        assert main([*HEADER, "trace-events", "out"]) == 0
        assert os.path.islink("out")
        assert "lamp_level" in Path("elsewhere/target").read_text()
        assert os.listdir("elsewhere") == ["target"]

    def test_in_a_folder_that_is_missing(self, capsys):
        assert message(capsys, *HEADER, "trace-events", "missing/out").endswith(
            "missing/out: No such file or directory"
        )

    def test_that_is_a_folder(self, capsys):
        os.mkdir("out")
        assert message(capsys, *HEADER, "trace-events", "out").endswith("out: Is a directory")

    def test_where_the_disk_is_full(self, capsys):
        if not os.path.exists("/dev/full"):
            pytest.skip("there is no /dev/full")
        assert "No space left on device" in message(capsys, *HEADER, "trace-events", "/dev/full")

    def test_that_cannot_be_written_stays_as_it_was(self, capsys, monkeypatch):
        """Nothing half-written, no temporary file."""

        def full(*_):
            raise OSError(28, "No space left on device", "out")

        Path("out").write_text("old")
        monkeypatch.setattr(os, "replace", full)
        assert "No space left on device" in message(capsys, *HEADER, "trace-events", "out")
        assert Path("out").read_text() == "old"
        assert sorted(os.listdir(".")) == ["out", "trace-events"]


REFUSED = {
    "unknown property": ('vcpu lamp(int a) "%d"\n', 1),
    "missing parenthesis": ('lamp int a) "%d"\n', 1),
    "missing closing parenthesis": ('lamp(int a "%d"\n', 1),
    "type not allowed": ('good(int a) "%d"\nlamp(struct foo *a) "%p"\n', 2),
    "type of its own": ('lamp(hwaddr a) "%d"\n', 1),
    "floating point": ('lamp(double a) "%f"\n', 1),
    "errno": ('lamp(int a) "%d %m"\n', 1),
    "escaped errno": ('lamp(int a) "%d %%m"\n', 1),
    "newline at the end": ('lamp(int a) "%d\\n"\n', 1),
    "newline within": ('lamp(int a) "a\\nb %d"\n', 1),
    "empty parameter list": ('lamp() "nothing"\n', 1),
    "empty parameter": ('lamp(int a, ) "%d"\n', 1),
    "no line end": ('good(int a) "%d"\nlamp(int a) "%d"', 2),
    "no such line": ("lamp\n", 1),
    "not UTF-8": (b'# fine\nlamp(int a) "\xff %d"\n', 2),
    "not UTF-8 in a comment": (b'lamp(int a) "%d"\n# \xe9\n', 2),
}


class TestRefusedInput:
    @pytest.mark.parametrize("name", REFUSED)
    def test_is_named_with_its_place(self, name, capsys):
        text, line = REFUSED[name]
        Path("bad").write_bytes(text if isinstance(text, bytes) else text.encode())
        found = message(capsys, *HEADER, "trace-events", "bad", "out")
        assert found.startswith(f"bad:{line}:"), found
        column, _, rest = found[len(f"bad:{line}:") :].partition(":")
        assert int(column) >= 1
        assert re.match(r" error\[TE\d{3}\]: ", rest)
        assert not os.path.exists("out")

    def test_leaves_an_old_output_alone(self, capsys):
        Path("trace-events").write_text("lamp(\n")
        Path("out").write_text("old")
        message(capsys, *HEADER, "trace-events", "out")
        assert Path("out").read_text() == "old"

    def test_every_mistake_is_reported(self, capsys):
        Path("trace-events").write_text("lamp(\n" * 50 + 'good(int a) "%d"\n')
        assert main([*HEADER, "trace-events", "out"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert {line.split(":")[1] for line in lines} == {str(number) for number in range(1, 51)}

    def test_missing(self, capsys):
        assert "nothing-here: No such file or directory" in message(capsys, *HEADER, "nothing-here", "out")

    def test_folder(self, capsys):
        assert "Is a directory" in message(capsys, *HEADER, ".", "out")

    def test_too_large(self, capsys):
        with open("bad", "wb") as file:
            file.truncate(16 * 1024 * 1024 + 1)
        found = message(capsys, *HEADER, "bad", "out")
        assert "larger than 16 MiB" in found
        assert found.count("bad") == 1

    @pytest.mark.parametrize("form", ["rs", "log-stap"])
    def test_macro_that_one_output_cannot_express(self, form, capsys):
        Path("trace-events").write_text('# one\nlamp(int a) "%" NONSENSE\n')
        options = [f"--format={form}", "--backends=log", "--group=g", "--probe-prefix=p"]
        found = message(capsys, *options, "trace-events", "out")
        assert found.startswith("trace-events:2:17: error")
        assert "NONSENSE" in found
        assert not os.path.exists("out")


class TestInstalledScript:
    """The calls that QEMU's build and its tests make: `PYTHON TRACETOOL ...`."""

    ARGUMENTS = ("--format=h", "--backends=log", "--group=testsuite", "trace-events", "out")

    def start(self, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
        everything = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [*map(str, command), *self.ARGUMENTS],
            env={**everything, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def expect_output(self, done: subprocess.CompletedProcess[str]) -> None:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert "TRACE_TESTSUITE_GENERATED_TRACERS_H" in Path("out").read_text()

    def test_alone(self, installed):
        self.expect_output(self.start(installed("tesc-tracetool")))

    def test_with_its_own_interpreter(self, installed):
        self.expect_output(self.start(sys.executable, installed("tesc-tracetool")))

    def test_with_an_interpreter_that_lacks_tesc(self, installed):
        """-S hides installed packages, as if another Python without them were used."""
        self.expect_output(self.start(sys.executable, "-S", installed("tesc-tracetool")))

    def test_as_a_command_of_tesc(self, installed):
        self.expect_output(self.start(installed("tesc"), "tracetool"))

    def test_as_a_module(self):
        self.expect_output(self.start(sys.executable, "-m", "tesc", "tracetool"))

    def test_without_any_interpreter_that_has_tesc(self, installed, work):
        """A copy whose first line names no interpreter says so, and does not start itself forever."""
        text = installed("tesc-tracetool").read_text().split("\n", 1)[1]
        for first in ("#!/nowhere/python3", f"#!{sys.executable} -S", "#!/bin/false"):
            copy = work / "copy"
            copy.write_text(f"{first}\n{text}")
            done = self.start(sys.executable, "-S", copy)
            assert done.returncode == 1
            assert "Traceback" not in done.stderr

    def test_refuses_as_the_command_does(self, installed):
        done = subprocess.run([installed("tesc-tracetool"), "--format=h"], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[1].startswith("tesc tracetool: error: no backends")

    def test_closed_pipe(self, installed):
        command = f'"{installed("tesc-tracetool")}" --help | true'
        assert subprocess.run(["sh", "-c", command], capture_output=True).stderr == b""

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
    def test_interrupted(self, installed, interrupt):
        """Ctrl-C while it reads: no message, no output."""
        os.mkfifo("slow")
        command = [installed("tesc-tracetool"), *HEADER, "slow", "out"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open("slow", "w"):  # opens once the other side reads
            interrupt(process)
            assert process.communicate(timeout=60) == (b"", b"")
        assert process.returncode not in (0, 1)
        assert sorted(os.listdir(".")) == ["slow", "trace-events"]

    def test_closed_standard_error(self, installed):
        """Nobody reads the message, but the exit status is still right."""
        command = f'"{installed("tesc-tracetool")}" --format=h 2>&-'
        assert subprocess.run(["sh", "-c", command], capture_output=True).returncode == 1


def test_it_imports_no_rules_and_no_server(work):
    """It must start quickly, because a build starts it once per output."""
    (work / "trace-events").write_text('lamp_on(int watts) "%d W"\n')
    code = (
        "import sys; from tesc.cli.tracetool import main; status = main(sys.argv[1:]);"
        "print(*sorted(sys.modules)); sys.exit(status)"
    )
    options = ["--format=h", "--backends=log", "--group=lamp", "trace-events", "trace-lamp.h"]
    done = subprocess.run(
        [sys.executable, "-c", code, *options], cwd=work, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "tesc.syntax.parser" in loaded
    unwanted = (
        "lark",
        "pygls",
        "argparse",
        "asyncio",
        "subprocess",
        "tesc.analysis.rules",
        "tesc.lsp",
        "tesc.trace",
    )
    assert not [name for name in loaded if name.startswith(unwanted)]
