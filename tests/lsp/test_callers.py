"""Callers of events: code lenses, the call hierarchy, and sources that change."""

from __future__ import annotations

import subprocess

import pytest
from lsprotocol import types as t

from tests.lsp.client import span
from tests.lsp.navigation import ROOT, RUST, VL, ask, extent, indexed, place, read, until, write_tree

LENS = "textDocument/codeLens"


@pytest.fixture
def tree(folder):
    write_tree(folder)
    return folder


def session(lsp, folder, **given):
    client = lsp()
    options = {"debounce": 0, "codeLens": True, **given.pop("options", {})}
    client.initialize(folder, options=options, **given)
    return client, client.open(folder / "trace-events")


def lenses(client, uri):
    """The titles of the code lenses of a document, by line."""
    given = client.request(LENS, {"textDocument": {"uri": uri}}) or []
    resolved = [client.request("codeLens/resolve", lens) for lens in given]
    return {lens["range"]["start"]["line"]: lens["command"]["title"] for lens in resolved}


def watched(client, path, kind):
    change = {"uri": path.as_uri(), "type": kind}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})


def test_lenses_count_callers(lsp, tree):
    client, root = session(lsp, tree)
    indexed(client, root)
    assert lenses(client, root) == {5: "no callers", 6: "3 callers"}
    esp = client.open(tree / "hw" / "esp.trace-events")
    assert lenses(client, esp) == {1: "no callers"}
    [first, *_] = client.request(LENS, {"textDocument": {"uri": root}})
    assert "command" not in first and first["range"] == extent(ROOT, "vm_start")
    assert client.request("codeLens/resolve", first)["command"] == {"title": "no callers", "command": ""}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_lenses_show_callers_where_the_client_can(lsp, tree, encoding):
    options = {"clientCommands": ["tesc.showReferences"]}
    client, root = session(lsp, tree, options=options, encodings=[encoding])
    indexed(client, root)
    [_, lens] = client.request(LENS, {"textDocument": {"uri": root}})
    command = client.request("codeLens/resolve", lens)["command"]
    assert command["command"] == "tesc.showReferences"
    uri, where, locations = command["arguments"]
    assert (uri, where) == (root, place(ROOT, "main_loop", encoding))
    assert locations == [
        {"uri": (tree / "poll.rs").as_uri(), "range": extent(RUST, "trace_main_loop", encoding)},
        {"uri": (tree / "vl.c").as_uri(), "range": extent(VL, "trace_main_loop", encoding)},
        {"uri": (tree / "vl.c").as_uri(), "range": extent(VL, "trace_main_loop", encoding, 1)},
    ]


def test_no_lenses_unless_they_are_switched_on(lsp, tree):
    client, root = session(lsp, tree)
    indexed(client, root)
    client.notify("workspace/didChangeConfiguration", {"settings": {"tesc": {}}})
    assert client.request(LENS, {"textDocument": {"uri": root}}) is None


def test_no_lenses_without_sources(lsp, folder):
    (folder / "trace-events").write_text('a(int b) "%d"\n')
    client, uri = session(lsp, folder)
    assert client.quiet("$/nothing")
    assert client.request(LENS, {"textDocument": {"uri": uri}}) is None


@pytest.mark.parametrize("setting", ["codeLens", "sources"])
def test_settings_turn_lenses_off_and_on(lsp, tree, setting):
    client, root = session(lsp, tree)
    indexed(client, root)
    on = {"codeLens": True}
    client.notify("workspace/didChangeConfiguration", {"settings": {"tesc": {**on, setting: False}}})
    assert client.request(LENS, {"textDocument": {"uri": root}}) is None
    client.notify("workspace/didChangeConfiguration", {"settings": {"tesc": on}})
    indexed(client, root)
    assert lenses(client, root)[6] == "3 callers"


def test_unsaved_text_and_files_on_disk_count(lsp, tree):
    client, root = session(lsp, tree)
    indexed(client, root)
    uri = client.open(tree / "vl.c", language="c")
    client.change(uri, 2, "void f(void) { trace_vm_start(1, 0); }\n")
    assert lenses(client, root) == {}
    # While the document is open, the file on disk does not count.
    (tree / "vl.c").write_text("void f(void) { trace_vm_start(1, 0); trace_vm_start(2, 0); }\n")
    watched(client, tree / "vl.c", 2)
    client.change(uri, 3, {"range": span(0, 0, 0), "text": "/* \U0001f600 */ "})
    assert lenses(client, root) == {}
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert lenses(client, root) == {5: "2 callers"}
    (tree / "vl.c").unlink()
    watched(client, tree / "vl.c", 3)
    assert until(lambda: lenses(client, root) == {5: "no callers"})
    (tree / "new.c").write_text("void g(void) { trace_main_loop(0); }\n")
    watched(client, tree / "new.c", 1)
    assert until(lambda: lenses(client, root) == {5: "no callers", 6: "2 callers"})
    (tree / "new.c").write_text("void g(void) { }\n")
    watched(client, tree / "new.c", 2)
    assert until(lambda: lenses(client, root) == {5: "no callers"})


def test_without_file_watching_a_save_makes_it_look(lsp, tree):
    client, root = session(lsp, tree)
    indexed(client, root)
    (tree / "new.c").write_text("void g(void) { trace_main_loop(0); }\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": root}})
    assert until(lambda: lenses(client, root)[6] == "4 callers")


UNUSED = "nothing calls trace_vm_start()\nhelp: remove it, or call trace_vm_start() where it happens"


def unused(client, uri):
    found = client.diagnostics.get(uri) or []
    return {one["range"]["start"]["line"]: one for one in found if one["code"] == "TE601"}


def test_events_that_nobody_calls(lsp, tree):
    client, root = session(lsp, tree)
    assert until(lambda: unused(client, root))
    [found] = unused(client, root).values()
    assert found["message"] == UNUSED
    assert (found["range"], found["tags"], found["severity"]) == (extent(ROOT, "vm_start"), [1], 2)
    # Unsaved text counts.
    uri = client.open(tree / "vl.c", VL.replace("run(void", "run(int"), "c")
    client.change(uri, 2, VL.replace("trace_main_loop(NULL)", "trace_vm_start(1, 0)"))
    assert until(lambda: not unused(client, root))
    client.change(uri, 3, "")
    assert until(lambda: unused(client, root))
    (tree / "poll.rs").unlink()
    watched(client, tree / "poll.rs", 3)
    assert until(lambda: set(unused(client, root)) == {5, 6})
    client.notify("workspace/didChangeConfiguration", {"settings": {"tesc": {"sources": False}}})
    assert until(lambda: not unused(client, root))


@pytest.mark.parametrize("above", [".git", "tesc.toml"])
def test_part_of_a_tree_cannot_tell_the_callers(lsp, folder, above):
    part = folder / "hw"
    part.mkdir()
    write_tree(part)
    if above == ".git":
        (folder / "tesc.toml").unlink()
        (folder / ".git").mkdir()
    client, root = session(lsp, part)
    indexed(client, root)
    client.open(part / "hw" / "esp.trace-events")
    assert lenses(client, root)[5] == "no callers"
    assert not unused(client, root)


def test_a_folder_without_sources_is_quiet(lsp, folder):
    (folder / "trace-events").write_text('a(int b) "b %d"\n')
    client, uri = session(lsp, folder)
    assert client.published(uri) == []
    assert client.quiet("$/nothing")
    assert client.diagnostics[uri] == []


def test_files_that_declare_events_are_not_sources(lsp, folder):
    """By its name, esp.inc might be a C file, and the only one in the folder."""
    (folder / "trace-events").write_text('include "esp.inc"\na(int b) "b %d"\n')
    (folder / "esp.inc").write_text('trace_a(int b) "b %d"\n')
    client, uri = session(lsp, folder)
    assert client.published(uri) == []
    assert client.quiet("$/nothing")
    assert client.diagnostics[uri] == []
    assert client.request(LENS, {"textDocument": {"uri": uri}}) is None
    (folder / "esp.inc").write_text('a(int b) "b %d"\n')
    watched(client, folder / "esp.inc", 2)
    assert until(lambda: [one["code"] for one in client.diagnostics[uri]] == ["TE101"])


def test_hover_lists_callers(lsp, tree):
    client, root = session(lsp, tree)
    indexed(client, root)
    said = ask(client, "textDocument/hover", root, place(ROOT, "main_loop"))["contents"]["value"]
    assert "- called at poll.rs:2 poll, vl.c:4 run, vl.c:6 run" in said
    said = ask(client, "textDocument/hover", root, place(ROOT, "vm_start"))["contents"]["value"]
    assert "- called nowhere" in said


def test_callers_in_another_folder_count(lsp, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir(), two.mkdir()
    write_tree(one)
    (two / "use.c").write_text("void f(void) { trace_vm_start(1, 0); }\n")
    client = lsp()
    client.initialize(one, two)
    root = client.open(one / "trace-events")
    assert until(lambda: lenses(client, root) == {6: "3 callers"})
    assert until(lambda: not unused(client, root))


def test_a_link_and_its_file_count_once(lsp, tree):
    (tree / "same.c").symlink_to(tree / "vl.c")
    client, root = session(lsp, tree)
    indexed(client, root)
    client.open(tree / "same.c", VL, "c")
    assert lenses(client, root)[6] == "3 callers"


def test_a_link_that_leads_out_of_the_folder(lsp, tree, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    (out / "far.c").write_text(VL, encoding="utf-8")
    (tree / "far.c").symlink_to(out / "far.c")
    client = lsp()
    client.initialize(tree)
    client.open(tree / "far.c", language="c")
    root = client.open(tree / "trace-events")
    indexed(client, root)
    assert lenses(client, root)[6] == "5 callers"


def test_an_ignored_file_counts_only_while_it_is_open(lsp, tree, need):
    subprocess.run([need("git", "git"), "init", "-q", tree], check=True)
    (tree / ".gitignore").write_text("made.c\n")
    (tree / "made.c").write_text("void f(void) { trace_vm_start(1, 0); }\n")
    client, root = session(lsp, tree)
    indexed(client, root)
    assert lenses(client, root)[5] == "no callers"
    uri = client.open(tree / "made.c", language="c")
    assert 5 not in lenses(client, root)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert lenses(client, root)[5] == "no callers"
    watched(client, tree / "made.c", 2)
    assert client.quiet("$/nothing")
    assert lenses(client, root)[5] == "no callers"


def test_sources_are_watched(lsp, tree):
    supported = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    client, root = session(lsp, tree, capabilities=supported)
    indexed(client, root)
    asked = [one for one in client.requests if one["method"] == "client/registerCapability"]
    [files] = [one for each in asked for one in each["params"]["registrations"] if one["id"] == "tesc-files"]
    patterns = [one["globPattern"] for one in files["registerOptions"]["watchers"]]
    assert any(one.startswith("**/*.{") and "c," in one and "rs" in one for one in patterns)


def test_a_large_tree_is_read_with_progress_and_cancelled(lsp, tree):
    for number in range(400):
        text = f"void f{number}(void) {{ trace_main_loop(0); }}\n" * 200
        (tree / f"f{number}.c").write_text(text)
    client, root = session(lsp, tree, capabilities={"window": {"workDoneProgress": True}})
    seen = []

    def of_sources():
        params = client.wait_for("$/progress")
        seen.append(params)
        return params["value"].get("title", "").startswith("tesc: reading sources")

    while not of_sources():
        pass
    token = seen[-1]["token"]
    # It answers requests meanwhile.
    assert client.request(LENS, {"textDocument": {"uri": root}}) is None
    client.notify("window/workDoneProgress/cancel", {"token": token})
    while seen[-1]["token"] != token or seen[-1]["value"]["kind"] != "end":
        of_sources()
    assert seen[-1]["value"]["message"] == "cancelled: uses of events are not known"
    assert client.request(LENS, {"textDocument": {"uri": root}}) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_the_functions_that_trace_an_event(lsp, tree, encoding):
    client, root = session(lsp, tree, encodings=[encoding])
    indexed(client, root)
    [item] = ask(client, "textDocument/prepareCallHierarchy", root, place(ROOT, "main_loop", encoding))
    assert item["name"] == "main_loop"
    assert item["selectionRange"] == extent(ROOT, "main_loop", encoding)
    calls = client.request("callHierarchy/incomingCalls", {"item": item})
    assert [(one["from"]["name"], one["from"]["detail"], one["fromRanges"]) for one in calls] == [
        ("poll", "poll.rs", [extent(RUST, "trace_main_loop", encoding)]),
        (
            "run",
            "vl.c",
            [extent(VL, "trace_main_loop", encoding), extent(VL, "trace_main_loop", encoding, 1)],
        ),
    ]
    assert client.request("callHierarchy/outgoingCalls", {"item": item}) is None
    # From a call, and with prefixes.
    vl = client.open(tree / "vl.c", language="c")
    [item] = ask(client, "textDocument/prepareCallHierarchy", vl, place(VL, "trace_bios", encoding))
    assert (item["name"], item["uri"]) == ("bios_esp_raise_irq", (tree / "hw/esp.trace-events").as_uri())
    [call] = client.request("callHierarchy/incomingCalls", {"item": item})
    assert call["from"]["name"] == "stop"
    nothing = {**item, "data": {"event": "nothing"}}
    assert client.request("callHierarchy/incomingCalls", {"item": nothing}) is None
    del nothing["data"]
    assert client.request("callHierarchy/incomingCalls", {"item": nothing}) is None


@pytest.mark.asyncio
async def test_each_editor_counts_callers(editor, tree):
    await editor.start(tree)
    root = editor.open(tree / "trace-events")
    await read(editor, root)
    params = t.CodeLensParams(t.TextDocumentIdentifier(root))
    [_, lens] = await editor.client.text_document_code_lens_async(params)
    resolved = await editor.client.code_lens_resolve_async(lens)
    assert (resolved.command.title, resolved.range.start) == ("3 callers", t.Position(6, 0))


def test_an_event_that_was_just_typed_is_not_dimmed_before_it_is_saved(lsp, tree):
    client, root = session(lsp, tree)
    assert until(lambda: set(unused(client, root)) == {5})
    typed = ROOT + 'vm_pause(int why) "why %d"\n'
    client.change(root, 2, typed)
    client.published(root)
    assert set(unused(client, root)) == {5}
    client.notify("textDocument/didSave", {"textDocument": {"uri": root}})
    assert until(lambda: set(unused(client, root)) == {5, 7})
    # An event that was there before is dimmed, whatever else is being typed.
    client.change(root, 3, typed + "# more\n")
    client.published(root)
    assert set(unused(client, root)) == {5, 7}


@pytest.mark.parametrize("known", [None, "tesc.toml", "poll.c"])
def test_a_header_alone_is_not_a_program(lsp, tmp_path, known):
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "trace-events").write_text('vm_start(int reason) "reason %d"\n')
    (folder / "trace.h").write_text("void trace_init(void);\n")
    if known:
        (folder / known).write_text("")
    client = lsp()
    client.initialize(folder)
    root = client.open(folder / "trace-events")
    indexed(client, root)
    client.change(root, 2, 'vm_start(int reason) "reason %d"\n\n')
    client.published(root)
    if known:
        assert until(lambda: unused(client, root))
    else:
        assert not unused(client, root)
