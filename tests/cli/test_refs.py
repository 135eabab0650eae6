"""`tesc refs` and `tesc rename`."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tesc.cli.main import main

EVENTS = 'net_send(int bytes) "bytes %d"\nnet_reset(void) "reset"\ndisable net_reset\nnet_stop(void) "stop"\n'
CODE = """\
#include "trace.h"
#define T(op, ...) (trace_net_##op)(__VA_ARGS__)
void f(void)
{
    trace_net_send(1);
    T(send, 2);
    if (trace_event_get_state(TRACE_NET_SEND)) {
    }
}
"""
RUST = "fn f() { trace::trace_net_send(1); }\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tesc.toml").write_text("")
    (tmp_path / "net").mkdir()
    (tmp_path / "net/trace-events").write_text(EVENTS)
    (tmp_path / "net/net.c").write_text(CODE)
    (tmp_path / "net/lib.rs").write_text(RUST)
    return tmp_path


def test_refs(tree, capsys):
    assert main(["refs", "net_send"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        'net/trace-events:1:1: declaration: net_send(int bytes) "bytes %d"',
        "net/lib.rs:1:17: call: fn f() { trace::trace_net_send(1); }",
        "net/net.c:5:5: call: trace_net_send(1);",
        "net/net.c:6:7: call: T(send, 2);",
        "net/net.c:7:31: state: if (trace_event_get_state(TRACE_NET_SEND)) {",
    ]
    assert main(["refs", "net_reset", "--format", "json"]) == 0
    assert [(one["kind"], one["line"], one["column"]) for one in json.loads(capsys.readouterr().out)] == [
        ("declaration", 2, 1),
        ("pattern", 3, 9),
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("net", ""),
        ("net_sned", "; did you mean 'net_send'?"),
        ("trace_net_reset", "; did you mean 'net_reset'?"),
    ],
)
def test_refs_of_no_event(tree, capsys, name, hint):
    assert main(["refs", name]) == 1
    assert capsys.readouterr().err == f"tesc: error: no event is called '{name}'{hint}\n"
    assert main(["rename", name, "net_other"]) == 1
    assert capsys.readouterr().err == f"tesc: error: no event is called '{name}'{hint}\n"


def test_refs_in_a_missing_folder(tree):
    assert main(["refs", "net", "--in", "nowhere"]) == 2


def test_rename_prints_a_diff_that_git_applies(tree, capsys, need):
    git = need("git", "git")
    assert main(["rename", "net_send", "net_transmit"]) == 0
    diff, said = capsys.readouterr()
    assert said == "tesc: note: 5 places in 3 files would change; nothing is written without --write\n"
    assert (tree / "net/net.c").read_text() == CODE
    subprocess.run([git, "apply", "-p0"], input=diff, text=True, check=True, cwd=tree)
    assert (tree / "net/trace-events").read_text() == EVENTS.replace("net_send", "net_transmit")
    expected = CODE.replace("net_send", "net_transmit").replace("T(send", "T(transmit")
    assert (tree / "net/net.c").read_text() == expected.replace("NET_SEND", "NET_TRANSMIT")
    assert (tree / "net/lib.rs").read_text() == RUST.replace("net_send", "net_transmit")


def test_rename_there_and_back(tree, capsys):
    assert main(["rename", "net_send", "net_transmit", "--write"]) == 0
    assert "renamed net_send to net_transmit: 5 places in 3 files" in capsys.readouterr().err
    assert "trace_net_transmit(1)" in (tree / "net/net.c").read_text()
    assert main(["rename", "net_transmit", "net_send", "--write"]) == 0
    texts = [(tree / "net" / name).read_text() for name in ("trace-events", "net.c", "lib.rs")]
    assert texts == [EVENTS, CODE, RUST]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("net", "x", "no event is called 'net'"),
        ("net_send", "net_stop", "TE101"),
        ("net_send", "net_reset", "would be disabled"),
        ("net_send", "net send", "is not a name"),
        ("net_send", "card_send", "the macro T forms the name at net/net.c:6: rename it by hand"),
    ],
)
def test_rename_is_refused(tree, capsys, old, new, why):
    assert main(["rename", old, new, "--write"]) == 1
    assert why in capsys.readouterr().err
    assert (tree / "net/net.c").read_text() == CODE


def test_all_files_are_written_or_none(tree, capsys, monkeypatch):
    from tesc import renaming

    written = renaming.write_source

    def failing(path, before, after, scope):
        if path.endswith("net.c") and "transmit" in after:
            raise OSError(28, "No space left on device", path)
        written(path, before, after, scope)

    monkeypatch.setattr(renaming, "write_source", failing)
    assert main(["rename", "net_send", "net_transmit", "--write"]) == 2
    texts = [(tree / "net" / name).read_text() for name in ("trace-events", "net.c", "lib.rs")]
    assert texts == [EVENTS, CODE, RUST]


def test_a_link_out_of_the_tree_is_named(tree, tmp_path_factory, capsys):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "trace-events"
    elsewhere.write_text('net_far(void) "far"\n')
    (tree / "far").mkdir()
    (tree / "far/trace-events").symlink_to(elsewhere)
    link = "far/trace-events: leads out of ."
    warning = f"tesc: warning: {link}, so it is not {{}}; name it with --in to include it\n"
    assert main(["refs", "net_stop"]) == 0
    assert capsys.readouterr().err == warning.format("searched")
    assert main(["rename", "net_stop", "net_halt", "--write"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(warning.format("changed"))
    assert "renamed net_stop to net_halt" in said
    # A file that is named, or excluded, needs no warning.
    named = ["--in", ".", "--in", "far/trace-events"]
    assert main(["refs", "net_far", *named]) == 0
    assert capsys.readouterr().err == ""
    (tree / "tesc.toml").write_text('exclude = ["far"]\n')
    assert main(["refs", "net_halt"]) == 0
    assert capsys.readouterr().err == ""


class TestSourcesBehindLinks:
    """They are read, as what they call counts, but changed only if they are named."""

    FAR = "void far(void) { trace_net_send(3); trace_net_stop(); }\n"

    @pytest.fixture
    def far(self, tree, tmp_path_factory):
        far = tmp_path_factory.mktemp("elsewhere") / "far.c"
        far.write_text(self.FAR)
        (tree / "net/link.c").symlink_to(far)
        (tree / "net/alias.c").symlink_to("net.c")
        return far

    @pytest.mark.parametrize("words", [(), ("--write",)])
    def test_one_that_leads_out_of_the_tree_is_not_changed(self, tree, far, capsys, words):
        target = os.path.relpath(far)
        assert main(["rename", "net_send", "net_transmit", *words]) == 1
        names = "net/link.c names 'net_send' and leads out of ."
        said = f"{names}, so nothing is renamed; '--sources . {target}' would change it, too"
        assert capsys.readouterr() == ("", f"tesc: error: {said}\n")
        assert far.read_text() == self.FAR
        assert [(tree / "net" / name).read_text() for name in ("trace-events", "net.c")] == [EVENTS, CODE]
        # What it does not name, it does not prevent.
        assert main(["rename", "net_reset", "net_restart", *words]) == 0

    def test_one_that_is_named_is(self, tree, far):
        words = ["--write", "--sources", ".", os.path.relpath(far)]
        assert main(["rename", "net_send", "net_transmit", *words]) == 0
        assert far.read_text() == self.FAR.replace("net_send", "net_transmit")
        assert (tree / "net/link.c").is_symlink() and (tree / "net/alias.c").is_symlink()
        assert "trace_net_transmit(1)" in (tree / "net/net.c").read_text()

    def test_an_include_of_the_include_path_is_changed(self, tree, tmp_path_factory):
        folder = tmp_path_factory.mktemp("shared")
        (folder / "more.inc").write_text("net_more(void)\n")
        (tree / "net/trace-events").write_text('include "more.inc"\n')
        assert main(["rename", "net_more", "net_less", "--write", "-I", str(folder)]) == 0
        assert (folder / "more.inc").read_text() == "net_less(void)\n"
