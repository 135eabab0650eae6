"""Links, folds and selections."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

from tests.lsp.navigation import ROOT, extent, place, position, write_tree

TEXT = """\
# \U0001f600 See the manual
# of tesc.

include "a.trace-events"
include "b.trace-events" prefix b_

# vl.c
one(int a, const char *b) "\U0001f600 a %d" " b %s"
two(void)

three(void)

# nothing.c
"""


def session(lsp, folder, encoding="utf-16", text=TEXT):
    client = lsp()
    client.initialize(folder, encodings=[encoding])
    return client, client.open(folder / "trace-events", text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_links_lead_to_existing_files(lsp, folder, encoding):
    (folder / "a.trace-events").write_text('a(int x) "%d"\n')
    (folder / "vl.c").write_text("")
    (folder / "\U0001f600").write_text("")
    text = TEXT.replace("# vl.c", "#\U0001f600\n# vl.c: \U0001f600")
    client, uri = session(lsp, folder, encoding, text)
    found = client.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    assert found == [
        {"range": extent(text, "a.trace-events", encoding), "target": (folder / "a.trace-events").as_uri()},
        {"range": extent(text, "vl.c", encoding), "target": (folder / "vl.c").as_uri()},
    ]


def test_headings_may_name_files_from_the_root(lsp, folder):
    (folder / "hw" / "net").mkdir(parents=True)
    (folder / "hw" / "net" / "e1000.c").write_text("")
    (folder.parent / "secret.c").write_text("")
    file = folder / "hw" / "net" / "trace-events"
    text = "# hw/net/e1000.c\na(void)\n\n# e1000.c\nb(void)\n\n# ../../../secret.c\n\n# secret.c\n"
    client = lsp()
    client.initialize(folder)
    uri = client.open(file, text)
    found = client.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    target = (folder / "hw" / "net" / "e1000.c").as_uri()
    assert [one["target"] for one in found][:2] == [target, target]
    assert (folder.parent / "secret.c").as_uri() not in [one["target"] for one in found[:2]]
    assert len(found) == 3  # a path may lead outside the folder, a file's name may not


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_folds(lsp, folder, line_end):
    client, uri = session(lsp, folder, text=TEXT.replace("\n", line_end))
    found = client.request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    assert [(one["startLine"], one["endLine"], one["kind"]) for one in found] == [
        (0, 1, "comment"),
        (3, 4, "imports"),
        (6, 10, "region"),
    ]


def selections(client, uri, where):
    params = {"textDocument": {"uri": uri}, "positions": [where]}
    [found] = client.request("textDocument/selectionRange", params)
    ranges = []
    while found:
        ranges.append(found["range"])
        found = found.get("parent")
    return ranges


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_selections_grow(lsp, folder, encoding):
    client, uri = session(lsp, folder, encoding)
    event = 'one(int a, const char *b) "\U0001f600 a %d" " b %s"'
    whole = [
        extent(TEXT, event, encoding),
        extent(TEXT, f"# vl.c\n{event}\ntwo(void)\n\nthree(void)", encoding),
        extent(TEXT, TEXT, encoding),
    ]
    whole[2]["end"] = position(TEXT, len(TEXT), encoding)
    parameters = [
        extent(TEXT, "int a, const char *b", encoding),
        extent(TEXT, "(int a, const char *b)", encoding),
        *whole,
    ]
    assert selections(client, uri, place(TEXT, "const", encoding, inside=2)) == [
        extent(TEXT, "const", encoding),
        extent(TEXT, "const char *", encoding),
        extent(TEXT, "const char *b", encoding),
        *parameters,
    ]
    assert selections(client, uri, place(TEXT, "%s", encoding)) == [
        extent(TEXT, "%s", encoding),
        extent(TEXT, '" b %s"', encoding),
        extent(TEXT, '"\U0001f600 a %d" " b %s"', encoding),
        *whole,
    ]
    assert selections(client, uri, place(TEXT, "one", encoding))[0] == extent(TEXT, "one", encoding)
    assert len(selections(client, uri, {"line": 99, "character": 9})) == 1


def test_nothing_of_other_documents(lsp, folder):
    client, _ = session(lsp, folder)
    other = client.open(folder / "x.c", "void trace_x(void);\n", "c")
    for method in ("documentLink", "foldingRange", "codeLens", "documentSymbol"):
        assert client.request(f"textDocument/{method}", {"textDocument": {"uri": other}}) is None
    params = {"textDocument": {"uri": other}, "positions": [{"line": 0, "character": 0}]}
    assert client.request("textDocument/selectionRange", params) is None


@pytest.mark.asyncio
async def test_each_editor_folds_and_follows_links(editor, folder):
    write_tree(folder)
    await editor.start(folder)
    uri = editor.open(folder / "trace-events")
    document = t.TextDocumentIdentifier(uri)
    folds = await editor.client.text_document_folding_range_async(t.FoldingRangeParams(document))
    assert [(one.start_line, one.end_line) for one in folds] == [(0, 2), (4, 6)]
    links = await editor.client.text_document_document_link_async(t.DocumentLinkParams(document))
    assert [one.target for one in links] == [
        (folder / "hw" / "esp.trace-events").as_uri(),
        (folder / "vl.c").as_uri(),
    ]
    start = editor.column(ROOT.splitlines()[1], "hw/esp")
    assert links[0].range.start == t.Position(1, start)
