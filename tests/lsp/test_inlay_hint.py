"""Inlay hints: effective names, stream IDs, parameters; their places, and when clients refresh."""

from __future__ import annotations

import pytest

NAMES = {"debounce": 0}
ALL = {"debounce": 0, "inlayHints": {"names": True, "ids": True, "parameters": True}}
REFRESH = {"workspace": {"inlayHint": {"refreshSupport": True}}}


def asked(client, uri, start=(0, 0), end=(99, 0)):
    """The hints of a range: line, column, text."""
    place = [dict(zip(("line", "character"), one)) for one in (start, end)]
    params = {"textDocument": {"uri": uri}, "range": {"start": place[0], "end": place[1]}}
    found = client.request("textDocument/inlayHint", params)
    return [(one["position"]["line"], one["position"]["character"], one["label"]) for one in found]


def test_names_under_a_prefix(lsp, folder):
    client = lsp()
    client.initialize(folder, options=NAMES)
    uri = client.open(folder / "trace-events", 'prefix p_\ndisable a(void) "x"\n  b (int c) "%d"\n')
    assert asked(client, uri) == [(1, 8, "p_"), (2, 2, "p_")]
    assert asked(client, uri, (1, 9), (2, 1)) == []
    assert asked(client, uri, (1, 8), (1, 8)) == [(1, 8, "p_")]
    assert asked(client, uri, (2, 0)) == [(2, 2, "p_")]
    client.change(uri, 2, 'a(void) "x"\n')
    assert asked(client, uri) == []
    assert asked(client, "file:///nowhere") == []


def test_a_file_that_is_included_in_several_ways(lsp, folder):
    (folder / "trace-events").write_text(
        'include "more.inc" prefix a_ base 0x100\ninclude "more.inc"\nown(void) "x"\n'
    )
    (folder / "more.inc").write_text('one(void) "x"\ntwo(void) "x"\n')
    client = lsp()
    client.initialize(folder, options=ALL)
    client.open(folder / "trace-events")
    uri = client.open(folder / "more.inc")
    assert asked(client, uri) == [
        (0, 0, "0x100, 0"),
        (0, 0, "{a_,}"),
        (1, 0, "0x101, 1"),
        (1, 0, "{a_,}"),
    ]
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}},
    }
    number, name = client.request("textDocument/inlayHint", params)
    assert number["tooltip"] == "stream ID 0x101, 1"
    assert number["paddingRight"] is True
    assert name["tooltip"] == "a_two, two"
    assert "paddingRight" not in name


@pytest.mark.parametrize(("encoding", "wide"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_parameters(lsp, folder, encoding, wide):
    client = lsp()
    options = {"debounce": 0, "inlayHints": {"names": False, "parameters": True}}
    client.initialize(folder, encodings=[encoding], options=options)
    text = (
        "# \U0001f600\x0c\r\n"
        'a(int w, uint64_t v, int z) "\U0001f600 %*" PRIx64 "%% %d"\r\n'
        'b(int v) "%d %d"\r\nc(int v, int x) "%2$d %1$d"\r\n'
    )
    uri = client.open(folder / "trace-events", text)
    at = 29 + wide + 1
    assert asked(client, uri) == [
        (1, at, "w, v:"),
        (1, at + 15, "z:"),
        (2, 10, "v:"),
        (3, 17, "x:"),
        (3, 22, "v:"),
    ]
    assert asked(client, uri, (1, at + 1), (2, 10)) == [(1, at + 15, "z:"), (2, 10, "v:")]


def test_a_client_is_told_when_another_file_changes_them(lsp, folder):
    (folder / "more.inc").write_text('one(void) "x"\n')
    client = lsp()
    client.initialize(folder, options=NAMES, capabilities={**REFRESH})
    root = client.open(folder / "trace-events", 'include "more.inc" prefix a_\n')
    more = client.open(folder / "more.inc")
    client.published(more)
    assert asked(client, more) == [(0, 0, "a_")]

    def refreshes() -> int:
        # After this answer, everything that the server sent before it has arrived.
        client.at("textDocument/hover", more, 0, 0)
        return [one["method"] for one in client.requests].count("workspace/inlayHint/refresh")

    def settle(version: int, text: str) -> None:
        client.change(root, version, text + "broken broken\n")
        client.published(root)

    settle(2, 'include "more.inc" prefix a_\n')
    before = refreshes()
    settle(3, 'broken\ninclude "more.inc" prefix b_\n')
    assert refreshes() == before + 1
    assert asked(client, more) == [(0, 0, "b_")]
    # A change that changes no hint causes no refresh.
    settle(4, 'broken broken\nbroken\ninclude "more.inc" prefix b_\n')
    assert refreshes() == before + 1
    # Nor does an edit of the document itself, because the client asks then anyway.
    client.change(more, 2, '\ntwo(void) "x"\n')
    settle(5, 'broken\nbroken\nbroken\ninclude "more.inc" prefix b_\n')
    assert refreshes() == before + 1


@pytest.mark.asyncio
async def test_as_each_editor_takes_them(editor, folder):
    from lsprotocol import types as t

    line = 'a(int b) "\U0001f600 %d"'
    await editor.start(folder, options=ALL)
    uri = editor.open(folder / "trace-events", f"prefix p_\n{line}\n")
    params = t.InlayHintParams(t.TextDocumentIdentifier(uri), t.Range(t.Position(0, 0), t.Position(9, 0)))
    found = await editor.client.text_document_inlay_hint_async(params)
    assert [(one.position.line, one.position.character, one.label) for one in found] == [
        (1, 0, "0"),
        (1, 0, "p_"),
        (1, editor.column(line, "%d"), "b:"),
    ]
