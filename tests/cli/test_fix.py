"""`tesc check --fix` and `--diff` as users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tesc
from tesc.cli.main import main

ROOT = Path(tesc.__file__).parent.parent
FIXABLE = 'lamp_on(int a, void *p) "value %x at 0x%p"\n'
FIXED = 'lamp_on(int a, void *p) "value 0x%x at %p"\n'
UNSAFE = 'trace_lamp_b(int b) "b %d"\n'
UNSAFE_FIXED = 'lamp_b(int b) "b %d"\n'
BAD = 'lamp_failed(void) "%m"\n'


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test runs in a new folder outside any checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object, data: bytes = b"") -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "tesc", "check", *map(os.fspath, arguments)]
    done = subprocess.run(command, input=data, capture_output=True, env=environment, timeout=120, check=False)
    assert b"internal error" not in done.stderr
    return done


def file(text: str | bytes, name: str = "trace-events") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def last_line(done: subprocess.CompletedProcess) -> str:
    return done.stdout.decode().splitlines()[-1]


class TestSummary:
    def test_says_how_many_can_be_fixed(self):
        file(FIXABLE + UNSAFE)
        done = run("trace-events")
        wanted = "3 warnings in 1 file; 2 can be fixed with --fix, 1 more with --unsafe-fixes"
        assert last_line(done) == wanted
        assert done.returncode == 0

    def test_says_nothing_about_fixes_if_there_are_none(self):
        file(BAD)
        assert last_line(run("trace-events")) == "1 error in 1 file"


class TestFix:
    def test_writes_the_file_and_reports_the_rest(self):
        path = file(FIXABLE + BAD + UNSAFE)
        done = run("--fix", path)
        assert path.read_text() == FIXED + BAD + UNSAFE
        assert b"TE405" in done.stdout
        assert b"TE407" not in done.stdout
        wanted = "2 fixed; 1 error, 1 warning in 1 file; 1 can be fixed with --fix --unsafe-fixes"
        assert last_line(done) == wanted
        assert done.returncode == 1

    def test_unsafe_fixes(self):
        path = file(FIXABLE + UNSAFE)
        done = run("--fix", "--unsafe-fixes", path)
        assert path.read_text() == FIXED + UNSAFE_FIXED
        assert last_line(done) == "3 fixed; no findings in 1 file"
        assert done.returncode == 0

    def test_places_of_the_rest_are_those_in_the_new_text(self):
        path = file('lamp(int a) "%x %m"\n')
        done = run("--fix", "--output-format", "json", path)
        (left,) = json.loads(done.stdout)
        assert left["range"]["start"] == {"line": 1, "column": 19}
        assert done.stderr == b"tesc: fixed 1 finding\n"

    def test_leaves_a_file_without_fixes_alone(self):
        path = file(FIXED)
        before = path.stat()
        assert last_line(run("--fix", path)) == "no findings in 1 file"
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_keeps_line_ends_and_bytes_that_are_not_utf_8(self):
        path = file(b'# \xe9\r\nlamp(int a) "value %x"\r\n')
        run("--fix", "--ignore", "TE006", path)
        assert path.read_bytes() == b'# \xe9\r\nlamp(int a) "value 0x%x"\r\n'

    def test_only_selected_rules_fix(self):
        path = file(FIXABLE)
        run("--fix", "--select", "TE422", path)
        assert path.read_text() == 'lamp_on(int a, void *p) "value %x at %p"\n'

    def test_included_files_only_if_they_are_named(self):
        included = file('child(int a) "%x"\n', "lib/child-events")
        root = file('include "lib/child-events"\n' + FIXABLE)
        assert "; 2 can be fixed with --fix" in last_line(run(root))
        assert last_line(run("--fix", root)).startswith("2 fixed; ")
        assert included.read_text() == 'child(int a) "%x"\n'
        root.write_text('include "lib/child-events"\n' + FIXABLE)
        done = run("--fix", root, "lib/child-events")
        assert root.read_text() == 'include "lib/child-events"\n' + FIXED
        assert included.read_text() == 'child(int a) "0x%x"\n'
        assert last_line(done) == "3 fixed; no findings in 2 files"

    def test_what_a_baseline_accepts_stays(self):
        path = file(FIXABLE)
        run("--write-baseline", "accepted.json", path)
        path.write_text(FIXABLE + 'lamp_c(int a) "%x"\n')
        done = run("--fix", "--baseline", "accepted.json", path)
        assert path.read_text() == FIXABLE + 'lamp_c(int a) "0x%x"\n'
        assert last_line(done) == "1 fixed; no new findings in 1 file; 2 old findings not shown"

    def test_twice_changes_nothing(self):
        path = file(FIXABLE + UNSAFE + BAD)
        run("--fix", path)
        once = path.read_bytes()
        assert "fixed;" not in last_line(run("--fix", path))
        assert path.read_bytes() == once

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_a_file_that_cannot_be_written(self, work, capfd):
        path = file(FIXABLE)
        work.chmod(0o500)
        # In this process, because a child process of root would have root's rights again.
        status = main(["check", "--fix", str(path)])
        work.chmod(0o700)
        assert status == 2
        assert capfd.readouterr().err.startswith("tesc: error: ")
        assert path.read_text() == FIXABLE


class TestDiff:
    def test_prints_what_would_change_and_writes_nothing(self):
        path = file("# lamps\n" + FIXABLE, "hw/trace-events")
        done = run("--diff", "hw")
        assert path.read_text() == "# lamps\n" + FIXABLE
        assert done.stdout.decode() == (
            f"--- hw/trace-events\n+++ hw/trace-events\n@@ -1,2 +1,2 @@\n # lamps\n-{FIXABLE}+{FIXED}"
        )
        assert done.stderr == b"tesc: would fix 2 findings\n"
        assert done.returncode == 1

    def test_nothing_to_change(self):
        file(FIXED + BAD)
        done = run("--diff", "trace-events")
        assert done.stdout == b""
        assert done.returncode == 0

    def test_mentions_what_only_unsafe_fixes_would_fix(self):
        path = file('lamp_a(int a) "%s"\nlamp_b(int b) "%s"\n')
        for done in (
            run("--diff", path),
            run("--fix", "--diff", path),
            run("--diff", "-", data=path.read_bytes()),
        ):
            assert done.stderr == b"tesc: would fix 0 findings; 2 more with --unsafe-fixes\n"
            assert done.returncode == 0
        path.write_text(FIXABLE + path.read_text())
        assert run("--diff", path).stderr == b"tesc: would fix 2 findings; 2 more with --unsafe-fixes\n"
        assert run("--diff", "--unsafe-fixes", path).stderr == b"tesc: would fix 4 findings\n"

    def test_does_not_mention_fixes_in_other_files(self):
        file('lamp_a(int a) "%s"\n', "common-events")
        path = file('include "common-events"\n')
        assert run("--diff", path).stderr == b"tesc: would fix 0 findings\n"

    def test_is_what_fix_writes(self):
        path = file(FIXABLE + 'lamp_c(int a) "%d\\n"')
        patch = run("--diff", path).stdout
        run("--fix", path)
        fixed = path.read_bytes()
        path.write_text(FIXABLE + 'lamp_c(int a) "%d\\n"')
        Path("change.patch").write_bytes(patch)
        subprocess.run(["git", "apply", "-p0", "change.patch"], check=True)
        assert path.read_bytes() == fixed

    def test_with_fix_writes_nothing(self):
        path = file(FIXABLE)
        assert run("--fix", "--diff", path).returncode == 1
        assert path.read_text() == FIXABLE


class TestStandardInput:
    def test_prints_the_fixed_text(self):
        done = run("--fix", "-", data=(FIXABLE + BAD).encode() + b"# \xe9\n")
        assert done.stdout == (FIXED + BAD).encode() + b"# \xe9\n"
        assert b"<stdin>:2:20: error[TE405]" in done.stderr
        assert done.stderr.endswith(b"tesc: fixed 2 findings\n")
        assert done.returncode == 1

    def test_mentions_what_only_unsafe_fixes_would_fix(self):
        done = run("--fix", "-", data=b'lamp_a(int a) "%s"\n')
        assert done.stderr.endswith(b"\ntesc: fixed 0 findings; 1 more with --unsafe-fixes\n")

    def test_prints_a_text_that_needs_no_fix(self):
        assert run("--fix", "-", data=FIXED.encode()).stdout == FIXED.encode()

    def test_diff(self):
        done = run("--diff", "-", "--stdin-filename", "a/trace-events", data=FIXABLE.encode())
        assert done.stdout.startswith(b"--- a/trace-events\n+++ a/trace-events\n")
        assert done.returncode == 1

    def test_must_be_the_only_file(self):
        file(FIXABLE)
        done = run("--fix", "-", "trace-events", data=b"")
        assert done.returncode == 2
        assert b"must be the only file" in done.stderr
