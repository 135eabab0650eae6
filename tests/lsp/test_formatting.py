"""Formatting: documents, ranges, and the line that was just typed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.lsp.client import span

OPTIONS = {"tabSize": 4, "insertSpaces": True}
WILD = (
    "# \U0001f600\n\n\n"
    '  on( int  slot,char*name )"\U0001f600 %d"  "%s"   \n'
    "off(int\n"
    "disable o*  ,p\n"
    'usb(void) "\x0c"\n'
    "\n"
)


def pieces(text):
    """A text's lines with their ends, as the protocol splits them."""
    return text.replace("\r\n", "\0\n").replace("\r", "\r\1").replace("\n", "\n\1").split("\1")


def offset(text, position, encoding):
    lines = [line.replace("\0", "\r") for line in pieces(text)]
    line, left = lines[position["line"]], position["character"]
    at = 0
    while left > 0:
        char = line[at]
        left -= {"utf-8": len(char.encode()), "utf-16": 1 + (char > "\uffff"), "utf-32": 1}[encoding]
        at += 1
    assert left == 0
    return sum(map(len, lines[: position["line"]])) + at


def after(text, edits, encoding="utf-16"):
    """A text after edits as an editor makes them: all places refer to the text before."""
    places = [
        (offset(text, edit["range"]["start"], encoding), offset(text, edit["range"]["end"], encoding), edit)
        for edit in edits
    ]
    for start, end, edit in sorted(places, key=lambda place: place[:2], reverse=True):
        text = text[:start] + edit["newText"] + text[end:]
    return text


def fmt(text):
    """What `tesc fmt -` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tesc", "fmt", "-"], input=text.encode(), capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def formatted(client, uri):
    return client.request("textDocument/formatting", {"textDocument": {"uri": uri}, "options": OPTIONS})


def range_formatted(client, uri, start, end):
    """The edits for a range, given as pairs of line and column."""
    place = {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }
    return client.request(
        "textDocument/rangeFormatting",
        {"textDocument": {"uri": uri}, "range": place, "options": OPTIONS},
    )


def typed(client, uri, line):
    return client.at("textDocument/onTypeFormatting", uri, line, 0, ch="\n", options=OPTIONS)


def test_capabilities(lsp, folder):
    supported = lsp().initialize(folder)
    assert supported["documentFormattingProvider"] is True
    assert supported["documentRangeFormattingProvider"] == {"rangesSupport": True}
    assert supported["documentOnTypeFormattingProvider"]["firstTriggerCharacter"] == "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_document_is_formatted_as_by_fmt(lsp, folder, encoding, line_end):
    text = WILD.replace("\n", line_end)
    client = lsp()
    client.initialize(folder, encodings=[encoding])
    uri = client.open(folder / "trace-events", text)
    made = after(text, formatted(client, uri), encoding)
    assert made == fmt(text)
    assert 'on(int slot, char *name) "\U0001f600 %d" "%s"\noff(int\n' in made
    client.change(uri, 2, made)
    assert formatted(client, uri) == []


def test_edits_are_exact_and_small(lsp, folder):
    client = lsp()
    client.initialize(folder, encodings=["utf-8"])
    uri = client.open(folder / "trace-events", '# c\non(int x,int y) "\U0001f600 %d"  "%d"\nfine(void) "x"\n')
    assert formatted(client, uri) == [
        {"range": span(1, 9, 9), "newText": " "},
        {"range": span(1, 26, 27), "newText": ""},
    ]


def test_formatted_text_gets_no_edits(lsp, folder):
    client = lsp()
    client.initialize(folder)
    for text in ("", 'a(void) "x"\n', "(((\n"):
        uri = client.open(f"untitled:{len(text)}", text)
        assert formatted(client, uri) == []


def test_a_range_leaves_the_rest_alone(lsp, folder):
    text = "a( void )\nb( void )\nc( void )\nd( void )\n"
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", text)
    expected = "a( void )\nb(void)\nc(void)\nd( void )\n"
    # A range of whole lines ends at the start of the next line; part of a line means the whole line.
    for start, end in (((1, 0), (3, 0)), ((1, 4), (2, 1))):
        assert after(text, range_formatted(client, uri, start, end)) == expected
    assert after(text, range_formatted(client, uri, (1, 0), (1, 0))) == text.replace("b( void )", "b(void)")


def test_a_range_keeps_line_ends(lsp, folder):
    text = "a( void )\r\nb( void )\r\ndisable b"
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", text)
    assert after(text, range_formatted(client, uri, (0, 0), (1, 9))) == "a(void)\r\nb(void)\r\ndisable b"


def test_several_ranges_at_once(lsp, folder):
    text = "a( void )\nb( void )\nc( void )\n"
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", text)
    ranges = [span(2, 0, 1), span(0, 0, 1), span(0, 2, 3)]
    edits = client.request(
        "textDocument/rangesFormatting",
        {"textDocument": {"uri": uri}, "ranges": ranges, "options": OPTIONS},
    )
    assert after(text, edits) == "a(void)\nb( void )\nc(void)\n"


def test_ranges_beyond_the_end(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", "a( void )")
    assert range_formatted(client, uri, (7, 3), (99, 0)) == []
    assert after("a( void )", range_formatted(client, uri, (0, 0), (2**31 - 1, 0))) == "a(void)"
    assert range_formatted(client, uri, (5, 0), (0, 0)) == []


def test_a_new_line_formats_the_one_before(lsp, folder):
    text = "a( void )\nb( void )\n\n\nc( int\n\n"
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", text)
    assert after(text, typed(client, uri, 2)) == text.replace("b( void )", "b(void)")
    # Blank lines are not removed while people type, and lines with mistakes stay.
    for line in (0, 3, 4, 5, 99):
        assert typed(client, uri, line) == []


def test_unknown_documents(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "a.c", "int  x;\n", "c")
    for document in (uri, "untitled:2", "file:///nowhere"):
        assert formatted(client, document) is None
        assert range_formatted(client, document, (0, 0), (1, 0)) is None
        assert typed(client, document, 1) is None


@pytest.mark.asyncio
async def test_each_editor_formats(editor, folder):
    from lsprotocol import types as t

    await editor.start(folder)
    line = 'on(int x,int y) "\U0001f600 %d"  "%d"\n'
    uri = editor.open(folder / "trace-events", line)
    document = t.TextDocumentIdentifier(uri)
    edits = await editor.client.text_document_formatting_async(
        t.DocumentFormattingParams(document, t.FormattingOptions(4, True))
    )
    blank = editor.column(line, '  "%d"')
    assert [(edit.range.start.character, edit.range.end.character, edit.new_text) for edit in edits] == [
        (9, 9, " "),
        (blank + 1, blank + 2, ""),
    ]
