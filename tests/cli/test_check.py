"""`tesc check`, `tesc explain` and `tesc rules` as users run them."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import tesc
from tesc import __version__
from tesc.analysis.registry import all_rules
from tesc.analysis.rules import te703_misspelt_word
from tesc.cli.main import main
from tesc.files import MAX_SOURCE_BYTES

ROOT = Path(tesc.__file__).parent
SCHEMA = json.loads((ROOT / "schemas" / "check-output.schema.json").read_text("utf-8"))
GOOD = 'lamp_level(int level) "level %d"\n'
NOTED = "lamp_reset(void)\n"
BAD = 'lamp_failed(void) "%m"\n'
ERRNO = "error[TE405]: '%m' prints errno, which tracers do not keep"


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test works in a folder of its own, below no checkout."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Ran:
    def __init__(self, done: subprocess.CompletedProcess) -> None:
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = done.stderr.decode("utf-8")
        assert "Traceback" not in self.err
        assert "internal error" not in self.err

    @property
    def findings(self) -> list[str]:
        return self.out.splitlines()


def environment(**changes: str | None) -> dict[str, str]:
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("GIT_", "LC_")) and k not in ("LANG", "NO_COLOR")
    }
    kept.update(
        {"PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    )
    return {key: value for key, value in {**kept, **changes}.items() if value is not None}


def run(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    """Run tesc; `changes` are made to the environment."""
    command = [sys.executable, "-m", "tesc", *map(os.fspath, arguments)]
    done = subprocess.run(
        command, input=data, capture_output=True, env=environment(**changes), timeout=120, check=False
    )
    return Ran(done)


def check(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    return run("check", *arguments, data=data, **changes)


def concise(*arguments: object, data: bytes = b"", **changes: str | None) -> Ran:
    return check("--output-format", "concise", *arguments, data=data, **changes)


def write(path: str, text: str | bytes = BAD) -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)
    return Path(path)


class TestStatus:
    @pytest.mark.parametrize(
        ("text", "status", "last"),
        [
            (GOOD, 0, "no findings in 1 file"),
            (NOTED, 0, "1 note in 1 file"),
            (GOOD.replace('"l', '"\tl'), 0, "1 warning in 1 file"),
            (BAD, 1, "1 error in 1 file"),
            (
                BAD + NOTED + BAD.replace("(", "2(") + NOTED.replace("(", "2("),
                1,
                "2 errors, 2 notes in 1 file",
            ),
            ("", 0, "no findings in 1 file"),
        ],
    )
    def test_findings(self, text, status, last):
        ran = check(write("trace-events", text))
        assert (ran.status, ran.err, ran.out.splitlines()[-1]) == (status, "", last)

    def test_findings_in_some_of_many_files(self):
        for name, text in (("a", GOOD), ("b", BAD), ("c", NOTED)):
            write(f"{name}/trace-events", text.replace("lamp", name))
        assert check().out.splitlines()[-1] == "1 error, 1 note in 2 of 3 files"

    def test_a_file_that_is_missing_is_worse_than_findings(self):
        write("trace-events")
        ran = concise("trace-events", "missing")
        assert ran.status == 2
        assert ran.findings == [f"trace-events:1:20: {ERRNO}"]
        assert ran.err == "tesc: error: missing: no such file or folder\n"

    @pytest.mark.parametrize(
        "arguments",
        [
            ["nonsense"],
            ["check", "--nonsense"],
            ["check", "--output-format", "xml"],
            ["check", "--profile", "emacs"],
            ["check", "--max-args", "0"],
            ["check", "--max-args", "-1"],
            ["check", "--max-args", "six"],
            ["check", "--max-args", "²"],
            ["check", "--color", "sometimes"],
            ["explain"],
            ["rules", "more"],
        ],
    )
    def test_bad_usage(self, arguments):
        ran = run(*arguments)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("usage: tesc")
        assert ran.err.splitlines()[-1].startswith("tesc")
        assert ": error: " in ran.err.splitlines()[-1]

    @pytest.mark.parametrize("option", ["--select", "--ignore"])
    def test_an_unknown_rule(self, option):
        ran = check(write("trace-events"), option, "TE405,missing-fromat")
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "tesc: error: no rule is called 'missing-fromat'; did you mean missing-format?\n"

    def test_version(self):
        ran = run("--version")
        assert (ran.status, ran.out, ran.err) == (0, f"tesc {__version__}\n", "")

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["check", "--help"], ["explain", "--help"], ["rules", "-h"]]
    )
    def test_help(self, arguments):
        ran = run(*arguments)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out.startswith("usage: tesc")


class TestRuleOptions:
    @pytest.mark.parametrize(
        ("options", "codes"),
        [
            ([], ["TE405", "TE412"]),
            (["--select", "TE405"], ["TE405"]),
            (["--select", "TE405,missing-format"], ["TE405", "TE412"]),
            (["--select", "TE405", "--select", "TE412"], ["TE405", "TE412"]),
            (["--select", " TE405 , "], ["TE405"]),
            (["--select", "TE3"], []),
            (["--ignore", "errno-format"], ["TE412"]),
            (["--ignore", "TE4"], []),
            (["--select", "TE4", "--ignore", "TE412"], ["TE405"]),
        ],
    )
    def test_select_and_ignore(self, options, codes):
        ran = concise(write("trace-events", BAD + NOTED), *options)
        assert [line.split("[")[1][:5] for line in ran.findings] == codes

    def test_profile_and_max_args(self):
        write("trace-events", "blit(int a, int b, int c, int d, int e, int f, int g)\n")
        options = ("--select", "TE301", "trace-events")
        assert concise(*options).status == 1
        assert concise("--profile", "classic", *options).status == 1
        assert concise("--profile", "qemu", *options).status == 0
        assert concise("--max-args", "7", *options).status == 0
        assert concise("--profile", "qemu", "--max-args", "6", *options).status == 1

    def test_a_file_in_a_qemu_checkout_is_checked_as_such(self):
        write("qemu/scripts/tracetool.py", "")
        write("qemu/hw/usb/trace-events", f" one_blank{GOOD}")
        write("other/trace-events", f" one_blank_{GOOD}")
        assert [line.split(": ")[0] for line in concise("qemu", "other").findings] == [
            "qemu/hw/usb/trace-events:1:1"
        ]


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

    def test_a_folder_that_is_called_like_a_file(self):
        Path("trace-events").mkdir()
        write("trace-events/x.trace-events", NOTED)
        assert [line.split(":")[0] for line in concise().findings] == ["trace-events/x.trace-events"]
        assert concise("trace-events").findings == concise().findings

    @pytest.mark.parametrize("path", ["missing", "missing/trace-events", "", "-x-/missing"])
    def test_what_is_missing(self, path):
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
    def test_a_file_that_may_not_be_read(self, capfd):
        write("trace-events").chmod(0)
        write("b.trace-events", NOTED)
        # In this process: a child of root's would have root's rights again.
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
            writer.kill()  # it would wait for a reader for ever, had there been none
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
    def checkout(self, need):
        self.git = need("git", "git")
        subprocess.run([self.git, "init", "-q", "."], check=True, env=environment())

    def found(self, *paths: str) -> list[str]:
        return [line.split(":")[0] for line in concise("--select", "TE405", *paths).findings]

    def test_what_git_ignores_is_left_out(self):
        write(".gitignore", "build/\n*.gen.trace-events\n")
        write("hw/trace-events")
        write("build/hw/trace-events")
        write("qapi/a.gen.trace-events")
        write("qapi/a.trace-events")
        subprocess.run([self.git, "add", "hw"], check=True, env=environment())
        assert self.found() == ["hw/trace-events", "qapi/a.trace-events"]
        assert self.found("qapi") == ["qapi/a.trace-events"]
        assert self.found("build/hw/trace-events") == ["build/hw/trace-events"]

    def test_what_was_deleted_is_left_out(self):
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

    def test_beside_files_and_twice(self):
        write("trace-events", NOTED)
        ran = concise("-", "trace-events", "-", data=BAD.encode())
        assert [line.split(":")[0] for line in ran.findings] == ["<stdin>", "trace-events"]

    def test_nothing(self):
        assert check("-").out == "no findings in 1 file\n"

    def test_too_much(self):
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


class TestContents:
    def test_the_largest_file_and_one_that_is_larger(self):
        write("trace-events", "#" * (MAX_SOURCE_BYTES - 1) + "\n")
        assert check("trace-events").out == "no findings in 1 file\n"
        write("trace-events", "#" * MAX_SOURCE_BYTES + "\n")
        ran = check("trace-events")
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "tesc: error: trace-events: larger than 16 MiB\n"

    @pytest.mark.parametrize(
        "data",
        [
            bytes(range(256)) * 8,
            b"\0" * 1000,
            b"\xff\xfe" + "a(int b)\n".encode("utf-16-le"),
            b"\x7fELF\x02\x01\x01" + b"\0" * 57 + b'\n(\n"\n\\',
        ],
    )
    def test_what_is_no_text_is_not_looked_at(self, data):
        ran = check(write("trace-events", data))
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "tesc: error: trace-events: not a text file in UTF-8\n"

    @pytest.mark.parametrize(
        "data",
        [
            b'\xed\xa0\x80(\xf0\x9f\x99\x82) "%\xc3\n',
            b"((((((((((" * 500 + b"\n" + b'a(int b) "' + b"%" * 5000 + b'"\n',
            b"a(" + b"int a, " * 3000 + b'int a) "' + b"%d " * 3000 + b'"',
        ],
    )
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_garbage_makes_findings(self, data, form):
        ran = check(write("trace-events", data), "--output-format", form)
        assert (ran.status, ran.err) == (1, "")
        if form == "json":
            Draft202012Validator(SCHEMA).validate(json.loads(ran.out))


def excerpt(data: str | bytes, *options: str, **changes: str | None) -> str:
    """The text output for a file, up to the summary."""
    write("trace-events", data)
    ran = check("trace-events", *options, **changes)
    assert ran.err == ""
    return ran.out.rpartition("\n\n")[0] + "\n"


class TestMany:
    """What nobody would read to its end is cut short."""

    def test_findings_of_a_rule_in_one_line(self):
        parameters = ", ".join(f"int p{n}" for n in range(8))
        write("trace-events", f'a({parameters}) "x"\nb({parameters}) "x"\n')
        ran = check("trace-events", "--select", "TE403")
        assert ran.out.count("error[TE403]") == 10
        assert ran.out.splitlines()[-5:] == [
            "",
            "trace-events:1: 3 more of TE403 in this line",
            "trace-events:2: 3 more of TE403 in this line",
            "",
            "16 errors in 1 file",
        ]

    def test_notes_of_a_rule(self):
        write("trace-events", "".join(f"a{n}(void)\n" for n in range(11)))
        lines = check("trace-events").out.splitlines()
        assert lines[-3:] == ["6 more notes of TE412: --select TE412 shows them", "", "11 notes in 1 file"]
        assert check("trace-events", "--select", "TE412").out.count("note[TE412]") == 11

    def test_a_long_line_is_shown_around_the_finding(self):
        text = 'a(int b) "' + "x" * 20_000 + " %m" + "y" * 20_000 + '"\n'
        write("trace-events", text)
        shown, marks = check("trace-events", "--select", "TE405").out.splitlines()[2:4]
        assert len(shown) <= 110
        assert shown[marks.index("^") :].startswith("%m")
        assert shown.count("...") == 2


class TestText:
    def test_a_finding(self):
        write("trace-events", 'map(hwaddr addr) "addr 0x%" PRIx64\n')
        ran = check("--select", "TE302", "trace-events")
        assert ran.out == (
            "trace-events:1:5: error[TE302]: type 'hwaddr' is not allowed in an event\n"
            "  |\n"
            '1 | map(hwaddr addr) "addr 0x%" PRIx64\n'
            "  |     ^^^^^^\n"
            "  = help: declare it 'uint64_t addr'\n"
            "\n"
            "1 error in 1 file; 1 can be fixed with --fix --unsafe-fixes\n"
        )

    def test_no_findings(self):
        assert check(write("trace-events", GOOD)).out == "no findings in 1 file\n"

    def test_a_line_of_many_digits(self):
        assert excerpt("# one\n" * 99 + BAD, "--select", "TE405") == (
            f"trace-events:100:20: {ERRNO}\n"
            "    |\n"
            '100 | lamp_failed(void) "%m"\n'
            "    |                    ^^\n"
            "    = help: pass the error as an argument, such as 'int err' with '%d'\n"
        )

    def test_a_related_place_in_the_line(self):
        assert excerpt('copy(int a, int a) "%d %d"\n', "--select", "TE304") == (
            "trace-events:1:17: error[TE304]: parameter 'a' is declared twice\n"
            "  |\n"
            '1 | copy(int a, int a) "%d %d"\n'
            "  |          -      ^\n"
            "  |          first declared here\n"
            "  = help: give it another name\n"
        )

    def test_a_related_place_elsewhere(self):
        assert excerpt('one(void) "1"\n\none(void) "2"\n') == (
            "trace-events:3:1: error[TE101]: event 'one' is declared twice\n"
            "  |\n"
            '3 | one(void) "2"\n'
            "  | ^^^\n"
            "  = note: trace-events:1:1: 'one' is first declared here\n"
            "  = help: give one of them another name\n"
        )

    def test_tabs_are_four_columns(self):
        assert excerpt('\ta(void)\t"\t%m"\n', "--select", "TE405") == (
            f"trace-events:1:12: {ERRNO}\n"
            "  |\n"
            '1 |     a(void)    "    %m"\n'
            "  |                     ^^\n"
            "  = help: pass the error as an argument, such as 'int err' with '%d'\n"
        )

    def test_wide_characters_are_two_columns_and_marks_none(self):
        assert excerpt('a(void) "日本🙂 e\u0301\ufe0f %m"\n', "--select", "TE405") == (
            f"trace-events:1:18: {ERRNO}\n"
            "  |\n"
            '1 | a(void) "日本🙂 e\u0301\ufe0f %m"\n'
            "  |                   ^^\n"
            "  = help: pass the error as an argument, such as 'int err' with '%d'\n"
        )

    def test_a_wide_character_is_marked_whole(self):
        text = excerpt('a(void){U+3000}"x"\n'.replace("{U+3000}", "\u3000"), "--select", "TE007")
        assert text.splitlines()[2:4] == ['1 | a(void)\ufffd"x"', "  |        ^"]
        text = excerpt('日(void) "x"\n', "--select", "TE001")
        assert text.splitlines()[2:4] == ['1 | 日(void) "x"', "  | ^^"]

    def test_what_is_not_seen_is_shown(self):
        assert excerpt('a(void) "\u200b\u202e\x1b[31m\x00 %m"\n', "--select", "TE405").splitlines()[2:4] == [
            '1 | a(void) "\ufffd\ufffd\ufffd[31m\ufffd %m"',
            "  |                   ^^",
        ]

    def test_bytes_that_are_not_utf_8(self):
        assert excerpt(b'a(void) "\xe9\xff %m"\n', "--select", "TE005,TE405") == (
            "trace-events:1:10: error[TE005]: not UTF-8: bytes E9 FF\n"
            "  |\n"
            '1 | a(void) "\ufffd\ufffd %m"\n'
            "  |          ^^\n"
            "  = help: save the file as UTF-8\n"
            "\n"
            f"trace-events:1:13: {ERRNO}\n"
            "  |\n"
            '1 | a(void) "\ufffd\ufffd %m"\n'
            "  |             ^^\n"
            "  = help: pass the error as an argument, such as 'int err' with '%d'\n"
        )

    def test_the_end_of_the_line(self):
        assert excerpt('a(void) "x"') == (
            "trace-events:1:12: error[TE002]: the file does not end with a newline\n"
            "  |\n"
            '1 | a(void) "x"\n'
            "  |            ^\n"
            "  = help: add a newline\n"
        )

    def test_carriage_returns_are_no_part_of_a_line(self):
        assert excerpt('a(void) "x"\r\n', "--select", "TE006").splitlines()[2:4] == [
            '1 | a(void) "x"',
            "  |            ^",
        ]

    def test_a_long_line_is_cut_around_the_place(self):
        text = 'a(void) "' + "x" * 200 + "%m" + "y" * 100 + '"\n'
        assert excerpt(text, "--select", "TE405").splitlines()[2:4] == [
            "1 | ..." + "x" * 24 + "%m" + "y" * 44 + "...",
            "  |    " + " " * 24 + "^^",
        ]

    def test_a_long_line_is_cut_at_its_start(self):
        text = 'a(void) "%m' + "y" * 300 + '"\n'
        assert excerpt(text, "--select", "TE405").splitlines()[2:4] == [
            '1 | a(void) "%m' + "y" * 62 + "...",
            "  |          ^^",
        ]

    def test_a_long_line_is_shown_to_its_end(self):
        text = 'a(void) "' + "x" * 200 + '"'
        assert excerpt(text, "--select", "TE002").splitlines()[2:4] == [
            "1 | ..." + "x" * 72 + '"',
            "  | " + " " * 76 + "^",
        ]

    def test_a_long_line_of_wide_characters(self):
        text = 'a(void) "' + "日" * 100 + "%m" + "本" * 100 + '"\n'
        assert excerpt(text, "--select", "TE405").splitlines()[2:4] == [
            "1 | ..." + "日" * 12 + "%m" + "本" * 22 + "...",
            "  |    " + " " * 24 + "^^",
        ]

    def test_a_long_range_is_cut_with_its_line(self):
        text = "a(" + "int x, " * 30 + "int x)\n"
        lines = excerpt(text, "--select", "TE301").splitlines()[2:4]
        # The seventh parameter begins in column 44, and the rest are too many.
        assert lines == ["1 | ..." + text[20:90] + "...", "  |    " + " " * 24 + "^" * 49]
        assert all(len(line) == 80 for line in lines)

    def test_a_narrow_terminal(self):
        text = 'a(void) "' + "x" * 200 + "%m" + "y" * 100 + '"\n'
        assert len(excerpt(text, "--select", "TE405", COLUMNS="10").splitlines()[2]) == 4 + 72


class TestColor:
    COLORED = (
        "\x1b[1mtrace-events:1:20\x1b[0m: \x1b[1;31merror[TE405]\x1b[0m"
        "\x1b[1m: '%m' prints errno, which tracers do not keep\x1b[0m\n"
        "  \x1b[34m|\x1b[0m\n"
        '\x1b[34m1\x1b[0m \x1b[34m|\x1b[0m lamp_failed(void) "%m"\n'
        "  \x1b[34m|\x1b[0m \x1b[31m                   ^^\x1b[0m\n"
        "  \x1b[34m=\x1b[0m help: pass the error as an argument, such as 'int err' with '%d'\n"
    )

    def test_always(self):
        assert excerpt(BAD, "--color", "always") == self.COLORED
        assert excerpt(BAD, "--color=always", NO_COLOR="1", TERM="dumb") == self.COLORED

    @pytest.mark.parametrize("options", [[], ["--color", "auto"], ["--color", "never"]])
    def test_not_where_it_is_piped(self, options):
        assert "\x1b" not in excerpt(BAD, *options)

    @pytest.mark.parametrize(
        ("options", "changes", "colored"),
        [
            ([], {}, True),
            ([], {"NO_COLOR": ""}, True),
            ([], {"NO_COLOR": "1"}, False),
            ([], {"TERM": "dumb"}, False),
            (["--color", "never"], {}, False),
            (["--color", "always"], {"NO_COLOR": "1"}, True),
        ],
    )
    def test_on_a_terminal(self, options, changes, colored):
        import pty

        write("trace-events")
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "tesc", "check", "trace-events", *options]
        started = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=theirs, env=environment(**{"TERM": "xterm", **changes})
        )
        os.close(theirs)
        printed = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not more:
                break
            printed += more
        os.close(ours)
        assert started.wait() == 1
        assert (b"\x1b[1;31merror[TE405]\x1b[0m" in printed) == colored
        assert (b"\x1b" in printed) == colored


class TestConcise:
    def test_a_line_a_finding(self):
        write("a/trace-events", BAD + NOTED)
        write("b/trace-events", GOOD.replace('"l', '"\tl'))
        ran = concise()
        assert (ran.status, ran.err) == (1, "")
        assert ran.out == (
            f"a/trace-events:1:20: {ERRNO}\n"
            "a/trace-events:2:1: note[TE412]: no format: the event prints its name only\n"
            "b/trace-events:1:24: warning[TE007]: a tab\n"
        )

    def test_nothing_for_nothing(self):
        write("trace-events", GOOD)
        assert concise().out == ""


class TestJson:
    def found(self, *arguments: object, data: bytes = b"") -> list[dict]:
        ran = check("--output-format", "json", *arguments, data=data)
        assert ran.err == ""
        entries = json.loads(ran.out)
        Draft202012Validator(SCHEMA).validate(entries)
        return entries

    def test_the_schema_is_one(self):
        Draft202012Validator.check_schema(SCHEMA)

    @pytest.mark.parametrize("text", ["[]", '[{"code": "TE405"}]', '[{"more": 1}]', "{}"])
    def test_the_schema_is_strict(self, text):
        assert Draft202012Validator(SCHEMA).is_valid(json.loads(text)) == (text == "[]")

    def test_the_schema_allows_nothing_more(self):
        write("trace-events", 'copy(int a, hwaddr a) "%d %d"\n')
        entries = self.found("--select", "TE302,TE304")
        validator = Draft202012Validator(SCHEMA)

        def spoil(value):
            """Each object in a value with one more key, one at a time."""
            if isinstance(value, dict):
                value["more"] = None
                yield
                del value["more"]
            for part in (
                value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            ):
                yield from spoil(part)

        spoilt = 0
        for _ in spoil(entries):
            assert not validator.is_valid(entries)
            spoilt += 1
        assert validator.is_valid(entries)
        # Per finding one; per range three; of a fix one and one an edit, of a related place one.
        assert spoilt == 2 * (1 + 3) + (1 + 1 + 3) + (1 + 3)

    def test_nothing_is_an_empty_array(self):
        assert check(write("trace-events", GOOD), "--output-format", "json").out == "[]\n"

    def test_every_key(self):
        write("hw/trace-events", 'disable 日copy(int a) "x"\nmap(hwaddr addr, int addr) "日本 %d %m"\n')
        entries = self.found("--select", "TE302,TE304,TE405")
        path = "hw/trace-events"

        def place(line: int, column: int, end: int) -> dict:
            return {"start": {"line": line, "column": column}, "end": {"line": line, "column": end}}

        assert entries == [
            {
                "code": "TE302",
                "name": "type-not-allowed",
                "severity": "error",
                "message": "type 'hwaddr' is not allowed in an event",
                "path": path,
                "range": place(2, 5, 11),
                "event": "map",
                "help": "declare it 'uint64_t addr'",
                "related": [],
                "fix": {
                    "safety": "unsafe",
                    "edits": [{"path": path, "range": place(2, 5, 12), "text": "uint64_t "}],
                },
            },
            {
                "code": "TE304",
                "name": "duplicate-parameter",
                "severity": "error",
                "message": "parameter 'addr' is declared twice",
                "path": path,
                "range": place(2, 22, 26),
                "event": "map",
                "help": "give it another name",
                "related": [{"path": path, "range": place(2, 12, 16), "message": "first declared here"}],
                "fix": None,
            },
            {
                "code": "TE405",
                "name": "errno-format",
                "severity": "error",
                "message": "'%m' prints errno, which tracers do not keep",
                "path": path,
                "range": place(2, 35, 37),
                "event": "map",
                "help": "pass the error as an argument, such as 'int err' with '%d'",
                "related": [],
                "fix": None,
            },
        ]

    def test_all_that_rules_find(self):
        """The wrong example of every rule's page."""
        for rule in all_rules():
            wrong = rule.page().split("\nWrong:")[1].split("\nRight:")[0]
            text = "".join(f"{line[4:]}\n" for line in wrong.splitlines() if line.startswith("    "))
            write(f"{rule.code}/trace-events", text.replace("\n", "\r\n") if rule.code == "TE006" else text)
        codes = {entry["code"] for entry in self.found("--select", "ALL", "--profile", "qemu")}
        assert {"TE001", "TE006", "TE007", "TE101", "TE302", "TE405"} <= codes

    def test_bytes_that_are_not_utf_8_make_no_lone_surrogates(self):
        write("trace-events", b'a(str\xe9 b) "x" # \xff\n}\xfe\n')
        out = check("--output-format", "json").out
        assert "\\ud" not in out
        Draft202012Validator(SCHEMA).validate(json.loads(out))


class TestStreams:
    @pytest.mark.parametrize("form", ["text", "concise", "json"])
    def test_a_pipe_that_is_closed_is_no_error(self, form):
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
    def test_a_disk_that_is_full_is_one(self, arguments):
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


class TestExplain:
    def test_by_code_and_by_name(self):
        by_code, by_name = run("explain", "te405"), run("explain", "errno-format")
        assert by_code.out == by_name.out
        assert by_code.out.startswith(
            "TE405 errno-format\nseverity: error\n\nA format prints the text of `errno` with `%m`.\n"
        )

    def test_facts(self):
        assert run("explain", "TE002").out.splitlines()[1] == "severity: error, can be fixed by tesc"
        assert run("explain", "TE412").out.splitlines()[1] == "severity: information"

    def test_several_and_a_family_each_once(self):
        titles = [
            line for line in run("explain", "TE405", "TE4", "TE405").out.splitlines() if line[:2] == "TE"
        ]
        assert titles[0] == "TE405 errno-format"
        assert len(titles) == len(set(titles)) > 3

    def test_all_pages(self):
        out = run("explain", "ALL").out
        assert all(rule.page() in out for rule in all_rules())

    @pytest.mark.parametrize(
        ("selector", "hint"),
        [
            ("nonsense", "'tesc rules' lists them"),
            ("undeclared-evnt", "did you mean undeclared-event?"),
            ("TE4011", "did you mean TE411 or TE401?"),
        ],
    )
    def test_an_unknown_rule(self, selector, hint):
        ran = run("explain", "TE405", selector)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == f"tesc: error: no rule is called '{selector}'; {hint}\n"


class TestRules:
    def test_text(self):
        ran = run("rules")
        assert (ran.status, ran.err) == (0, "")
        lines = ran.out.splitlines()
        assert [line[:5] for line in lines] == [rule.code for rule in all_rules()]
        assert "TE412  missing-format               information           An event has no format." in lines
        assert (
            "TE002  missing-final-newline        error            fix  A file does not end with a newline."
            in lines
        )

    def test_json(self):
        entries = json.loads(run("rules", "--format", "json").out)
        assert [entry["code"] for entry in entries] == [rule.code for rule in all_rules()]
        assert {
            "code": "TE406",
            "name": "newline-in-format",
            "severity": "error",
            "on_by_default": True,
            "fixable": True,
            "summary": "A format contains a newline.",
        } in entries


def test_the_schema_ships_with_the_package():
    assert stat.S_ISREG(os.stat(ROOT / "schemas" / "check-output.schema.json").st_mode)


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_source_code_is_refused_in_a_line(command, tmp_path, capsys):
    file = tmp_path / "net.c"
    file.write_text("int main(void)\n{\n}\n")
    assert main([command, str(file)]) == 2
    assert f"{file}: a C or Rust source, not a trace-events file" in capsys.readouterr().err
    assert file.read_text() == "int main(void)\n{\n}\n"


def test_a_rule_says_which_package_it_lacks(monkeypatch, capsys):
    Path("trace-events").write_text('net_receive(int bytes) "recieved %d bytes"\n')
    words = ["check", "--select", "TE703", "--output-format", "concise", "trace-events"]
    assert main(words) == 0
    found = capsys.readouterr()
    assert "TE703" in found.out
    assert found.err == ""
    spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if "codespell" in name else spec(name, *more)
    )
    monkeypatch.setattr(te703_misspelt_word, "misspellings", dict)
    assert main([*words, "--severity", "TE703=warning"]) == 0
    found = capsys.readouterr()
    assert "TE703" not in found.out
    assert found.err == (
        "tesc: warning: TE703 (misspelt-word) finds nothing without the package codespell: "
        "pip install 'tesc[spelling]', or codespell\n"
    )
