"""Definitions: from uses in C and Rust to declarations, and within trace-events files."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.client import span
from tests.lsp.navigation import ESP, ROOT, RUST, VL, ask, extent, indexed, place, write_tree

DEFINITION = "textDocument/definition"


@pytest.fixture
def tree(folder):
    write_tree(folder)
    return folder


@pytest.fixture
def session(lsp, tree):
    def start(encoding="utf-16"):
        client = lsp()
        client.initialize(tree, encodings=[encoding])
        return client, client.open(tree / "trace-events")

    return start


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_from_c_to_the_declaration(session, tree, encoding):
    client, root = session(encoding)
    uri = client.open(tree / "vl.c", language="c")
    found = ask(client, DEFINITION, uri, place(VL, "trace_main_loop", encoding, inside=15))
    assert found == [{"uri": root, "range": extent(ROOT, "main_loop", encoding)}]
    state = ask(client, DEFINITION, uri, place(VL, "MAIN_LOOP", encoding, inside=3))
    assert state == found
    # With the prefixes of an include and of the file.
    esp = ask(client, DEFINITION, uri, place(VL, "bios_esp", encoding))
    uri_esp = (tree / "hw" / "esp.trace-events").as_uri()
    assert esp == [{"uri": uri_esp, "range": extent(ESP, "raise_irq", encoding)}]
    assert not ask(client, DEFINITION, uri, place(VL, "static", encoding))


def test_from_rust_and_from_unsaved_text(session, tree):
    client, root = session()
    uri = client.open(tree / "poll.rs", language="rust")
    [found] = ask(client, DEFINITION, uri, place(RUST, "trace_main"))
    assert found == {"uri": root, "range": extent(ROOT, "main_loop")}
    text = RUST.replace("trace_main_loop", "\f/* */ trace_vm_start")
    client.change(uri, 2, text)
    [found] = ask(client, DEFINITION, uri, place(text, "trace_vm_start"))
    assert found == {"uri": root, "range": extent(ROOT, "vm_start")}
    new = client.open("untitled:new.c", "void f(void) { trace_vm_start(1, 0); }\n", language="c")
    [found] = ask(client, DEFINITION, new, {"line": 0, "character": 16})
    assert found == {"uri": root, "range": extent(ROOT, "vm_start")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_within_trace_events(session, tree, encoding):
    client, root = session(encoding)
    esp = (tree / "hw" / "esp.trace-events").as_uri()

    def defined(part, nth=0, inside=1):
        found = ask(client, DEFINITION, root, place(ROOT, part, encoding, nth, inside))
        return [(one["uri"], one["range"]) for one in found or []]

    top = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    assert defined("hw/esp") == defined("bios_") == [(esp, top)]
    assert defined("bios_esp_reset") == [(esp, extent(ESP, "reset", encoding))]
    assert defined("vm_*") == [(root, extent(ROOT, "vm_start", encoding))]
    assert defined("vm_start") == [(root, extent(ROOT, "vm_start", encoding))]
    assert defined("reason", 1) == []
    assert defined("%d") == [(root, extent(ROOT, "reason", encoding))]
    assert defined("%s") == [(root, extent(ROOT, "who", encoding))]
    assert defined("who", 0) == [(root, extent(ROOT, "who", encoding))]


def test_crlf_form_feeds_and_places_beyond(lsp, folder):
    text = '# \f\U0001f600\r\nfoo(int a,\fint b) "\U0001f600\f %d %d"\r\n'
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", text)
    [found] = ask(client, DEFINITION, uri, place(text, "%d", nth=1))
    assert found["range"] == span(1, 15, 16)
    assert place(text, "b)") == {"line": 1, "character": 15}
    for where in ({"line": 99, "character": 0}, {"line": 1, "character": 999}, {"line": 0, "character": 1}):
        assert not ask(client, DEFINITION, uri, where)
    assert ask(client, DEFINITION, "file:///nowhere.c", {"line": 0, "character": 0}) is None


def test_a_link_names_its_origin(lsp, tree):
    client = lsp()
    client.initialize(tree, capabilities={"textDocument": {"definition": {"linkSupport": True}}})
    root = client.open(tree / "trace-events")
    [found] = ask(client, DEFINITION, root, place(ROOT, "%d"))
    assert found == {
        "originSelectionRange": extent(ROOT, "%d"),
        "targetUri": root,
        "targetRange": extent(ROOT, "int reason"),
        "targetSelectionRange": extent(ROOT, "reason"),
    }


def test_the_callers_are_the_implementations(session, tree):
    client, root = session()
    indexed(client, root)
    found = ask(client, "textDocument/implementation", root, place(ROOT, "main_loop"))
    rust, vl = (tree / "poll.rs").as_uri(), (tree / "vl.c").as_uri()
    assert [(one["uri"], one["range"]) for one in found] == [
        (rust, extent(RUST, "trace_main_loop")),
        (vl, extent(VL, "trace_main_loop")),
        (vl, extent(VL, "trace_main_loop", nth=1)),
    ]


def test_each_program_means_its_own_event(lsp, folder):
    """Events with the same name in programs that are never linked together."""
    (folder / "tesc.toml").write_text('exclusive = [["bsd", "linux"]]\n')
    for name in ("bsd", "linux"):
        (folder / name).mkdir()
        (folder / name / "trace-events").write_text('sig(int n) "n %d"\n')
        (folder / name / "signal.c").write_text("void f(void) { trace_sig(1); }\n")
    client = lsp()
    client.initialize(folder)
    client.open(folder / "bsd" / "trace-events")
    for name in ("bsd", "linux"):
        uri = client.open(folder / name / "signal.c", language="c")
        [found] = ask(client, DEFINITION, uri, {"line": 0, "character": 20})
        assert found["uri"] == (folder / name / "trace-events").as_uri()


def test_folders_files_outside_and_links(lsp, folder):
    one, two, out = folder / "one", folder / "two", folder / "out"
    for each in (one, two, out):
        each.mkdir()
    (one / "trace-events").write_text('first(int a) "%d"\n')
    (two / "trace-events").write_text('second(int a) "%d"\n')
    (two / "use.c").write_text("void f(void) { trace_first(1); trace_second(2); }\n")
    (one / "link.c").symlink_to(two / "use.c")
    (folder / "linked").symlink_to(one)
    (out / "trace-events").write_text('third(int a) "%d"\n')
    client = lsp()
    client.initialize(folder / "linked", two)
    client.open(folder / "linked" / "trace-events")
    uri = client.open(two / "use.c", language="c")
    [found] = ask(client, DEFINITION, uri, {"line": 0, "character": 20})
    assert found["uri"] == (folder / "linked" / "trace-events").as_uri()
    [found] = ask(client, DEFINITION, uri, {"line": 0, "character": 36})
    assert found["uri"] == (two / "trace-events").as_uri()
    third = client.open(out / "trace-events")
    uri = client.open(out / "use.c", "void f(void) { trace_third(1); }\n", "c")
    [found] = ask(client, DEFINITION, uri, {"line": 0, "character": 20})
    assert found == {"uri": third, "range": span(0, 0, 5)}


@pytest.mark.asyncio
async def test_each_editor_jumps(editor, tree):
    await editor.start(tree)
    root = editor.open(tree / "trace-events")
    uri = editor.open(tree / "vl.c", language="c")
    line = VL.splitlines()[3]
    where = t.Position(3, editor.column(line, "main_loop"))
    found = await editor.client.text_document_definition_async(
        t.DefinitionParams(t.TextDocumentIdentifier(uri), where)
    )
    [one] = found
    if isinstance(one, t.LocationLink):
        assert (one.target_uri, one.target_selection_range.start) == (root, t.Position(6, 0))
        assert one.origin_selection_range.start.character == editor.column(line, "trace_main")
    else:
        assert (one.uri, one.range) == (root, t.Range(t.Position(6, 0), t.Position(6, 9)))
