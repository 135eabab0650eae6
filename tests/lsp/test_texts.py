"""Texts that no file can contain, but a client can send."""

from __future__ import annotations

from tests.lsp.client import span


def test_half_a_character(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'a(void) "%\ud800"\nb(int c) "%s"\n')
    first, second = client.published(uri)
    assert (first["code"], first["range"]) == ("TE409", span(0, 9, 11))
    assert (second["code"], second["range"]) == ("TE415", span(1, 10, 12))
    client.change(uri, 2, {"range": span(0, 10, 11), "text": "% \udc80"})
    [found] = client.published(uri)
    assert found["code"] == "TE415"
