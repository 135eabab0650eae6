"""Links out of a tree are left alone by all commands; each says so once, with their number and the first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.running import run, write

OUT = ("gen", "--out", "out", "--formats", "h", "--backends", "log")
LISTED = "list {0} in [generate] groups of tesc.toml to include {0}"
COMMANDS = {
    ("check",): ("skipped", "give {0} by name to check {0}"),
    ("check", "--patch", "patch"): ("skipped", "give {0} by name to check {0}"),
    ("fmt", "--check"): ("skipped", "give {0} by name to format {0}"),
    ("refs", "lamp_on"): ("not searched", "name {0} with --in to include {0}"),
    ("rename", "lamp_on", "lamp_lit"): ("not changed", "name {0} with --in to include {0}"),
    OUT: ("skipped", LISTED),
    ("diff", ".", "lamp"): ("skipped", ""),
    ("breaking", "--against", "lamp"): ("skipped", ""),
}
PATCH = """\
--- a/lamp/trace-events
+++ b/lamp/trace-events
@@ -1,1 +1,1 @@
-lamp_off(int n) "n %d"
+lamp_on(int n) "n %d"
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A function that makes links out of the tree that is the working folder."""
    write(str(tmp_path / "elsewhere"), 'far(int n) "n %d"\n')
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write("lamp/trace-events", 'lamp_on(int n) "n %d"\n')
    write("lamp/lamp.c", "void f(void) { trace_lamp_on(1); }\n")
    write("patch", PATCH)

    def link(*folders):
        for folder in folders:
            Path(folder).mkdir()
            os.symlink(tmp_path / "elsewhere", f"{folder}/trace-events")

    return link


def said(what, how, links):
    if links == 1:
        message = f"fan/trace-events: leads out of ., so it is {what}"
    else:
        message = f"fan/trace-events and {links - 1} more lead out of ., so they are {what}"
    hint = f"; {how}".format("it" if links == 1 else "them") if how else ""
    return f"tesc: warning: {message}{hint}\n"


def warnings(*command):
    """What a command prints on standard error, without notes about its result."""
    lines = run(*command).err.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("tesc: note: "))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_is_said_once(tree, command):
    what, how = COMMANDS[command]
    tree("fan")
    assert warnings(*command) == said(what, how, 1)
    tree("net", "usb")
    assert warnings(*command) == said(what, how, 3)
    # Those that the configuration leaves out are not missed; fmt reads none.
    write("tesc.toml", 'exclude = ["fan", "net", "usb"]\n')
    assert command[0] == "fmt" or warnings(*command) == ""


def test_a_link_that_comes_after_a_run_is_said(tree):
    """Also where a run has nothing else to do."""
    for command in (OUT, ("check",)):
        for _ in range(2):
            assert run(*command).err == ""
    tree("fan")
    assert run("check").err == said("skipped", "give {0} by name to check {0}", 1)
    assert run(*OUT).err == said("skipped", LISTED, 1)
    assert run(*OUT).out == "2 files, nothing to do\n"
    assert sorted(path.name for path in Path("out").iterdir()) == [
        ".tesc-gen",
        "trace-events-all",
        "trace-lamp.h",
    ]


def test_a_link_that_the_configuration_lists_is_generated(tree):
    tree("fan")
    write("tesc.toml", '[generate]\ngroups = ["fan/trace-events", "lamp"]\n')
    assert run(*OUT).err == ""
    assert "trace_far(" in Path("out/trace-fan.h").read_text()
