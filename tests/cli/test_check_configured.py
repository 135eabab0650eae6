"""`tesc check` under a configuration: which rules run where, and which files are checked."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from tesc.cli.main import main

# An error, a warning that only one data model gives, and a note.
ERRNO = 'errno(void) "%m"\n'
SEVEN = 'seven(int a, int b, int c, int d, int e, int f, int g) "%d %d %d %d %d %d %d"\n'
PLAIN = "plain(void)\n"


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """Every test runs in an empty folder, and nothing is cached from other runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(capsys):
    """A function that checks: exit status, and `path code severity` of each finding."""

    def run(*arguments: str) -> tuple[int, list[str]]:
        status = main(["check", "--output-format", "concise", *arguments])
        out, err = capsys.readouterr()
        assert not err, err
        found = []
        for line in out.splitlines():
            path, _, _, rest = line.split(":", 3)
            severity, code = rest.split("]")[0].strip().split("[")
            found.append(f"{path} {code} {severity}")
        return status, found

    return run


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(*name.split("__"), "trace-events")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def configure(text: str, folder: str = ".") -> None:
    Path(folder, "tesc.toml").write_text(text)


class TestDirectivesOfAConfiguration:
    """What is wrong with them is reported where the configuration has them."""

    @pytest.fixture
    def found(self, capsys):
        def run(*arguments: str) -> list[str]:
            main(["check", "--output-format", "concise", "--select", "TE50", *arguments])
            return [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]

        return run

    def test_patterns(self, found):
        configure('disable = [\n  "plain",\n  "no_*", "nor_*",\n]\n')
        assert found() == ["tesc.toml:3:4", "tesc.toml:3:12"]

    def test_a_unit(self, found):
        write(b="other(void)\n")
        unit = '[[unit]]\npath = "{}"\n'
        configure(
            unit.format("b/trace-events")
            + 'disable = ["other", "no"]\n'
            + unit.format("a/trace-events")
            + 'include = ["../b/trace-events,base=0x10", "b/trace-events"]\ndisable = ["nor"]\n'
        )
        # An include is relative to the unit's file, not to the configuration.
        assert found() == ["tesc.toml:3:22", "tesc.toml:6:44", "tesc.toml:7:13"]

    def test_another_folder_another_file_and_escapes(self, found, work, monkeypatch):
        Path("pyproject.toml").write_text('[tool.tesc]\ndisable = ["\\u006eo"]\n')
        monkeypatch.chdir("a")
        # The text that is written differently begins where its value does.
        assert found() == ["../pyproject.toml:2:12"]
        assert found(str(work / "a")) == ["../pyproject.toml:2:12"]

    def test_beside_those_of_the_command_line(self, found):
        configure('disable = ["no"]\n')
        assert found("--disable", "nor", "--include", "nowhere") == [
            "<command line>:1:9",
            "<command line>:2:9",
            "tesc.toml:1:13",
        ]

    def test_an_excerpt(self, capsys):
        configure('disable = ["no"]\n')
        main(["check", "--select", "TE504"])
        shown = capsys.readouterr().out.splitlines()[1:4]
        assert shown == ["  |", '1 | disable = ["no"]', "  |             ^^"]


class TestPathsOfAConfiguration:
    """One that leads nowhere is reported where the configuration has it."""

    @pytest.fixture
    def said(self, capsys):
        def run(*words: str) -> tuple[int, str]:
            status = main([*words])
            return status, capsys.readouterr().err

        return run

    @pytest.mark.parametrize("command", ["check", "config"])
    def test_root_files(self, command, said):
        configure(
            'guest-files = ["a/trace-events", "b/trace-event"]\n'
            '[[unit]]\npath = "a/trace-events"\n[[unit]]\nevent-prefix = "x_"\npath = "nosuch"\n'
            '[[unit]]\npath = "a"\n'
        )
        status, err = said(command)
        assert status == 2
        assert err.splitlines() == [
            "tesc.toml:1:34: error: 'b/trace-event': no such file",
            "tesc.toml:6:8: error: 'nosuch': no such file",
            "tesc.toml:8:8: error: 'a' is a folder, not a trace-events file",
        ]

    @pytest.mark.parametrize(
        "command",
        [["list", "a/trace-events"], ["flatten", "a/trace-events"], ["gen", "--out", "out", "-q"]],
        ids=lambda command: command[0],
    )
    @pytest.mark.parametrize("files", [1, 60])
    def test_other_commands_warn_of_them(self, said, command, files):
        """They do what they can: it may be that nothing but the file of a later build step is missing."""
        events = "".join(f'event_{number}(int a) "%d"\n' for number in range(100))
        write(a=PLAIN)
        for number in range(1, files):
            Path(f"more{number}").mkdir()
            Path(f"more{number}/trace-events").write_text(events.replace("event", f"more{number}"))
        configure('guest-files = ["a"]\n[[unit]]\npath = "nosuch"\n')
        assert said(*command) == (
            0,
            (
                "tesc.toml:1:16: warning: 'a' is a folder, not a trace-events file\n"
                "tesc.toml:3:8: warning: 'nosuch': no such file\n"
            ),
        )

    def test_a_file_that_a_build_generates(self, said, need, work):
        """It is missing before the build, and git ignores it."""
        git = need("git", "git")
        subprocess.run([git, "init", "-q", str(work)], check=True)
        Path(".gitignore").write_text("/generated\n")
        configure('guest-files = ["generated/trace-events"]\n[[unit]]\npath = "generation/trace-events"\n')
        assert said("check") == (2, "tesc.toml:3:8: error: 'generation/trace-events': no such file\n")
        configure('guest-files = ["generated/trace-events"]\n')
        assert said("check")[0] != 2
        assert "tesc.toml" not in said("list", "a/trace-events")[1]
        Path(".gitignore").write_text("")
        assert said("check") == (2, "tesc.toml:1:16: error: 'generated/trace-events': no such file\n")

    def test_another_folder(self, said, monkeypatch):
        Path("pyproject.toml").write_text('[[tool.tesc.unit]]\npath = "nosuch"\n')
        monkeypatch.chdir("a")
        assert said("check") == (2, "../pyproject.toml:2:8: error: 'nosuch': no such file\n")

    def test_a_file_that_disappears_after_a_run(self, said, work):
        """Also one that the run did not read, so that nothing else would show the change."""
        write(b=PLAIN)
        configure('[[unit]]\npath = "b/trace-events"\n')
        Path("b/trace-events").rename(work / "b" / "other")
        assert said("check", "a")[0] == 2
        Path("b/other").rename(work / "b" / "trace-events")
        assert said("check", "a") == said("check", "a") == (1, "")
        Path("b/trace-events").unlink()
        assert said("check", "a") == (2, "tesc.toml:2:8: error: 'b/trace-events': no such file\n")

    def test_standard_input_may_be_a_file_that_is_not_saved(self, said, monkeypatch):
        configure('[[unit]]\npath = "new"\n')
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
        assert said("check", "-", "--stdin-filename", "new")[0] == 0

    def test_sources(self, said):
        configure('sources = [\n  "a", "nosuch",\n  "nor",\n]\n')
        status, err = said("check", "--select", "TE601")
        assert status == 2
        assert err.splitlines() == [
            "tesc.toml:2:8: error: 'nosuch': no such source file or folder",
            "tesc.toml:3:3: error: 'nor': no such source file or folder",
        ]
        # Those of the command line are used instead.
        assert "nosuch" not in said("check", "--select", "TE601", "--sources", "a")[1]


ALL = ["a/trace-events TE405 error", "a/trace-events TE301 error", "a/trace-events TE412 note"]


@pytest.fixture(autouse=True)
def files(work):
    write(a=ERRNO + SEVEN + PLAIN)


class TestRules:
    def test_without_configuration(self, check):
        assert check() == (1, ALL)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("select = ['TE301']", ALL[1:2]),
            ("select = ['TE4']", [ALL[0], ALL[2]]),
            ("select = []", ALL),
            ("ignore = ['errno-format', 'TE3']", ALL[2:]),
            ("select = ['TE4']\nignore = ['TE405']", ALL[2:]),
            ("max-args = 7", [ALL[0], ALL[2]]),
            ("profile = 'qemu'", [ALL[0], ALL[2]]),
            ("severity = {TE405 = 'off', missing-format = 'off'}", ALL[1:2]),
            ("severity = {TE4 = 'off', TE405 = 'error'}", ALL[:2]),
            ("severity = {TE405 = 'error', TE4 = 'off', ALL = 'error'}", ALL[:2]),
            ("per-file-ignores = {'a/' = ['TE4'], 'b' = ['TE3']}", ALL[1:2]),
        ],
    )
    def test_selections(self, text, found, check):
        configure(text)
        assert check()[1] == found

    def test_severities(self, check):
        configure("severity = {TE301 = 'information', TE405 = 'warning', TE412 = 'error'}")
        assert check() == (
            1,
            [
                "a/trace-events TE405 warning",
                "a/trace-events TE301 note",
                "a/trace-events TE412 error",
            ],
        )
        configure("severity = {ALL = 'warning'}")
        status, found = check()
        assert (status, {line.split()[-1] for line in found}) == (0, {"warning"})

    def test_a_severity_switches_a_rule_on(self, check):
        write(a='x(unsigned a) "%d"\n')
        assert check()[1] == []
        configure("severity = {TE413 = 'warning'}")
        assert check()[1] == ["a/trace-events TE413 warning"]
        configure("severity = {TE41 = 'warning'}")
        assert check()[1] == []
        configure("severity = {TE413 = 'warning'}\nignore = ['TE413']")
        assert check()[1] == []
        configure("severity = {TE413 = 'warning'}\nselect = ['TE3']")
        assert check()[1] == []

    def test_an_ignore_of_a_rule_that_is_off_is_not_called_unused(self, check):
        write(a=f"# tesc: ignore[TE405]\n{PLAIN}")
        assert "a/trace-events TE008 warning" in check()[1]
        configure("ignore = ['TE405']")
        assert check()[1] == [ALL[2]]
        configure("per-file-ignores = {'a' = ['TE008', 'TE412']}")
        assert check()[1] == []


class TestOptions:
    def test_select_replaces_the_selection(self, check):
        configure("select = ['TE301']\nignore = ['TE405']\nseverity = {TE405 = 'off', TE412 = 'warning'}")
        assert check("--select", "TE4")[1] == [ALL[0], "a/trace-events TE412 warning"]
        assert check("--select", "TE4", "--ignore", "TE405")[1] == ["a/trace-events TE412 warning"]

    def test_select_keeps_per_file_ignores(self, check):
        configure("per-file-ignores = {'a' = ['TE405']}")
        assert check("--select", "TE4")[1] == ALL[2:]

    def test_ignore_adds(self, check):
        configure("ignore = ['TE405']")
        assert check("--ignore", "TE412", "--ignore", "TE001,TE002")[1] == ALL[1:2]

    def test_severity_wins(self, check):
        configure("severity = {TE405 = 'warning', TE301 = 'warning'}")
        assert check("--severity", "TE4=information", "--severity", "too-many-arguments=off") == (
            0,
            ["a/trace-events TE405 note", ALL[2]],
        )

    def test_other_keys(self, check):
        configure("max-args = 5\nprofile = 'qemu'\ndata-models = ['lp64']")
        assert check("--max-args", "7")[1] == [ALL[0], ALL[2]]
        write(a='x(long a) "%" PRId64\n')
        assert check()[1] == []
        assert check("--data-model", "lp64", "--data-model", "llp64")[1] != []

    def test_which_configuration(self, check):
        configure("ignore = ['TE4']")
        Path("other.toml").write_text("ignore = ['TE3']\n")
        assert check("--isolated")[1] == ALL
        assert check("--config", "other.toml")[1] == [ALL[0], ALL[2]]


class TestFiles:
    def test_each_has_the_nearest_configuration(self, check):
        write(a=ERRNO, a__b=f"b_{ERRNO}", c=f"c_{ERRNO}")
        configure("ignore = ['TE405']", "a")
        configure("severity = {TE405 = 'warning'}", "c")
        configure("", "a/b")
        assert check("a", "c", "a/b") == (
            1,
            ["a/b/trace-events TE405 error", "c/trace-events TE405 warning"],
        )

    def test_exclude(self, check):
        write(a=ERRNO, b=f"b_{ERRNO}", b__a=f"b_a_{ERRNO}")
        configure("exclude = ['/a']")
        assert [line.split()[0] for line in check()[1]] == ["b/a/trace-events", "b/trace-events"]
        assert check("a/trace-events")[1] == [ALL[0]]
        assert check("a/trace-events", "b", "--isolated")[1] != []

    def test_all_excluded(self, capsys):
        configure("exclude = ['*']")
        assert main(["check"]) == 0
        assert "no trace-events files here that are not excluded" in capsys.readouterr().err

    def test_standard_input_is_where_its_name_says(self, check, monkeypatch):
        import io
        import sys

        configure("ignore = ['TE4']", "a")
        for name, found in (("a/trace-events", []), ("b/trace-events", ["b/trace-events TE405 error"])):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ERRNO.encode())))
            assert check("-", "--stdin-filename", name)[1] == found


class TestFailures:
    def failure(self, capsys, *arguments: str) -> str:
        assert main(["check", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        return err

    def test_mistakes(self, capsys):
        configure("max-args = 0\nselekt = []\n", "a")
        assert self.failure(capsys, ".") == (
            "a/tesc.toml:1:12: error: 'max-args' must be at least 1\n"
            "a/tesc.toml:2:1: error: unknown key 'selekt'; did you mean 'select'?\n"
        )

    def test_rules_that_do_not_exist(self, capsys):
        configure(
            "select = ['TE4', 'TE999']\n[severity]\nerrno-formt = 'off'\n"
            "[per-file-ignores]\na = ['TE4', 'TE888']\n'b' = ['x']\n"
        )
        assert self.failure(capsys) == (
            "tesc.toml:1:18: error: no rule is called 'TE999'\n"
            "tesc.toml:3:1: error: no rule is called 'errno-formt'; did you mean errno-format?\n"
            "tesc.toml:5:13: error: no rule is called 'TE888'\n"
            "tesc.toml:6:8: error: no rule is called 'x'\n"
        )

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--select", "TE999"], "no rule is called 'TE999'"),
            (["--ignore", "TE4,x"], "no rule is called 'x'"),
            (
                ["--severity", "TE4"],
                "--severity TE4: expected RULE=LEVEL, where LEVEL is error, warning, information or off",
            ),
            (["--severity", "TE4=bad"], "--severity TE4=bad: expected RULE=LEVEL"),
            (["--severity", "x=off"], "no rule is called 'x'"),
            (["--severity", "=off"], "--severity =off: no rule given"),
        ],
    )
    def test_options(self, arguments, message, capsys):
        assert self.failure(capsys, *arguments).startswith(f"tesc: error: {message}")

    def test_one_configuration_or_none(self, capsys):
        with pytest.raises(SystemExit) as caught:
            main(["check", "--config", "a", "--isolated"])
        assert caught.value.code == 2

    def test_tracetool_ignores_a_broken_one(self, capsys):
        configure("[[[")
        assert main(
            ["tracetool", "--format=h", "--backends=nop", "--group=a", "a/trace-events", "out.h"]
        ) in (0, 1)
        assert "tesc.toml" not in capsys.readouterr().err
