"""`tesc fmt`: what it writes, prints and reports, and its exit status."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from tesc.cli import fmt
from tesc.syntax.source import Source

UNTIDY = 'a(int x,char* y) "%d %s"\n\n\n# b \nb(void)  "b"'
TIDY = 'a(int x, char *y) "%d %s"\n\n# b\nb(void) "b"\n'


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "hw").mkdir()
    (tmp_path / "trace-events").write_text(TIDY)
    (tmp_path / "hw/trace-events").write_text(UNTIDY)
    (tmp_path / "hw/qapi.trace-events").write_text(UNTIDY)
    (tmp_path / "hw/notes").write_text(UNTIDY)
    return tmp_path


def tesc(*arguments, cwd, input=None):
    command = [sys.executable, "-m", "tesc", "fmt", *arguments]
    return subprocess.run(command, cwd=cwd, input=input, capture_output=True, timeout=60)


def test_writes_a_whole_tree(tree):
    done = tesc(cwd=tree)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        "reformatted hw/qapi.trace-events",
        "reformatted hw/trace-events",
        "2 files reformatted, 1 file left alone",
    ]
    assert (tree / "hw/trace-events").read_text() == (tree / "hw/qapi.trace-events").read_text() == TIDY
    assert (tree / "hw/notes").read_text() == UNTIDY
    again = tesc(cwd=tree)
    assert (again.returncode, again.stdout) == (0, b"3 files left alone\n")


def test_leaves_formatted_files_alone(tree):
    path = tree / "trace-events"
    os.utime(path, (1, 1))
    assert tesc("trace-events", cwd=tree).stdout == b"1 file left alone\n"
    assert path.stat().st_mtime == 1


def test_replaces_files_and_keeps_their_mode(tree):
    path = tree / "hw/trace-events"
    path.chmod(0o640)
    (tree / "link.trace-events").symlink_to("hw/trace-events")
    with open(path) as held:
        assert tesc("link.trace-events", cwd=tree).returncode == 0
        assert held.read() == UNTIDY, "the file was written over, not replaced"
    assert path.read_text() == TIDY
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (tree / "link.trace-events").is_symlink()
    assert sorted(os.listdir(tree / "hw")) == ["notes", "qapi.trace-events", "trace-events"]


def test_a_file_that_is_named_twice_is_one(tree):
    done = tesc("hw/trace-events", "hw", "./hw/trace-events", cwd=tree)
    assert done.stdout.splitlines()[-1] == b"2 files reformatted"


def test_check_names_files_and_writes_nothing(tree):
    done = tesc("--check", cwd=tree)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.decode().splitlines() == [
        "would reformat hw/qapi.trace-events",
        "would reformat hw/trace-events",
        "2 files would be reformatted, 1 file would be left alone",
    ]
    assert (tree / "hw/trace-events").read_text() == UNTIDY
    done = tesc("--check", "trace-events", cwd=tree)
    assert (done.returncode, done.stdout) == (0, b"1 file would be left alone\n")


def test_diff_can_be_applied(tree, need):
    done = tesc("--diff", cwd=tree)
    assert done.returncode == 1
    assert done.stderr == b"2 files would be reformatted, 1 file would be left alone\n"
    assert done.stdout.startswith(b"--- hw/qapi.trace-events\n+++ hw/qapi.trace-events\n@@ ")
    assert b'-b(void)  "b"\n\\ No newline at end of file\n' in done.stdout
    assert (tree / "hw/trace-events").read_text() == UNTIDY
    patch = [need("git", "git"), "apply", "-p0", "-"]
    subprocess.run(patch, input=done.stdout, cwd=tree, check=True, env={**os.environ, "GIT_DIR": "none"})
    assert (tree / "hw/trace-events").read_text() == TIDY
    done = tesc("--diff", cwd=tree)
    assert (done.returncode, done.stdout) == (0, b"")


def test_check_and_diff_together_print_the_diff(tree):
    both = tesc("--check", "--diff", cwd=tree)
    assert (both.returncode, both.stdout) == (1, tesc("--diff", cwd=tree).stdout)


def test_standard_input(tree):
    done = tesc("-", cwd=tree, input=UNTIDY.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, TIDY.encode(), b"")
    assert tesc("-", cwd=tree, input=b"").stdout == b""
    done = tesc("--check", "-", "--stdin-filename", "hw/x", cwd=tree, input=UNTIDY.encode())
    assert (done.returncode, done.stdout) == (1, b"would reformat hw/x\n")
    done = tesc("--check", "-", cwd=tree, input=TIDY.encode())
    assert (done.returncode, done.stdout) == (0, b"")
    done = tesc("--diff", "-", "--stdin-filename", "hw/x", cwd=tree, input=b"a(int  x)\n")
    assert done.returncode == 1
    assert done.stdout == b"--- hw/x\n+++ hw/x\n@@ -1 +1 @@\n-a(int  x)\n+a(int x)\n"


def test_standard_input_must_be_the_only_file(tree):
    done = tesc("-", "trace-events", cwd=tree, input=b"")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"tesc: error: - (standard input) must be the only file\n"


def test_any_bytes_and_line_ends(tree):
    text = b"# caf\xe9 \xe6\x97\xa5\r\na(int  x)\r\n\r\n\r\nb(void)\r# end"
    done = tesc("-", cwd=tree, input=text)
    assert done.stdout == b"# caf\xe9 \xe6\x97\xa5\na(int x)\n\nb(void)\n# end\n"
    assert done.returncode == 0


def test_lines_with_mistakes_stay_and_are_reported(tree):
    (tree / "trace-events").write_text("a(int  x\nb(int  x)\n")
    done = tesc("trace-events", cwd=tree)
    assert (done.returncode, done.stdout) == (0, b"reformatted trace-events\n1 file reformatted\n")
    assert (tree / "trace-events").read_text() == "a(int  x\nb(int x)\n"
    place = b"tesc: warning: trace-events:1: "
    assert done.stderr == place + b"a line with a mistake stays as it is; see 'tesc check'\n"


@pytest.mark.parametrize(("version", "mistakes"), [("6.2.0", 0), ("7.2.0", 1)])
def test_events_of_two_formats_are_no_mistakes_where_qemu_has_them(tree, version, mistakes):
    """QEMU had the property `tcg` up to 6.2."""
    (tree / "scripts").mkdir()
    (tree / "scripts/tracetool.py").write_text("")
    (tree / "VERSION").write_text(version)
    two = 'vcpu tcg mem(TCGv vaddr, uint16_t info)  "info=%d", "vaddr=0x%016"PRIx64" info=%d"\n'
    (tree / "trace-events").write_text(f"{two}b(int  x)\n")
    done = tesc("trace-events", cwd=tree)
    assert (tree / "trace-events").read_text() == f"{two}b(int x)\n"
    assert done.stderr.count(b"stays as it is") == mistakes


def test_a_missing_file_does_not_keep_others_from_being_formatted(tree):
    done = tesc("nowhere", "hw", cwd=tree)
    assert done.returncode == 2
    assert done.stderr == b"tesc: error: nowhere: no such file or folder\n"
    assert (tree / "hw/trace-events").read_text() == TIDY


@pytest.mark.skipif(os.name == "nt", reason="there are no FIFOs")
def test_a_fifo_is_not_waited_for(tree):
    os.mkfifo(tree / "fifo")
    done = tesc("fifo", cwd=tree)
    assert done.returncode == 2
    assert b"fifo: not a regular file" in done.stderr
    assert done.stdout == b""


def test_a_layout_that_changes_the_meaning_is_never_written(monkeypatch):
    monkeypatch.setattr("tesc.syntax.layout.canonical", lambda tree: "a(void)\nb(int y)\n")
    with pytest.raises(RuntimeError, match=r"^hw/trace-events:2: layout would change"):
        fmt.formatted(Source("hw/trace-events", "a(void)\nb(int  x)\n"))


def test_help_says_what_exit_statuses_mean(tree):
    assert b"exit status: 0 done, 1 with --check or --diff" in tesc("--help", cwd=tree).stdout
