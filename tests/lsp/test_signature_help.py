"""Signature help: the current parameter in a parameter list and in a format, broken or not."""

from __future__ import annotations

import pytest

from tesc.config.settings import Settings
from tesc.lsp.signatures import signature_at


def at(line: str):
    """The label and its active parameter for a place marked `|`; no parameter if none is left."""
    found = signature_at(line.replace("|", ""), line.index("|"), Settings())
    if found is None:
        return None
    active = found.places and found.label[slice(*found.places[found.active])]
    return found.label, active or None


@pytest.mark.parametrize(
    ("line", "label", "active"),
    [
        ("a(|", 'a(type arg, ...) "format"', "type arg"),
        ("a(|)", 'a(type arg) "format"', "type arg"),
        ("a(int b,|", 'a(int b, type arg, ...) "format"', "type arg"),
        ("a(int b, |)", 'a(int b, type arg) "format"', "type arg"),
        ('a(int b|, long c) "x %d"', 'a(int b, long c) "x %d"', "int b"),
        ('a(int b,| long c) "x %d"', 'a(int b, long c) "x %d"', "long c"),
        ("disable a(uint|", 'a(uint, ...) "format"', "uint"),
        ('a(int b, lo| "x %d"', 'a(int b, lo, ...) "x %d"', "lo"),
        ("a(int (*f)(int, |int)", 'a(int (*f)(int, int), ...) "format"', "int (*f)(int, int)"),
    ],
)
def test_within_the_parameters(line, label, active):
    assert at(line) == (label, active)


@pytest.mark.parametrize(
    ("rest", "active"),
    [
        (" |", "int b"),
        (' "|', "int b"),
        (' "b %|', "int b"),
        (' "b %d|', "int b"),
        (' "b %d| c"', "int b"),
        (' "b %d |', "size_t n"),
        (' "b %d n %0|4zx"', "size_t n"),
        (' "b %" PR|Ix32 " n %zu"', "int b"),
        (' "b %" PRIx32| " n %zu"', "int b"),
        (' "b %" |', "int b"),
        (' "b %" PRIx32 " |n %zu"', "size_t n"),
        (' "b 100%% |"', "int b"),
        (' "%2$zu|"', "size_t n"),
        (' "%*|d"', "int b"),
        (' "%*d|"', "size_t n"),
        (' "\\"%d \\|', "size_t n"),
        (' "b %d n %zu |"', None),
        (' "b %d n %zu %|"', None),
    ],
)
def test_within_the_format(rest, active):
    assert at(f"a(int b, size_t n){rest}") == ("a(int b, size_t n)", active)


@pytest.mark.parametrize(
    "line", ["|a(int b)", "a|(int b)", "# a(|", 'include "a(|"', "prefix a|", "|", "a b|"]
)
def test_nothing_is_active_elsewhere(line):
    assert at(line) is None


def test_what_is_said():
    def said(line: str, **more):
        found = signature_at(line.replace("|", ""), line.index("|"), Settings(**more))
        return found.page.rendered(True)

    assert said("a(|") == "An event without parameters has `void`."
    assert said("a(int b, int c|", max_args=1) == "An event takes at most 1 arguments here."
    assert signature_at("a(int b", 7, Settings()).page is None
    assert said('a(uint64_t b) "|') == '`uint64_t b`: write "... b %" PRIu64'
    assert said('a(void) "|') == "The event has no parameters to print."
    assert said('a(int b) "%d |') == "No more parameters to print."


@pytest.mark.parametrize(("encoding", "wide"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_on_the_wire(lsp, folder, encoding, wide):
    supported = {
        "signatureHelp": {"signatureInformation": {"parameterInformation": {"labelOffsetSupport": True}}}
    }
    client = lsp()
    server = client.initialize(folder, encodings=[encoding], capabilities={"textDocument": supported})
    assert server["signatureHelpProvider"]["triggerCharacters"] == ["(", ",", "%", '"']
    uri = client.open(folder / "trace-events", '#\x0c\r\na(int b, size_t n) "\U0001f600 %d %\r\n')
    found = client.at("textDocument/signatureHelp", uri, 1, 20 + wide + 5)
    [signature] = found["signatures"]
    assert signature["label"] == "a(int b, size_t n)"
    assert signature["parameters"] == [{"label": [2, 7]}, {"label": [9, 17]}]
    assert (found["activeSignature"], found["activeParameter"]) == (0, 1)
    # VS Code takes null in the result for no parameter, so the signature repeats it.
    assert signature["activeParameter"] == 1
    assert signature["documentation"] == {"kind": "plaintext", "value": 'size_t n: write "... n %zu"'}
    # Before the conversion, the other parameter is active.
    assert client.at("textDocument/signatureHelp", uri, 1, 20 + wide)["activeParameter"] == 0
    assert client.at("textDocument/signatureHelp", uri, 9, 0) is None
    assert client.at("textDocument/signatureHelp", "file:///nowhere", 0, 0) is None


def test_offsets_within_a_label_count_utf_16(lsp, folder):
    supported = {
        "signatureHelp": {"signatureInformation": {"parameterInformation": {"labelOffsetSupport": True}}}
    }
    client = lsp()
    client.initialize(folder, encodings=["utf-8"], capabilities={"textDocument": supported})
    uri = client.open(folder / "trace-events", "a(int \U0001f600, int b")
    found = client.at("textDocument/signatureHelp", uri, 0, 17)
    assert found["signatures"][0]["label"].startswith("a(int \U0001f600, int b, ...)")
    assert found["signatures"][0]["parameters"] == [{"label": [2, 8]}, {"label": [10, 15]}]
    assert found["activeParameter"] == 1


@pytest.mark.asyncio
async def test_as_each_editor_takes_it(editor, folder):
    from lsprotocol import types as t

    line = 'a(int b, size_t n) "\U0001f600 %d n %zu"'
    await editor.start(folder)
    uri = editor.open(folder / "trace-events", f"{line}\n")
    position = t.Position(0, editor.column(line, "%zu", end=True))
    params = t.SignatureHelpParams(t.TextDocumentIdentifier(uri), position)
    found = await editor.client.text_document_signature_help_async(params)
    [signature] = found.signatures
    assert found.active_parameter == 1
    labels = [one.label for one in signature.parameters]
    assert [one if isinstance(one, str) else signature.label[slice(*one)] for one in labels] == [
        "int b",
        "size_t n",
    ]
