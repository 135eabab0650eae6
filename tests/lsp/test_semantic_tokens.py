"""Semantic tokens: every piece of a line; all tokens, or the changed ones."""

from __future__ import annotations

import pytest

from tests.lsp.navigation import indexed, until

FULL = "textDocument/semanticTokens/full"
D, DEPRECATED, LIBRARY = "declaration", "deprecated", "defaultLibrary"


def cut(line, start, length, encoding):
    """A piece of a line, by the client's units."""
    if encoding == "utf-32":
        return line[start : start + length]
    width, codec = (1, "utf-8") if encoding == "utf-8" else (2, "utf-16le")
    return line.encode(codec)[start * width : (start + length) * width].decode(codec)


def lines_of(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def decoded(legend, data, text, encoding="utf-16"):
    """Line, text, type and modifiers of each token; fails if tokens overlap or are out of order."""
    lines = lines_of(text)
    found = []
    line = column = end = 0
    assert len(data) % 5 == 0
    for at in range(0, len(data), 5):
        down, right, length, kind, bits = data[at : at + 5]
        if down:
            line, column, end = line + down, 0, 0
        column += right
        assert column >= end and length > 0 and down >= 0 and right >= 0
        end = column + length
        modifiers = [name for bit, name in enumerate(legend["tokenModifiers"]) if bits >> bit & 1]
        piece = cut(lines[line], column, length, encoding)
        found.append((line, piece, legend["tokenTypes"][kind], *modifiers))
    return found


class Session:
    """A client with one document and its tokens."""

    def __init__(self, client, folder, text, **initialize):
        self.client, self.text = client, text
        capabilities = client.initialize(folder, **initialize)
        self.encoding = capabilities["positionEncoding"]
        self.legend = capabilities["semanticTokensProvider"]["legend"]
        self.uri = client.open(folder / "trace-events", text)

    def full(self):
        return self.client.request(FULL, {"textDocument": {"uri": self.uri}})

    def tokens(self):
        return decoded(self.legend, self.full()["data"], self.text, self.encoding)


@pytest.fixture
def session(lsp, folder):
    return lambda text, **initialize: Session(lsp(), folder, text, **initialize)


def of_line(session, text):
    return [token[1:] for token in session(text).tokens()]


def test_capabilities(lsp, folder):
    provider = lsp().initialize(folder)["semanticTokensProvider"]
    assert provider["full"] == {"delta": True} and provider["range"] is True
    from lsprotocol import types as t

    # Only names that the themes of every editor support.
    assert set(provider["legend"]["tokenTypes"]) <= {kind.value for kind in t.SemanticTokenTypes}
    assert set(provider["legend"]["tokenModifiers"]) <= {kind.value for kind in t.SemanticTokenModifiers}


def test_an_event(session):
    line = 'tcg on(const char *name, struct foo *x, uint8_t y) "a %s\\t%p" " %02" PRIx8 "%% " FOO\n'
    assert of_line(session, line) == [
        ("tcg", "keyword"),
        ("on", "function", D),
        ("const", "keyword"),
        ("char", "type"),
        ("name", "parameter", D),
        ("struct", "keyword"),
        ("foo", "type"),
        ("x", "parameter", D),
        ("uint8_t", "type"),
        ("y", "parameter", D),
        ('"a ', "string"),
        ("%s", "regexp"),
        ("\\t", "string"),
        ("%p", "regexp"),
        ('"', "string"),
        ('" ', "string"),
        ("%02", "regexp"),
        ('"', "string"),
        ("PRIx8", "macro", LIBRARY),
        ('"', "string"),
        ("%%", "regexp"),
        (' "', "string"),
        ("FOO", "macro"),
    ]


def test_a_conversion_in_several_literals(session):
    assert of_line(session, 'a(int x) "%""0""8x"\n')[3:] == [
        ('"', "string"),
        ("%", "regexp"),
        ('"', "string"),
        ('"', "string"),
        ("0", "regexp"),
        ('"', "string"),
        ('"', "string"),
        ("8x", "regexp"),
        ('"', "string"),
    ]


def test_events_without_parameters(session):
    assert of_line(session, 'void_(void) "x"\n') == [
        ("void_", "function", D),
        ("void", "type"),
        ('"x"', "string"),
    ]
    assert of_line(session, "a()\n") == [("a", "function", D)]


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("  # a comment \n", [("# a comment", "comment")]),
        (
            'include "prefix base" prefix p_ base 0x10\n',
            [
                ("include", "keyword"),
                ('"prefix base"', "string"),
                ("prefix", "keyword"),
                ("p_", "namespace", D),
                ("base", "keyword"),
                ("0x10", "number"),
            ],
        ),
        ('include "a"', [("include", "keyword"), ('"a"', "string")]),
        ("prefix prefix_\n", [("prefix", "keyword"), ("prefix_", "namespace", D)]),
        ("disable a_*, b\n", [("disable", "keyword"), ("a_*", "function"), ("b", "function")]),
        ('name "x"\n', [("name", "function")]),
        ("name(int\n", [("name", "function", D), ("int", "type")]),
        ("((( int\n", []),
        ("\n", []),
    ],
)
def test_other_lines(session, line, tokens):
    assert of_line(session, line) == tokens


def test_disabled_events_are_marked(session):
    text = 'disable a_*\ndisable one(void) "x"\na_two(void) "x"\nthree(void) "x"\n'
    names = [token[1:] for token in session(text).tokens() if token[2] == "function"]
    assert names == [
        ("a_*", "function"),
        ("one", "function", D, DEPRECATED),
        ("a_two", "function", D, DEPRECATED),
        ("three", "function", D),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lengths_count_what_the_client_counts(session, encoding, line_end):
    text = '# \U0001f600é\nusb(int a) "\U0001f600 %d \x0c\U0001f600" "%d"\n'.replace("\n", line_end)
    tokens = session(text, encodings=[encoding]).tokens()
    assert [token[1] for token in tokens] == [
        *("# \U0001f600é", "usb", "int", "a"),
        *('"\U0001f600 ', "%d", ' \x0c\U0001f600"', '"', "%d", '"'),
    ]
    assert [token[0] for token in tokens] == [0] + [1] * 9


def test_a_range_has_the_tokens_of_its_lines(session):
    text = "".join(f'event_{number}(int x) "%d"\n' for number in range(30))
    one = session(text)
    everything = one.tokens()

    def within(first, last):
        place = {"start": {"line": first, "character": 3}, "end": {"line": last, "character": 2}}
        params = {"textDocument": {"uri": one.uri}, "range": place}
        return decoded(
            one.legend, one.client.request("textDocument/semanticTokens/range", params)["data"], text
        )

    assert within(10, 12) == [token for token in everything if 10 <= token[0] <= 12]
    assert within(0, 0) == everything[:6]
    assert within(29, 2**31 - 1) == everything[-6:]
    assert within(40, 50) == within(5, 4) == []


def applied(data, edits):
    for edit in sorted(edits, key=lambda edit: edit["start"], reverse=True):
        data = [*data[: edit["start"]], *edit.get("data", []), *data[edit["start"] + edit["deleteCount"] :]]
    return data


def test_a_delta_makes_the_old_tokens_the_new_ones(session):
    lines = [f'event_{number}(int x) "%d"\n' for number in range(30)]
    one = session("".join(lines))
    known = one.full()

    def delta(previous):
        params = {"textDocument": {"uri": one.uri}, "previousResultId": previous}
        return one.client.request(f"{FULL}/delta", params)

    version = 1
    for at, line in ((10, "# comment\n"), (0, ""), (29, 'e(void) "x"'), (15, lines[15]), (3, lines[3] * 3)):
        version += 1
        lines[at] = line
        one.client.change(one.uri, version, "".join(lines))
        changed = delta(known["resultId"])
        assert len(changed["edits"]) <= 1
        assert all(len(edit["data"]) + edit["deleteCount"] <= 90 for edit in changed["edits"])
        data = applied(known["data"], changed["edits"])
        known = one.full()
        assert data == known["data"]
    assert delta(known["resultId"])["edits"] == []
    # For an unknown earlier result, the server sends all tokens.
    assert delta("gone")["data"] == known["data"]


def test_a_pattern_elsewhere_has_the_client_ask_again(lsp, folder):
    root, included = folder / "trace-events", folder / "usb.trace-events"
    root.write_text('include "usb.trace-events"\n')
    included.write_text('plug(void) "x"\nslow(void) "x"\n')
    supported = {"workspace": {"semanticTokens": {"refreshSupport": True}}}
    client = lsp()
    legend = client.initialize(folder, capabilities=supported)["semanticTokensProvider"]["legend"]
    uri = client.open(included)
    directory = client.open(root)
    client.published(directory)

    def names():
        data = client.request(FULL, {"textDocument": {"uri": uri}})["data"]
        return [token[1:] for token in decoded(legend, data, included.read_text()) if token[2] == "function"]

    def refreshes():
        return sum(one["method"] == "workspace/semanticTokens/refresh" for one in client.requests)

    assert names() == [("plug", "function", D), ("slow", "function", D)]
    client.change(directory, 2, 'include "usb.trace-events"\ndisable s*\n')
    for _ in range(100):
        if refreshes():
            break
        client.quiet("nothing", 0.05)
    assert refreshes() == 1
    assert names() == [("plug", "function", D), ("slow", "function", D, DEPRECATED)]
    # A change that does not affect the included file causes no refresh.
    client.change(directory, 3, 'include "usb.trace-events"\ndisable s*\nevent(int x) "%s"\n')
    assert client.published(directory) != []
    assert refreshes() == 1


def test_unknown_documents(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "a.c", "int x;\n", "c")
    for document in (uri, "untitled:2"):
        place = {"textDocument": {"uri": document}}
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
        assert client.request(FULL, place) is None
        assert client.request(f"{FULL}/delta", {**place, "previousResultId": "1"}) is None
        assert client.request("textDocument/semanticTokens/range", {**place, "range": whole}) is None


@pytest.mark.asyncio
async def test_each_editor_gets_tokens(editor, folder):
    from lsprotocol import types as t

    supported = await editor.start(folder)
    text = 'on(int x) "\U0001f600 %d"\n'
    uri = editor.open(folder / "trace-events", text)
    found = await editor.client.text_document_semantic_tokens_full_async(
        t.SemanticTokensParams(t.TextDocumentIdentifier(uri))
    )
    provider = supported.semantic_tokens_provider.legend
    legend = {"tokenTypes": provider.token_types, "tokenModifiers": provider.token_modifiers}
    assert decoded(legend, found.data, text, editor.encoding)[-2:] == [
        (0, "%d", "regexp"),
        (0, '"', "string"),
    ]


CALLS = """\
#include "trace.h"
void f(int é)
{
    /* 😀 */ trace_net_send(1); trace_net_sned(2);
    if (TRACE_NET_SEND_ENABLED && TRACE_NET_SNED_ENABLED) {
        g(trace_net_send, "trace_net_send(1)");
    }
}
void trace_net_by_hand(void);
"""
COLOURED = [
    (3, "net_send", "function"),
    (3, "trace_net_sned", "function"),
    (4, "NET_SEND", "macro"),
    (4, "TRACE_NET_SNED_ENABLED", "macro"),
    (5, "net_send", "function"),
]


def source_session(lsp, folder, **given):
    (folder / "trace-events").write_text('net_send(int bytes) "bytes %d"\n')
    (folder / "net.c").write_text(CALLS, encoding="utf-8")
    client = lsp()
    capabilities = client.initialize(folder, **given)
    uri = client.open(folder / "trace-events")
    indexed(client, uri)
    return client, capabilities, client.open(folder / "net.c", language="c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_calls_of_declared_events(lsp, folder, encoding):
    client, capabilities, uri = source_session(lsp, folder, encodings=[encoding])
    legend = capabilities["semanticTokensProvider"]["legend"]
    data = client.request(FULL, {"textDocument": {"uri": uri}})["data"]
    assert decoded(legend, data, CALLS, encoding) == COLOURED
    part = {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 9}}
    asked = {"textDocument": {"uri": uri}, "range": part}
    data = client.request("textDocument/semanticTokens/range", asked)["data"]
    assert decoded(legend, data, CALLS, encoding) == COLOURED[2:4]


def test_a_declaration_colours_its_calls(lsp, folder):
    supported = {"workspace": {"semanticTokens": {"refreshSupport": True}}}
    client, capabilities, uri = source_session(lsp, folder, capabilities=supported)
    legend = capabilities["semanticTokensProvider"]["legend"]
    first = client.request(FULL, {"textDocument": {"uri": uri}})
    events = (folder / "trace-events").as_uri()
    client.change(events, 2, 'net_send(int bytes) "bytes %d"\nnet_sned(int bytes) "bytes %d"\n')
    client.published(events)

    def refreshed():
        return any(one["method"] == "workspace/semanticTokens/refresh" for one in client.requests)

    assert until(refreshed)
    asked = {"textDocument": {"uri": uri}, "previousResultId": first["resultId"]}
    again = client.request(FULL + "/delta", asked)
    data = again["data"] if "data" in again else applied(first["data"], again["edits"])
    assert (3, "net_sned", "function") in decoded(legend, data, CALLS)


def test_calls_are_not_coloured_where_the_client_says_so(lsp, folder):
    client, _, uri = source_session(lsp, folder, options={"sourceTokens": False, "codeLens": True})
    assert client.request(FULL, {"textDocument": {"uri": uri}}) is None
