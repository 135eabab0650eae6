"""Hover requests as clients send them: places beyond the text, each encoding, each editor, from C."""

from __future__ import annotations

import pytest

from tests.lsp.client import span
from tests.lsp.navigation import VL, ask, extent, indexed, place, write_tree


def test_places_beyond_the_text(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'a(int b) "%d"')
    assert client.at("textDocument/hover", uri, 9, 9) is None
    # A column beyond the line's end means the end.
    assert client.at("textDocument/hover", uri, 0, 999) is None
    assert client.at("textDocument/hover", "file:///nowhere/trace-events", 0, 0) is None


@pytest.mark.parametrize(("encoding", "wide"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_columns_and_lines(lsp, folder, encoding, wide):
    client = lsp()
    client.initialize(folder, encodings=[encoding])
    text = '# \U0001f600\x0c\u2028\r\na(int b, size_t c) "\U0001f600 %d\x0c %zu"\r\nb(void) "x"\r\n'
    uri = client.open(folder / "trace-events", text)
    at = 20 + wide + 5
    for column in (at, at + 1, at + 2, at + 3):
        found = client.at("textDocument/hover", uri, 1, column)
        assert found["range"] == span(1, at, at + 3)
        assert found["contents"]["value"].startswith("%zu\n")
    assert client.at("textDocument/hover", uri, 1, at - 1) is None
    found = client.at("textDocument/hover", uri, 2, 0)
    assert found["range"] == span(2, 0, 1)
    assert found["contents"]["value"].startswith("void trace_b(void)\n\nb x\n")


@pytest.mark.asyncio
async def test_as_each_editor_takes_it(editor, folder):
    from lsprotocol import types as t

    line = 'a(int b) "\U0001f600 %d"'
    await editor.start(folder)
    uri = editor.open(folder / "trace-events", f"{line}\n")
    position = t.Position(0, editor.column(line, "%d"))
    found = await editor.client.text_document_hover_async(
        t.HoverParams(t.TextDocumentIdentifier(uri), position)
    )
    assert found.range == t.Range(position, t.Position(0, editor.column(line, "%d", end=True)))
    assert found.contents.kind == t.MarkupKind.Markdown
    assert found.contents.value.startswith("```text\n%d\n```\n\nPrints a signed decimal number.\n\n")


def test_from_c_the_event_that_is_called(lsp, tmp_path):
    write_tree(tmp_path)
    client = lsp()
    client.initialize(tmp_path)
    uri = client.open(tmp_path / "vl.c", language="c")
    indexed(client, client.open(tmp_path / "trace-events"))
    found = ask(client, "textDocument/hover", uri, place(VL, "trace_bios_esp_raise_irq", inside=3))
    assert found["range"] == extent(VL, "trace_bios_esp_raise_irq")
    assert found["contents"]["value"].startswith("void trace_bios_esp_raise_irq(void)\n")
    assert found["contents"]["value"].endswith("\n- declared at hw/esp.trace-events:3")
    state = ask(client, "textDocument/hover", uri, place(VL, "MAIN_LOOP", inside=3))
    assert "main_loop ctx 0x<ctx>" in state["contents"]["value"]
    assert ask(client, "textDocument/hover", uri, place(VL, "static", inside=3)) is None
