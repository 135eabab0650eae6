"""`tesc check`: findings for people, with the line, carets and colours."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.running import BAD, ERRNO, GOOD, NOTED, check, concise, environment, excerpt, write

pytestmark = pytest.mark.usefixtures("own_folder")


class TestMany:
    """Lists that nobody would read to the end are cut short."""

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

    def test_invisible_characters_are_shown(self):
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

    def test_carriage_returns_are_not_part_of_a_line(self):
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
        # The seventh parameter begins in column 44; from there on, there are too many.
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
    def test_not_in_a_pipe(self, options):
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
            except OSError:  # Linux reports this if the other end is closed
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
