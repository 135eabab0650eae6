"""A tree cannot make tesc read or write anything outside it, whatever it includes or links to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "SECRET_TOKEN=swordfish\n"
FIXABLE = 'loose_a(int a) "%x"\n'
COMMANDS = (
    ("check",),
    ("check", "--output-format", "json"),
    ("check", "--output-format", "sarif"),
    ("check", "--fix"),
    ("check", "--diff", "--unsafe-fixes"),
    ("fmt",),
    ("gen", "--out", "out"),
    ("flatten", "trace-events"),
    ("list", "trace-events"),
    ("guest", "header", "trace-events"),
    ("tracetool", "--backends=log", "--format=h", "--group=root", "trace-events", "out.h"),
)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    folder = tmp_path / "tree"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    return folder


def tesc(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tesc", *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "internal error" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("way", ["include", "link", "link to an include"])
def test_nothing_outside_is_read_or_written(tree, command, way):
    outside = tree.parent / "home" / "secret"
    outside.write_text(SECRET + FIXABLE)
    if way == "include":
        (tree / "trace-events").write_text('include "../home/secret"\n')
    elif way == "link":
        (tree / "trace-events").write_text("a(void)\n")
        (tree / "b.trace-events").symlink_to(outside)
    else:
        (tree / "trace-events").write_text('include "inner"\n')
        (tree / "inner").symlink_to(outside)
    done = tesc(*command)
    assert "swordfish" not in done.stdout + done.stderr
    assert outside.read_text() == SECRET + FIXABLE


def test_no_source_outside_is_written(tree):
    """Of all commands only rename changes C and Rust sources."""
    outside = tree.parent / "home" / "far.c"
    outside.write_text("void f(void) { trace_lamp_on(1); }\n")
    (tree / "far.c").symlink_to(outside)
    (tree / "trace-events").write_text('lamp_on(int n) "n %d"\n')
    done = tesc("rename", "lamp_on", "lamp_lit", "--write")
    assert done.stderr.startswith("tesc: error: far.c names 'lamp_on' and leads out of .")
    assert outside.read_text() == "void f(void) { trace_lamp_on(1); }\n"
    assert (tree / "trace-events").read_text() == 'lamp_on(int n) "n %d"\n'


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_environment_is_not_read(tree, command):
    (tree / "tesc.toml").write_text('include-path = ["/proc/self"]\n')
    (tree / "trace-events").write_text('include "/proc/self/environ"\ninclude "environ"\n')
    done = tesc(*command)
    assert "swordfish" not in done.stdout + done.stderr


def test_a_configuration_that_links_elsewhere_is_not_shown(tree):
    (tree.parent / "home" / "secret").write_text(SECRET)
    (tree / "tesc.toml").symlink_to("../home/secret")
    (tree / "trace-events").write_text("a(void)\n")
    done = tesc("check")
    assert done.returncode == 2
    assert "swordfish" not in done.stdout + done.stderr


def test_the_refusal_says_what_to_do(tree):
    (tree.parent / "home" / "events").write_text(FIXABLE)
    (tree / "trace-events").write_text('include "../home/events"\n')
    assert tesc("check").stdout == (
        "trace-events:1:9: error[TE501]: '../home/events' is outside of the project\n"
        "  |\n"
        '1 | include "../home/events"\n'
        "  |         ^^^^^^^^^^^^^^^^\n"
        "  = help: give its folder with -I, or in include-path of tesc.toml\n\n"
        "1 error in 1 file\n"
    )


OUTSIDE = (
    "'../home/events' is outside of the project; give its folder with -I, or in include-path of tesc.toml"
)


def include_from_home(tree, more: str = "") -> None:
    """Let the tree's file include one that is outside of the project."""
    (tree.parent / "home" / "events").write_text("inner(void)\n")
    (tree / "trace-events").write_text(f'include "../home/events"\n{more}')


@pytest.mark.parametrize(
    "command",
    [
        ("list", "trace-events"),
        ("flatten", "trace-events"),
        ("guest", "source", "trace-events"),
        ("guest", "receive", "trace-events", "--from", "/dev/null"),
        ("gen", "--out", "out"),
        ("bpftrace", "--events", "trace-events"),
        ("tracetool", "--backends=log", "--format=h", "--group=root", "trace-events", "out.h"),
    ],
    ids=" ".join,
)
def test_commands_that_print_only_lines_say_it_too(tree, command):
    include_from_home(tree, 'include "nowhere"\n')
    said = tesc(*command).stderr.splitlines()
    assert f"trace-events:1:9: error[TE501]: {OUTSIDE}" in said
    assert "trace-events:2:9: error[TE501]: included file 'nowhere' not found; there is no 'nowhere'" in said


@pytest.mark.parametrize(
    "command",
    [
        ("diff", "trace-events", "trace-events"),
        ("builds", "add", "one", "trace-events", "--builds", "builds"),
    ],
    ids=" ".join,
)
def test_commands_that_compare_say_it_too(tree, command):
    include_from_home(tree)
    assert tesc(*command).stderr == (
        f"tesc: error: trace-events can't be compared: trace-events:1:9: {OUTSIDE} [TE501]\n"
    )


class TestInclude:
    @pytest.fixture(autouse=True)
    def outside(self, tree):
        (tree.parent / "home" / "events").write_text(FIXABLE)
        (tree / "sub").mkdir()
        (tree / "sub" / "trace-events").write_text('include "../events"\n')
        (tree / "trace-events").write_text('include "../home/events"\n')
        (tree / "events").write_text("inner(void)\n")

    def check(self, *words: str) -> set[str]:
        return set(tesc("check", "--output-format", "concise", *words).stdout.splitlines())

    def test_option(self):
        assert not any("TE501" in line for line in self.check("-I", "../home"))

    def test_configuration(self, tree):
        (tree / "tesc.toml").write_text('include-path = ["../home"]\n')
        assert not any("TE501" in line for line in self.check())

    def test_another_include_path_does_not_help(self):
        assert any("TE501" in line for line in self.check("-I", "../elsewhere"))

    def test_named_on_the_command_line(self, tree):
        (tree / "trace-events").unlink()
        assert not any("TE501" in line for line in self.check("--include", "../../home/events"))

    def test_the_named_folder_is_the_project(self):
        assert not any("sub/" in line for line in self.check("-I", "../home", "."))
        assert any("sub/" in line and "TE501" in line for line in self.check("sub"))
        assert any("sub/" in line and "TE501" in line for line in self.check("sub/trace-events"))
        assert not any("sub/" in line and "TE501" in line for line in self.check("sub", "."))

    def test_the_folder_of_the_configuration_is(self, tree):
        (tree / "tesc.toml").write_text("")
        assert not any("sub/" in line for line in self.check("sub"))

    def test_the_checkout_is(self, tree):
        (tree / ".git").mkdir()
        assert not any("sub/" in line for line in self.check("sub"))

    def test_no_excerpt_of_a_file_outside(self):
        done = tesc("check", "-I", "../home", "--select", "TE4")
        assert "../home/events:1:" in done.stdout
        assert '"%x"' not in done.stdout

    def test_findings_outside_are_not_shown(self, tree):
        (tree.parent / "home" / "events").write_text(FIXABLE + SECRET)
        lines = self.check("-I", "../home")
        (line,) = [line for line in lines if "TE501" in line]
        assert line.endswith(
            "can't include '../home/events': it is outside of the project, and its line 2 is wrong"
        )


class TestWriting:
    def test_fix_leaves_included_files_alone(self, tree):
        (tree / "trace-events").write_text('include "inc/events"\n')
        (tree / "inc").mkdir()
        inner = tree / "inc" / "events"
        inner.write_text(FIXABLE)
        for words, holds in ((("trace-events",), False), (("inc", "trace-events"), True)):
            said = "; 1 can be fixed with --fix" in tesc("check", *words).stdout
            done = tesc("check", "--fix", *words)
            assert said is ("1 fixed" in done.stdout) is (inner.read_text() != FIXABLE) is holds

    def test_a_named_link_is_meant(self, tree):
        outside = tree.parent / "home" / "events"
        outside.write_text(FIXABLE + "a( int x)\n")
        (tree / "trace-events").symlink_to(outside)
        tesc("fmt", ".")
        tesc("check", "--fix", ".")
        assert outside.read_text() == FIXABLE + "a( int x)\n"
        tesc("fmt", "trace-events")
        assert outside.read_text() == FIXABLE + "a(int x)\n"
        tesc("check", "--fix", "trace-events")
        assert outside.read_text() == 'loose_a(int a) "0x%x"\na(int x)\n'
        assert (tree / "trace-events").is_symlink()

    def test_a_baseline_overwrites_baselines_only(self, tree):
        (tree / "trace-events").write_text(FIXABLE)
        done = tesc("check", "--write-baseline=trace-events")
        assert (done.returncode, done.stderr) == (
            2,
            "tesc: error: trace-events: not a baseline, so it is not overwritten\n",
        )
        assert (tree / "trace-events").read_text() == FIXABLE
        for _ in range(2):
            assert tesc("check", "--write-baseline=new").returncode == 0


def test_hooks_take_no_options_from_names_of_files(tree):
    """As pre-commit calls them: entry, arguments, then the names of the files in the commit."""
    import yaml

    root = Path(__file__).parents[2]
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
    (tree / "victim").mkdir()
    (tree / "victim" / "trace-events").write_text(FIXABLE)
    (tree / "--write-baseline=victim").mkdir()
    (tree / "--write-baseline=victim" / "trace-events").write_text(FIXABLE.replace("loose", "other"))
    (tree / "--help.trace-events").write_text("help_me(void)\n")
    names = ["--help.trace-events", "--write-baseline=victim/trace-events", "victim/trace-events"]
    for hook in hooks:
        if hook.get("pass_filenames", True):
            done = tesc(*hook["entry"].split()[1:], *hook["args"], *names)
            assert "3 files" in done.stdout
    assert (tree / "victim" / "trace-events").read_text() == FIXABLE
    assert os.listdir(tree / "victim") == ["trace-events"]


class TestGeneratedFiles:
    @pytest.mark.parametrize("name", ["../../x", "sub/x", "..", ".", "/tmp/x", "a\\\\b"])
    def test_a_tapset_stays_in_the_folder(self, tree, name):
        (tree / "trace-events").write_text("a(void)\n")
        (tree / "tesc.toml").write_text(
            f'[[generate.tapset]]\nname = "{name}"\nformat = "log-stap"\nprobe-prefix = "p"\n'
        )
        done = tesc("gen", "--backends", "dtrace", "--out", "out")
        assert done.returncode == 2
        assert "must be a file name, without folders" in done.stderr
        assert not (tree / "out").exists()

    def test_a_name_with_a_newline_gives_no_code(self, tree):
        folder = tree / "a\nint evil;\n"
        folder.mkdir()
        (folder / "trace-events").write_text("a(void)\n")
        done = tesc("gen", "--out", "out")
        assert done.returncode == 2
        assert "a\\nint evil;\\n/trace-events: the name has control characters" in done.stderr
        path = f"{folder}/trace-events"
        done = tesc("tracetool", "--backends=log", "--format=h", "--group=x", path, "out.h")
        assert done.returncode == 1
        assert not (tree / "out.h").exists()

    def test_a_quote_in_a_name_is_one_in_line_directives(self, tree):
        (tree / 'a"b').mkdir()
        (tree / 'a"b' / "trace-events").write_text('a(int x) "%d"\n')
        done = tesc("tracetool", "--backends=log", "--format=h", "--group=x", 'a"b/trace-events', "out.h")
        assert done.returncode == 0
        assert '#line 1 "a\\"b/trace-events"' in (tree / "out.h").read_text()

    def test_a_depfile_that_cannot_name_a_path_is_not_written(self, tree):
        (tree / "a;b").mkdir()
        (tree / "a;b" / "trace-events").write_text("a(void)\n")
        done = tesc("gen", "--out", "out", "--depfile", "out.d")
        assert done.returncode == 2
        assert "no rule for make and ninja can hold ';'" in done.stderr
        assert not (tree / "out").exists()
