"""`tesc flatten` as a user starts it."""

from __future__ import annotations

import subprocess
import sys


def tesc(*arguments: str, cwd, stdin: bytes = b""):
    return subprocess.run(
        [sys.executable, "-m", "tesc", *arguments], cwd=cwd, input=stdin, capture_output=True
    )


def test_a_file_without_directives_is_printed_byte_for_byte(tmp_path):
    data = b'# caf\xc3\xa9\r\nfoo(int a)  "a %d"  \r\n\r\n'
    (tmp_path / "trace-events").write_bytes(data)
    done = tesc("flatten", "trace-events", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, data, b"")


def test_output_file_and_directives_of_the_command_line(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/trace-events").write_text('foo(void) "x"\n')
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc/more").write_text('bar(void) "y"\n')
    done = tesc(
        "flatten", "sub/trace-events", "-I", "inc", "--include", "more,prefix=m_", "--disable", "f*",
        "--event-prefix", "p_", "-o", "flat", cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "flat").read_text() == 'disable p_foo(void) "x"\np_m_bar(void) "y"\n'


def test_a_broken_unit_is_refused_with_places(tmp_path):
    (tmp_path / "trace-events").write_text('include "nowhere"\nfoo(int a "x"\n')
    done = tesc("flatten", "trace-events", "-o", "flat", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == b""
    assert not (tmp_path / "flat").exists()
    places = [line.rpartition(": error")[0] for line in done.stderr.decode().splitlines()]
    assert places == ["trace-events:1:9", "trace-events:2:10"]


def test_files_that_cannot_be_read(tmp_path):
    done = tesc("flatten", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, b"tesc: error: nowhere: No such file or directory\n")
    done = tesc("flatten", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, b"tesc: error: .: a folder, not a file\n")


def test_standard_input(tmp_path):
    done = tesc("flatten", "-", "--event-prefix", "p_", cwd=tmp_path, stdin=b'foo(void) "x"\n')
    assert (done.returncode, done.stdout) == (0, b'p_foo(void) "x"\n')


def test_an_invalid_directive_from_outside(tmp_path):
    done = tesc("flatten", "-", "--include", "more,prefx=m_", cwd=tmp_path, stdin=b'foo(void) "x"\n')
    assert done.returncode == 2
    assert done.stderr == b"tesc: error: 'more,prefx=m_': expected PATH[,prefix=NAME][,base=N]\n"


def test_an_include_of_the_command_line_that_is_relative_to_the_wrong_folder(tmp_path):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw/trace-events").write_text('foo(void) "x"\n')
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc/more").write_text('bar(void) "y"\n')
    said = "<command line>:1:9: error[TE501]: included file '{}' not found in hw"
    done = tesc("flatten", "hw/trace-events", "--include", "inc/more,prefix=m_", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode() == said.format("inc/more") + "; did you mean '../inc/more'?\n"
    assert tesc("flatten", "hw/trace-events", "--include", "../inc/more", cwd=tmp_path).returncode == 0
    done = tesc("flatten", "hw/trace-events", "-I", "inc", "--include", "mor", cwd=tmp_path)
    assert done.stderr.decode() == f"{said.format('mor')} or inc; there is neither 'hw/mor' nor 'inc/mor'\n"
    done = tesc("check", "hw/trace-events", "--include", "inc/more", cwd=tmp_path)
    assert "= help: the path is relative to the folder of the events file\n" in done.stdout.decode()
    # Behind a link to a folder, `..` is the folder above the link's target.
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "hw").rename(tmp_path / "deep/er/hw")
    (tmp_path / "hw").symlink_to("deep/er/hw")
    done = tesc("flatten", "hw/trace-events", "--include", "inc/more", cwd=tmp_path)
    assert done.stderr.decode().endswith("; did you mean '../../../inc/more'?\n")
    assert tesc("flatten", "hw/trace-events", "--include", "../../../inc/more", cwd=tmp_path).returncode == 0
