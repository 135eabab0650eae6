"""`tesc check` as users run it: exit status, options for rules, files that are not text."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tesc import __version__
from tesc.analysis.rules import te703_misspelt_word
from tesc.cli.main import main
from tesc.files import MAX_SOURCE_BYTES
from tests.cli.running import BAD, ERRNO, GOOD, NOTED, ROOT, check, concise, run, write

pytestmark = pytest.mark.usefixtures("own_folder")
SCHEMA = json.loads((ROOT / "schemas" / "check-output.schema.json").read_text("utf-8"))


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


class TestContents:
    def test_the_largest_file_and_a_larger_one(self):
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
    def test_binary_files_are_not_checked(self, data):
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
    def test_garbage_gives_findings(self, data, form):
        ran = check(write("trace-events", data), "--output-format", form)
        assert (ran.status, ran.err) == (1, "")
        if form == "json":
            Draft202012Validator(SCHEMA).validate(json.loads(ran.out))


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_source_code_is_refused_in_one_line(command, tmp_path, capsys):
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
