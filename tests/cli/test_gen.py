"""`tesc gen` as builds call it: options, what is written and what is left alone, and knowing when."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tesc.cli.main import main

ROOT = Path(__file__).parents[2]
OUT = ["--out=out"]
GROUPS = ("hw_fan", "hw_lamp", "root")
FILES = {f"trace-{group}.{form}" for group in GROUPS for form in "hc"} | {"trace-events-all"}
OLD = 1_000_000_000


@pytest.fixture(autouse=True, params=[40_000, 1], ids=["alone", "dealt out"])
def work(request, tmp_path, monkeypatch):
    """Every test works in a folder of its own that holds a small tree, which no process or each may share."""
    monkeypatch.setattr("tesc.source_tree.WORTH_A_PROCESS", request.param)
    monkeypatch.chdir(tmp_path)
    write("trace-events", 'start(void) "go"\n')
    write("hw/lamp/trace-events", 'lamp_level(int level) "level %d"\ndisable lamp_off(void) "off"\n')
    write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu"\n')
    return tmp_path


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode())


def gen(*words: str, status: int = 0) -> None:
    assert main(["gen", *words]) == status


def said(capsys) -> str:
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def outputs(folder: str = "out") -> set[str]:
    return {path.name for path in Path(folder).iterdir()} - {".tesc-gen"}


def texts(folder: str = "out") -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in outputs(folder)}


def age(*paths: str) -> None:
    """Let files look as if they had been written long ago."""
    for path in paths or [f"out/{name}" for name in outputs()]:
        os.utime(path, (OLD, OLD))


def young() -> set[str]:
    return {name for name in outputs() if os.stat(f"out/{name}").st_mtime > OLD}


class TestWhatIsMade:
    def test_by_default(self, capsys):
        gen(*OUT)
        assert said(capsys) == "7 of 7 files written\n"
        assert outputs() == FILES
        assert "qemu_log(" in Path("out/trace-hw_lamp.h").read_text()
        parts = [
            Path(path).read_bytes()
            for path in ("trace-events", "hw/fan/trace-events", "hw/lamp/trace-events")
        ]
        assert Path("out/trace-events-all").read_bytes() == b"".join(parts)

    def test_of_another_folder(self, capsys):
        gen("--root=hw", "--out=out", "--formats=rs")
        assert outputs() == {"trace-fan.rs", "trace-lamp.rs", "trace-events-all"}

    def test_backends_bring_what_they_need(self):
        gen(*OUT, "--backends=dtrace,ust", "--formats=h")
        assert {
            "trace-dtrace-root.dtrace",
            "trace-ust-hw_fan.h",
            "trace-ust-all.h",
            "trace-ust-all.c",
        } < outputs()

    def test_out_folders_are_made(self):
        gen("--out=a/b/c", "-q")
        assert outputs("a/b/c") == FILES

    def test_lines_are_named_relative_to_the_working_directory(self, work, monkeypatch):
        (work / "build").mkdir()
        monkeypatch.chdir(work / "build")
        gen("--root=..", "--out=trace", "-q")
        text = Path("trace/trace-hw_lamp.h").read_text()
        assert '#line 1 "../hw/lamp/trace-events"' in text
        assert '"trace/trace-hw_lamp.h"' in text

    def test_settings_are_the_configurations(self, capsys):
        write(
            "tesc.toml",
            "compat = 'fixed'\ndisable = ['lamp_*']\n[generate]\ngroups = ['hw/lamp', 'hw_fan']\n"
            "backends = ['simple']\nformats = ['c', 'rs']\nout = 'made'\n",
        )
        gen()
        assert outputs("made") == {
            *("trace-hw_lamp.c", "trace-hw_lamp.rs", "trace-hw_fan.c", "trace-hw_fan.rs", "trace-events-all"),
        }
        assert "c_ulong" in Path("made/trace-hw_fan.rs").read_text()
        assert "sstate = TRACE_LAMP_LEVEL_ENABLED" in Path("made/trace-hw_lamp.c").read_text()
        assert Path("made/trace-events-all").read_text() == (
            'disable lamp_level(int level) "level %d"\ndisable lamp_off(void) "off"\n'
            'fan_speed(unsigned long rpm) "%lu"\n'
        )
        said(capsys)
        gen()
        assert said(capsys) == "5 files, nothing to do\n"

    def test_groups_come_in_the_configurations_order(self):
        write("tesc.toml", "[generate]\ngroups = ['hw/lamp', '.', 'hw/fan/trace-events']\n")
        gen(*OUT)
        text = Path("out/trace-events-all").read_text()
        assert text.index("lamp_level") < text.index("start") < text.index("fan_speed")

    def test_excluded_files_are_no_groups(self):
        write("tesc.toml", "exclude = ['hw/fan/']\n")
        gen(*OUT)
        assert "trace-hw_fan.h" not in outputs()

    def test_compat(self):
        gen(*OUT, "--formats=rs", "-q")
        assert "c_ulong" not in Path("out/trace-hw_fan.rs").read_text()
        gen(*OUT, "--formats=rs", "-q", "--compat=fixed")
        assert "c_ulong" in Path("out/trace-hw_fan.rs").read_text()


class TestIncludes:
    def test_an_included_file_is_no_group(self):
        write("trace-events", 'include "hw/lamp/trace-events" prefix board_\nstart(void) "go"\n')
        gen(*OUT, "-q")
        assert "trace-hw_lamp.h" not in outputs()
        assert "trace_board_lamp_level(int level)" in Path("out/trace-root.h").read_text()
        text = Path("out/trace-events-all").read_text()
        assert 'board_lamp_level(int level) "level %d"\n' in text
        assert "include" not in text

    @pytest.mark.parametrize(
        "listing", ["[generate]\ngroups = ['.', 'hw/lamp']\n", "[[unit]]\npath = 'hw/lamp/trace-events'\n"]
    )
    def test_unless_the_configuration_lists_it(self, listing):
        write("trace-events", 'include "hw/lamp/trace-events" prefix board_\nstart(void) "go"\n')
        write("tesc.toml", listing)
        gen(*OUT, "-q")
        assert "trace_lamp_level(" in Path("out/trace-hw_lamp.h").read_text()
        assert "trace_board_lamp_level(" in Path("out/trace-root.h").read_text()

    def test_are_looked_for_where_an_option_says(self, work):
        write("trace-events", 'include "more.inc"\n')
        write("lib/more.inc", 'more(void) "more"\n')
        gen(*OUT, "-q", "-Ilib")
        assert '#line 1 "lib/more.inc"' in Path("out/trace-root.h").read_text()
        gen(*OUT, "-q", f"-I{work}/lib")
        assert '#line 1 "lib/more.inc"' in Path("out/trace-root.h").read_text()


class TestMistakes:
    def test_have_their_places_and_nothing_is_written(self, capsys):
        write("hw/lamp/trace-events", "lamp(\n")
        write("trace-events", 'include "nowhere"\n')
        gen(*OUT, status=1)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert [line.split(" error[")[0] for line in printed.err.splitlines()] == [
            *("trace-events:1:9:", "hw/lamp/trace-events:1:6:"),
        ]
        assert not Path("out").exists()

    def test_in_a_file_that_two_include_are_told_once(self, capsys):
        write("bad.inc", "lamp(\n")
        for path in ("trace-events", "hw/fan/trace-events"):
            write(path, f'include "{"../" * path.count("/")}bad.inc"\n')
        gen(*OUT, status=1)
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_of_one_output_keep_all_from_being_written(self, capsys):
        write("hw/lamp/trace-events", 'lamp(int a) "%" NONSENSE\n')
        gen(*OUT, "--formats=h,rs", status=1)
        assert capsys.readouterr().err.startswith("hw/lamp/trace-events:1:17: error")
        assert not Path("out").exists()

    def test_two_files_of_one_name(self, capsys):
        write("hw-fan/trace-events", 'other(int a) "%d"\n')
        gen(*OUT, status=1)
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("hw/fan/trace-events:1:1: error[TE104]: group 'hw_fan' ")
        assert "hw-fan/trace-events" in line

    def test_only_the_reference_would_mind(self, capsys):
        write("trace-events", 'start(intptr_t a) "%" PRIdPTR\n')
        gen(*OUT, status=1)
        assert "trace-events:1:7: error[TE009]: " in capsys.readouterr().err
        gen(*OUT, "--compat=fixed")

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--root=none", *OUT], "none: no such folder"),
            (["--root=out", *OUT], "out: no trace-events files here"),
            ([], "no folder to write to"),
            ([*OUT, "--backends=nonsense"], "unknown backend: nonsense"),
            ([*OUT, "--formats=exe"], "unknown format: exe"),
            ([*OUT, "--formats=h,stap"], "[[generate.tapset]]"),
            (["--out=trace-events"], "trace-events: "),
            (["--out=trace-events/out"], "trace-events"),
        ],
    )
    def test_of_the_command_line(self, words, says, capsys):
        if "--root=out" in words:
            os.mkdir("out")
        gen(*words, status=2)
        printed = capsys.readouterr()
        assert printed.out == ""
        assert says in printed.err
        assert len(printed.err.splitlines()) == 1

    def test_a_group_that_is_not_there(self, capsys):
        write("tesc.toml", "[generate]\ngroups = ['hw/none']\n")
        gen(*OUT, status=2)
        assert "'hw/none'" in capsys.readouterr().err

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_a_folder_that_is_read_only(self, capsys):
        os.mkdir("out", 0o555)
        gen(*OUT, status=2)
        assert "Permission denied" in capsys.readouterr().err

    def test_a_full_disk_leaves_whole_files(self, capsys, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device", "out/x")

        gen(*OUT, "-q")
        before = texts()
        write("trace-events", 'other(void) "go"\n')
        monkeypatch.setattr(os, "replace", full)
        gen(*OUT, status=2)
        assert "No space left on device" in capsys.readouterr().err
        assert texts() == before


class TestWriting:
    def test_only_what_changes(self, capsys):
        gen(*OUT, "-q")
        age()
        write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu rpm"\n')
        gen(*OUT)
        assert young() == {"trace-hw_fan.h", "trace-events-all"}
        assert said(capsys) == "2 of 7 files written\n"

    def test_nothing_where_nothing_changed(self, capsys):
        gen(*OUT, "-q")
        age()
        for _ in range(2):
            gen(*OUT)
            assert said(capsys) == "7 files, nothing to do\n"
        assert young() == set()

    @pytest.mark.parametrize("again", [False, True])
    def test_touch_gives_all_one_time(self, again):
        gen(*OUT, "-q", "--touch")
        age()
        if again:
            write("hw/fan/trace-events", 'fan_speed(unsigned long rpm) "%lu rpm"\n')
        gen(*OUT, "-q", "--touch")
        times = {os.stat(f"out/{name}").st_mtime_ns for name in outputs()}
        assert len(times) == 1
        assert times.pop() > OLD * 10**9

    def test_dry_run_writes_nothing(self, capsys):
        gen(*OUT, "--dry-run")
        assert sorted(said(capsys).splitlines()) == sorted(
            [*(f"missing: out/{name}" for name in FILES), "7 of 7 files would be written"]
        )
        assert not Path("out").exists()

    def test_check(self, capsys):
        gen(*OUT, "--check", status=1)
        assert "7 of 7 files out of date: 7 missing, 0 different\n" in said(capsys)
        assert not Path("out").exists()
        gen(*OUT, "-q")
        before = sorted((path.name, path.stat().st_mtime_ns) for path in Path("out").iterdir())
        gen(*OUT, "--check")
        assert said(capsys) == "7 files, nothing to do\n"
        write("out/trace-root.c", "mine\n")
        os.unlink("out/trace-root.h")
        gen(*OUT, "--check", status=1)
        assert said(capsys) == (
            "missing: out/trace-root.h\ndifferent: out/trace-root.c\n"
            "2 of 7 files out of date: 1 missing, 1 different\n"
        )
        for look in ("--check", "--dry-run"):
            gen(*OUT, look, "--json", status=1 if look == "--check" else 0)
            assert json.loads(said(capsys)) == {
                "files": 7,
                "missing": ["out/trace-root.h"],
                "different": ["out/trace-root.c"],
                "leftover": [],
            }
        after = sorted((path.name, path.stat().st_mtime_ns) for path in Path("out").iterdir())
        assert [one for one in after if "root" not in one[0]] == [
            one for one in before if "root" not in one[0]
        ]

    def test_check_without_a_manifest(self, capsys):
        gen(*OUT, "-q")
        os.unlink("out/.tesc-gen")
        gen(*OUT, "--check")
        assert said(capsys) == "0 of 7 files out of date: 0 missing, 0 different\n"
        assert not Path("out/.tesc-gen").exists()

    def test_json_of_a_check_with_nothing_to_do(self, capsys):
        gen(*OUT, "-q")
        gen(*OUT, "--check", "--json")
        assert json.loads(said(capsys)) == {"files": 7, "missing": [], "different": [], "leftover": []}

    def test_json_is_of_what_is_not_written(self, capsys):
        gen(*OUT, "--json", status=2)
        assert "--json requires --check or --dry-run" in capsys.readouterr().err
        assert not Path("out").exists()

    def test_depfile(self, capsys):
        write("trace-events", 'include "a b.inc"\n')
        write("a b.inc", 'more(void) "more"\n')
        write("tesc.toml", "")
        gen(*OUT, "-q", "--depfile=out.d")
        targets, _, sources = Path("out.d").read_text().partition("\n\n")[0].partition(":")
        assert set(targets.split()) == {f"out/{name}" for name in FILES}
        assert {
            line.strip(" \\") for line in sources.replace("\\ ", "?").splitlines() if line.strip(" \\")
        } == {
            *("trace-events", "hw/fan/trace-events", "hw/lamp/trace-events", "a?b.inc", "tesc.toml"),
        }
        os.unlink("out.d")
        gen(*OUT, "-q", "--depfile=out.d")
        assert Path("out.d").exists()

    def test_modes_follow_the_umask(self):
        before = os.umask(0o027)
        try:
            gen(*OUT, "-q")
        finally:
            os.umask(before)
        assert {stat.S_IMODE(os.stat(f"out/{name}").st_mode) for name in outputs()} == {0o640}


def edit(path: str, text: str) -> None:
    """Change a file in place so that size and times stay."""
    before = os.stat(path)
    with open(path, "r+", encoding="utf-8") as file:
        assert len(text) == before.st_size
        file.write(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "an input's text": lambda: write("hw/fan/trace-events", 'fan_stop(void) "stop"\n'),
    "an input, with size and times as before": lambda: edit(
        "hw/fan/trace-events", 'fan_speed(unsigned long abc) "%lu"\n'
    ),
    "an included file": lambda: write("inc/one.inc", 'one_b(void) "b"\n'),
    "a file that is found before the included one": lambda: write("one.inc", 'one_c(void) "c"\n'),
    "a new file": lambda: write("hw/new/trace-events", 'new(void) "new"\n'),
    "a new file of another name": lambda: write("hw/qapi.trace-events", 'new(void) "new"\n'),
    "a removed file": lambda: os.unlink("hw/fan/trace-events"),
    "a renamed folder": lambda: os.rename("hw/fan", "hw/fans"),
    "a new configuration": lambda: write("tesc.toml", "disable = ['start']\n"),
    "a configuration below": lambda: write("hw/fan/tesc.toml", "disable = ['fan_*']\n"),
    "a pyproject.toml": lambda: write("pyproject.toml", "[tool.tesc]\ndisable = ['start']\n"),
    "an output that is gone": lambda: os.unlink("out/trace-root.h"),
    "an output that was changed": lambda: write("out/trace-root.h", "mine\n"),
    "an output, with size and times as before": lambda: edit(
        "out/trace-root.h", Path("out/trace-root.h").read_text().replace("autogenerated", "AUTOGENERATED")
    ),
    "an output that is empty": lambda: write("out/trace-root.h", ""),
    "a manifest that is gone": lambda: os.unlink("out/.tesc-gen"),
    "a manifest that is cut off": lambda: os.truncate("out/.tesc-gen", os.stat("out/.tesc-gen").st_size // 2),
    "a manifest that is nonsense": lambda: Path("out/.tesc-gen").write_bytes(os.urandom(5000)),
    "other backends": ("--backends=simple",),
    "other formats": ("--formats=h",),
    "the other compat": ("--compat=fixed",),
    "another tree": ("--root=hw",),
    "another configuration": ("--config=other.toml",),
}


@pytest.mark.parametrize("aged", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_never_takes_old_outputs_for_new(change, aged):
    """Whatever has changed, the outputs are those of a run that starts from nothing."""
    write("trace-events", 'include "one.inc"\nstart(void) "go"\n')
    write("inc/one.inc", 'one_a(void) "a"\n')
    write("other.toml", "disable = ['start']\n")
    words = ["-q", "-Iinc", *OUT]
    gen(*words)
    if aged:
        age()
        gen(*words)
    made = CHANGES[change]
    if callable(made):
        made()
    else:
        words += made
    gen(*words)
    found = texts()
    shutil.move("out", "old")
    gen(*words)
    for name, text in texts().items():
        assert found[name] == text, name


def test_a_run_from_elsewhere_has_other_paths(work, monkeypatch):
    gen("--root", str(work), "--out", str(work / "out"), "-q")
    monkeypatch.chdir(work / "hw")
    gen("--root", str(work), "--out", str(work / "out"), "-q")
    assert '#line 1 "../trace-events"' in (work / "out" / "trace-root.h").read_text()


def test_another_version_generates_anew(monkeypatch, capsys):
    gen(*OUT, "-q")
    monkeypatch.setattr("tesc.__version__", "99.9")
    gen(*OUT)
    assert said(capsys) == "0 of 7 files written\n"


def test_a_touched_input_is_read_and_found_the_same(capsys):
    gen(*OUT, "-q")
    os.utime("trace-events")
    gen(*OUT)
    assert said(capsys) == "7 files, nothing to do\n"


def test_git_decides_what_belongs_to_the_tree(need, capsys):
    git = need("git", "git")
    subprocess.run([git, "init", "-q", "."], check=True)
    gen(*OUT, "-q")
    assert "trace-hw_fan.h" in outputs()
    write(".gitignore", "fan/\nout/\n")
    gen("--out=out2")
    assert said(capsys) == "5 of 5 files written\n"
    gen("--out=out2")
    assert said(capsys) == "5 files, nothing to do\n"
    write(".gitignore", "out*/\n")
    gen("--out=out2")
    assert said(capsys) == "3 of 7 files written\n"


# Enough events that a second process is worth it.
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

    def test_any_number_makes_the_same(self):
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
    def test_files_with_directives_are_made_alike(self, text):
        write("hw/fan/trace-events", text)
        made = []
        for processes in ("1", "3"):
            shutil.rmtree("out", ignore_errors=True)
            gen(*OUT, "-q", "-j", processes)
            made.append(texts())
        assert made[0] == made[1]
        assert b"q_lamp_level" in made[0]["trace-events-all"] or "include" not in text

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
        """Ctrl-C, as a terminal sends it: to all processes. Files that are there are whole."""
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


def test_nothing_to_do_imports_next_to_nothing():
    gen(*OUT, "-q")
    code = (
        "import sys; before = set(sys.modules); from tesc.cli.main import main; status = main(sys.argv[1:]);"
        "print(*sorted(set(sys.modules) - before)); sys.exit(status)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, "gen", "-q", *OUT]
    # The first one finds outputs that were only just written, and has to read them.
    for _ in range(2):
        time.sleep(0.05)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"argparse", "subprocess", "lark", "tesc.syntax.parser", "tesc.workspace"} & loaded
    assert len(loaded) < 40, loaded


def test_what_only_tracetool_refuses_names_the_way_out(capsys):
    write("tesc.toml", 'types = ["hwaddr"]\n')
    write("hw/fan/trace-events", 'fan_map(hwaddr a) "a 0x%" PRIx64\n')
    gen("--backends=log", "--formats=h", *OUT, status=1)
    assert capsys.readouterr().err.splitlines() == [
        "hw/fan/trace-events:1:9: error[TE302]: QEMU's tracetool rejects the type 'hwaddr'",
        'tesc: note: what only QEMU\'s tracetool rejects is generated with compat = "fixed" in tesc.toml',
    ]
    write("tesc.toml", 'types = ["hwaddr"]\ncompat = "fixed"\n')
    gen("--backends=log", "--formats=h", *OUT)
    write("hw/fan/trace-events", "fan_map(\n")
    write("tesc.toml", "")
    gen("--backends=log", "--formats=h", *OUT, status=1)
    assert "compat" not in capsys.readouterr().err
