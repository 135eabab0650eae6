"""Diagnostics over the protocol: pushed, of unsaved text, across files, of configurations."""

from __future__ import annotations

import pytest

from tests.lsp.conftest import span

GOOD = 'good(int a) "a=%d"\n'
WRONG = 'wrong(int a) "a=%s"\n'


def test_pushed_for_unsaved_text(lsp, folder):
    file = folder / "trace-events"
    file.write_text(GOOD)
    client = lsp()
    client.initialize(folder)
    uri = client.open(file, WRONG)
    [found] = client.published(uri)
    assert found["code"] == "TE415"
    assert found["range"] == span(0, 16, 18)
    assert found["source"] == "tesc"
    assert found["codeDescription"]["href"].endswith("/TE415.md")
    assert found["relatedInformation"][0]["location"] == {"uri": uri, "range": span(0, 6, 9)}
    client.change(uri, 2, {"range": span(0, 17, 18), "text": "d"})
    assert client.published(uri) == []
    assert client.stop() == 0


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 17), ("utf-16", 15), ("utf-32", 14)])
def test_columns_are_in_the_encoding_that_was_agreed_on(lsp, folder, encoding, column):
    client = lsp()
    assert client.initialize(folder, encodings=[encoding])["positionEncoding"] == encoding
    uri = client.open(folder / "trace-events", 'a(int a) "\U0001f600 b %s"\n')
    [found] = client.published(uri)
    assert found["range"] == span(0, column, column + 2)
    client.change(uri, 2, {"range": span(0, column + 1, column + 2), "text": "d"})
    assert client.published(uri) == []
