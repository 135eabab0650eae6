"""References and highlights: where events, parameters and included files are named."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.navigation import ESP, ROOT, RUST, VL, ask, extent, indexed, place, write_tree

REFERENCES = "textDocument/references"
HIGHLIGHT = "textDocument/documentHighlight"
READ, WRITE = 2, 3


@pytest.fixture
def session(lsp, folder):
    write_tree(folder)

    def start(encoding="utf-16", options=None):
        client = lsp()
        client.initialize(folder, encodings=[encoding], options=options)
        return client, client.open(folder / "trace-events")

    return start


def referred(client, uri, where, declared=True):
    found = ask(client, REFERENCES, uri, where, context={"includeDeclaration": declared})
    return None if found is None else [(one["uri"], one["range"]) for one in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_event_in_all_files(session, folder, encoding):
    client, root = session(encoding)
    indexed(client, root)
    uris = {name: (folder / name).as_uri() for name in ("poll.rs", "vl.c")}
    uses = [
        (uris["poll.rs"], extent(RUST, "trace_main_loop", encoding)),
        (uris["vl.c"], extent(VL, "trace_main_loop", encoding)),
        (uris["vl.c"], extent(VL, "TRACE_MAIN_LOOP_ENABLED", encoding)),
        (uris["vl.c"], extent(VL, "trace_main_loop", encoding, 1)),
    ]
    declared = [(root, extent(ROOT, "main_loop", encoding))]
    assert referred(client, root, place(ROOT, "main_loop", encoding)) == declared + uses
    assert referred(client, root, place(ROOT, "main_loop", encoding), False) == uses
    # The same from a use.
    vl = client.open(folder / "vl.c", language="c")
    assert referred(client, vl, place(VL, "MAIN_LOOP", encoding)) == declared + uses
    assert referred(client, vl, place(VL, "stop", encoding)) is None


def test_patterns_that_match_only_the_event_are_references(session, folder):
    client, root = session()
    esp = client.open(folder / "hw" / "esp.trace-events")
    expected = [(esp, extent(ESP, "reset")), (root, extent(ROOT, "bios_esp_reset"))]
    assert referred(client, esp, place(ESP, "reset")) == expected
    assert referred(client, root, place(ROOT, "bios_esp_reset")) == expected
    # vm_* also matches other events.
    assert referred(client, root, place(ROOT, "vm_start")) == [(root, extent(ROOT, "vm_start"))]
    assert referred(client, root, place(ROOT, "vm_*")) == [
        (root, extent(ROOT, "vm_start")),
        (root, extent(ROOT, "vm_*")),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_parameter_and_the_conversions_that_take_it(session, encoding):
    client, root = session(encoding)
    text = 'foo(int w, long v, int x) "\U0001f600 %*ld" " %" PRId32\n'
    client.change(root, 2, text)
    value, macro = extent(text, "%*ld", encoding), extent(text, '%" PRId32', encoding)
    v, w = extent(text, "v", encoding), extent(text, "w", encoding)
    assert referred(client, root, place(text, "v", encoding)) == [(root, v), (root, value)]
    assert referred(client, root, place(text, "v", encoding), False) == [(root, value)]
    assert referred(client, root, place(text, "w", encoding), False) == [(root, value)]
    assert referred(client, root, place(text, "PRId32", encoding), False) == [(root, macro)]
    found = ask(client, HIGHLIGHT, root, place(text, "%*ld", encoding))
    assert [(one["range"], one["kind"]) for one in found] == [
        (w, WRITE), (value, READ), (v, WRITE), (value, READ)
    ]  # fmt: skip


def test_an_included_file(session, folder):
    client, root = session()
    (folder / "hw" / "trace-events").write_text('include "esp.trace-events" prefix other_\n')
    client.notify(
        "workspace/didChangeWatchedFiles",
        {"changes": [{"uri": (folder / "hw" / "trace-events").as_uri(), "type": 1}]},
    )
    found = referred(client, root, place(ROOT, "hw/esp"))
    assert sorted(uri for uri, _ in found) == sorted([root, (folder / "hw" / "trace-events").as_uri()])
    assert (root, extent(ROOT, "hw/esp.trace-events")) in found


def test_highlights(session, folder):
    client, root = session()
    found = ask(client, HIGHLIGHT, root, place(ROOT, "reason"))
    assert [(one["range"], one["kind"]) for one in found] == [
        (extent(ROOT, "reason"), WRITE),
        (extent(ROOT, "%d"), READ),
    ]
    vl = client.open(folder / "vl.c", language="c")
    found = ask(client, HIGHLIGHT, vl, place(VL, "trace_main_loop"))
    assert [one["range"] for one in found] == [
        extent(VL, "trace_main_loop"),
        extent(VL, "TRACE_MAIN_LOOP_ENABLED"),
        extent(VL, "trace_main_loop", nth=1),
    ]
    esp = client.open(folder / "hw" / "esp.trace-events")
    found = ask(client, HIGHLIGHT, esp, place(ESP, "raise_irq"))
    assert [(one["range"], one["kind"]) for one in found] == [(extent(ESP, "raise_irq"), WRITE)]
    assert ask(client, HIGHLIGHT, root, {"line": 0, "character": 3}) is None


@pytest.mark.asyncio
async def test_each_editor_finds_uses_in_open_sources(editor, folder):
    write_tree(folder)
    await editor.start(folder, options={"sources": False})
    root = editor.open(folder / "trace-events")
    vl = editor.open(folder / "vl.c", VL.replace("(ctx)", "(ctx, 1)"), "c")
    params = t.ReferenceParams(t.ReferenceContext(False), t.TextDocumentIdentifier(root), t.Position(6, 4))
    found = await editor.client.text_document_references_async(params)
    line = VL.splitlines()[3]
    assert [one.uri for one in found] == [vl] * 3
    assert found[0].range.start == t.Position(3, editor.column(line, "trace_"))
    assert found[0].range.end == t.Position(3, editor.column(line, "trace_main_loop", end=True))
