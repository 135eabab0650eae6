"""Symbols of a document and of all files."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.client import span
from tests.lsp.navigation import ROOT, extent, until, write_tree

SYMBOLS = "textDocument/documentSymbol"
TEXT = """\
# SPDX-License-Identifier: GPL-2.0-or-later

prefix x_
include "more.trace-events"

# \U0001f600 one.c
a(int b) "\U0001f600 %d"

# a note

disable c(void)
# tesc: ignore[TE412]
d(
# two.c
e(void)
"""


def named(symbols):
    return [(one["name"], named(one.get("children") or [])) for one in symbols]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_blocks_hold_their_events(lsp, folder, encoding):
    (folder / "more.trace-events").write_text('m(int a) "%d"\n')
    client = lsp()
    supported = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
    client.initialize(folder, capabilities=supported, encodings=[encoding])
    uri = client.open(folder / "trace-events", TEXT)
    found = client.request(SYMBOLS, {"textDocument": {"uri": uri}})
    assert named(found) == [
        ("x_", []),
        ("more.trace-events", []),
        ("\U0001f600 one.c", [("a", [])]),
        ("a note", [("c", []), ("e", [])]),
    ]
    block = found[2]
    assert block["selectionRange"] == extent(TEXT, "# \U0001f600 one.c", encoding)
    assert block["range"] == extent(TEXT, '# \U0001f600 one.c\na(int b) "\U0001f600 %d"', encoding)
    event = block["children"][0]
    assert event["range"] == extent(TEXT, 'a(int b) "\U0001f600 %d"', encoding)
    assert event["selectionRange"] == span(6, 0, 1)
    assert event["detail"] == "(int b)"
    assert found[3]["children"][0]["detail"] == "(), disabled"


def test_older_clients_get_a_list(lsp, folder):
    client = lsp()
    client.initialize(folder)
    text = TEXT.replace("\n", "\r\n")
    uri = client.open(folder / "trace-events", text)
    found = client.request(SYMBOLS, {"textDocument": {"uri": uri}})
    assert [(one["name"], one.get("containerName")) for one in found] == [
        ("x_", None),
        ("more.trace-events", None),
        ("a", "\U0001f600 one.c"),
        ("c", "a note"),
        ("e", "a note"),
    ]
    assert found[2]["location"] == {"uri": uri, "range": extent(text, 'a(int b) "\U0001f600 %d"')}
    assert client.request(SYMBOLS, {"textDocument": {"uri": "file:///other.c"}}) is None


def test_events_of_all_files_by_effective_name(lsp, folder):
    write_tree(folder)
    client = lsp()
    client.initialize(folder)

    def found(query):
        return [one["name"] for one in client.request("workspace/symbol", {"query": query})]

    assert until(lambda: len(found("")) == 4)
    assert found("irq") == ["bios_esp_raise_irq"]
    assert found("MLoop") == ["main_loop"]
    assert found("bes") == ["bios_esp_raise_irq", "bios_esp_reset"]
    assert found("main_loopx") == []
    assert found("*(") == []
    [one] = client.request("workspace/symbol", {"query": "vm_start"})
    assert one["location"] == {"uri": (folder / "trace-events").as_uri(), "range": extent(ROOT, "vm_start")}


def test_no_more_than_a_client_shows(lsp, folder):
    (folder / "trace-events").write_text("".join(f'e{n}(int a) "%d"\n' for n in range(900)))
    client = lsp()
    client.initialize(folder)
    client.open(folder / "trace-events")
    assert until(lambda: len(client.request("workspace/symbol", {"query": "e"})) == 200)
    names = [one["name"] for one in client.request("workspace/symbol", {"query": "e77"})]
    assert names[0] == "e77" and "e770" in names and "e707" in names


@pytest.mark.asyncio
async def test_each_editor_lists_symbols(editor, folder):
    write_tree(folder)
    await editor.start(folder)
    uri = editor.open(folder / "trace-events")
    params = t.DocumentSymbolParams(t.TextDocumentIdentifier(uri))
    found = await editor.client.text_document_document_symbol_async(params)
    line = ROOT.splitlines()[5]
    if isinstance(found[0], t.DocumentSymbol):
        assert [one.name for one in found] == ["See the manual", "vl.c"]
        [start, _] = found[1].children
        assert start.range.end == t.Position(5, editor.column(line, line, end=True))
    else:
        assert [one.name for one in found] == ["hw/esp.trace-events", "vm_start", "main_loop"]
