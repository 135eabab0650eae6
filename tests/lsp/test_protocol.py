"""The protocol below the features: messages at the wrong time, with nonsense, or invalid."""

from __future__ import annotations

import json
import queue
import re

import pytest

from tests.lsp.client import PATIENCE, span
from tests.lsp.wire import (
    HOVERED,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    NOT_INITIALIZED,
    PARSE_ERROR,
    alive,
    error_of,
    send_body,
)


def test_requests_before_initialize_are_refused(lsp):
    client = lsp()
    # Also requests with invalid parameters.
    for method in ("textDocument/formatting", "textDocument/semanticTokens/full", "no/such"):
        code, message = error_of(client, method, HOVERED)
        assert (code, message) == (NOT_INITIALIZED, f"'{method}' came before 'initialize'")
    # Notifications are dropped.
    client.open("untitled:1", "a(int\n")
    client.initialize()
    assert client.quiet("textDocument/publishDiagnostics")


def test_requests_after_shutdown_are_refused(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client.request("shutdown", None)
    code, message = error_of(client, "textDocument/hover", HOVERED)
    assert (code, message) == (INVALID_REQUEST, "'textDocument/hover' came after 'shutdown'")
    assert error_of(client, "shutdown", None)[0] == INVALID_REQUEST
    client.open("untitled:1", "a(int\n")
    client.notify("exit", None)
    assert client.process.wait(PATIENCE) == 0


def test_a_second_initialize_is_refused(lsp, folder):
    client = lsp()
    client.initialize(folder)
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    code, message = error_of(client, "initialize", params)
    assert (code, message) == (INVALID_REQUEST, "'initialize' came a second time")
    assert alive(client)


def test_unknown_methods(lsp, folder):
    client = lsp()
    client.initialize(folder)
    for method in ("no/such", "textDocument/prepareTypeHierarchy", "$/unknown"):
        assert error_of(client, method, HOVERED)[0] == METHOD_NOT_FOUND
    client.notify("no/such", {})
    client.notify("$/unknown", None)
    assert alive(client)


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"textDocument": None},
        {"textDocument": {"uri": 3}},
        {"textDocument": {"uri": "x"}, "options": "x"},
        "x",
        7,
    ],
)
def test_params_that_make_no_sense(lsp, folder, params):
    client = lsp()
    client.initialize(folder)
    code, message = error_of(client, "textDocument/formatting", params)
    assert code == INVALID_PARAMS and message
    assert alive(client)


def test_initialize_with_params_that_make_no_sense_can_be_said_again(lsp, folder):
    client = lsp()
    assert error_of(client, "initialize", {"capabilities": 3})[0] == INVALID_PARAMS
    assert client.initialize(folder)["textDocumentSync"]


@pytest.mark.parametrize("options", [7, [1], "x", {"debounce": "soon"}, {"select": 3, "inlayHints": 4}])
def test_options_that_make_no_sense(lsp, folder, options):
    client = lsp()
    client.initialize(folder, options=options)
    uri = client.open(folder / "trace-events", 'a(int x) "%s"\n')
    assert [one["code"] for one in client.published(uri)] == ["TE415"]


def test_failures_show_no_pop_up(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", "a(void)\n")
    for method, params in (
        ("textDocument/didOpen", {"textDocument": 3}),
        ("textDocument/didOpen", None),
        ("textDocument/didChange", {"textDocument": {"uri": uri}}),
        ("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [3]}),
        ("textDocument/didClose", {"textDocument": {"uri": "untitled:nothing"}}),
        ("textDocument/didSave", {"textDocument": {"uri": "untitled:nothing"}}),
        ("workspace/didChangeConfiguration", {"settings": 3}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file://[", "type": 9}]}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "\0", "type": 1}]}),
        ("workspace/didChangeWorkspaceFolders", {"event": {"added": [{"uri": "x", "name": ""}]}}),
        ("$/cancelRequest", {"id": 12345}),
        ("$/setTrace", {"value": "everything"}),
        ("window/workDoneProgress/cancel", {"token": 4}),
    ):
        client.notify(method, params)
    assert alive(client)
    seen = []
    while not client.notifications.empty():
        seen.append(client.notifications.get()["method"])
    assert "window/showMessage" not in seen
    assert client.process.poll() is None


def test_a_change_of_a_document_that_is_not_open(lsp, folder):
    client = lsp()
    client.initialize(folder)
    (folder / "trace-events").write_text("a(int\n")
    uri = (folder / "trace-events").as_uri()
    client.change(uri, 2, "b(int\n")
    client.change(uri, 3, {"range": span(0, 0, 1), "text": "x"})
    client.change("untitled:9", 3, {"range": span(0, 0, 1), "text": "x"})
    assert alive(client)
    assert client.open(folder / "trace-events", "a(void)\n") == uri
    assert client.published(uri)  # for the opened text, whose event has no format


def test_a_document_may_be_opened_twice_and_closed_twice(lsp, folder):
    client = lsp()
    client.initialize(folder)
    uri = client.open(folder / "trace-events", 'a(int x) "%d"\n')
    client.open(folder / "trace-events", 'a(int x) "%s"\n')
    while not client.diagnostics.get(uri):
        client.published(uri)
    assert [one["code"] for one in client.diagnostics[uri]] == ["TE415"]
    for _ in range(2):
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert alive(client)


def test_lone_surrogates(lsp, folder):
    client = lsp()
    client.initialize(folder, encodings=["utf-8"])
    uri = client.open(folder / "trace-events", 'a(int x) "\udc80 \ud83d %s"  \n# \udfff\n')
    found = client.published(uri)
    assert "TE415" in [one["code"] for one in found]
    for one in found:
        json.dumps(one).encode("utf-8")
    client.change(uri, 2, {"range": span(0, 0, 1), "text": "\ud800"})
    client.change(uri, 3, 'b(int x) "\ude00"\n')
    document = {"textDocument": {"uri": uri}}
    client.request("textDocument/formatting", {**document, "options": {"tabSize": 1, "insertSpaces": True}})
    client.request("textDocument/semanticTokens/full", document)
    for command, *arguments in (
        ("tesc.flatten", uri),
        ("tesc.generate", uri, "b", "log", "h"),
        ("tesc.explain", "\ud800"),
    ):
        number = client.start("workspace/executeCommand", {"command": command, "arguments": arguments})
        answer = client.answer(number)
        assert answer.get("error", {"code": -32803})["code"] == -32803
        json.dumps(answer, ensure_ascii=False).encode("utf-8")
    for odd in ("file:///\ud800", "untitled:\udc00", "\ud800"):
        client.open(odd, "a(int\n")
    assert alive(client)


@pytest.mark.parametrize("name", ["id", "method", "jsonrpc", "params"])
def test_invalid_messages(lsp, folder, name):
    client = lsp()
    client.initialize(folder)
    client._answers.update({odd: queue.Queue() for odd in (77, None, "x")})
    for value in (None, [], {}, 3.5, True, "x"):
        message = {"jsonrpc": "2.0", "id": 77, "method": "no/such", "params": {}}
        message[name] = value
        send_body(client, json.dumps(message).encode())
        assert alive(client)
        # A request without a valid number is answered without one.
        number = {"params": 77, "id": "x" if value == "x" else None}.get(name)
        if (name, value) == ("method", "x"):
            number = 77
        code = METHOD_NOT_FOUND if number is not None else INVALID_REQUEST
        assert client._answers[number].get_nowait()["error"]["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", PARSE_ERROR),
        (b"{", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[[[[" * 9000, PARSE_ERROR),
        *((body, INVALID_REQUEST) for body in (b"null", b"[]", b"3", b'"x"', b"{}", b'{"jsonrpc":"2.0"}')),
    ],
)
def test_invalid_bodies(lsp, folder, body, code):
    client = lsp()
    client.initialize(folder)
    client._answers[None] = queue.Queue()
    send_body(client, body)
    assert client.answer(None)["error"]["code"] == code
    assert alive(client)


def test_a_batch_is_answered_message_by_message(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client._answers.update({number: queue.Queue() for number in (501, 502)})
    outputs = {"command": "tesc.outputs"}
    batch = [
        {"jsonrpc": "2.0", "id": 501, "method": "workspace/executeCommand", "params": outputs},
        {"jsonrpc": "2.0", "method": "no/such"},
        {"jsonrpc": "2.0", "id": 502, "method": "no/such"},
    ]
    send_body(client, json.dumps(batch).encode())
    assert "backends" in client.answer(501)["result"]
    assert client.answer(502)["error"]["code"] == METHOD_NOT_FOUND


def test_answers_that_nobody_asked_for(lsp, folder):
    client = lsp()
    client.initialize(folder)
    client.send({"id": 99, "result": 3})
    client.send({"id": "x", "error": {"code": 1, "message": "no"}})
    client.send({"id": "y", "error": 3})
    client.send({"id": None, "result": None})
    client.send({"error": {"code": 1, "message": "no"}})
    client.send({"id": [], "result": {}})
    assert alive(client)


def test_headers_in_any_case_and_with_other_headers(lsp):
    client = lsp()
    params = {"processId": None, "rootUri": None, "capabilities": {}}
    for number, header in enumerate(
        (
            b"content-length: %d\r\n\r\n",
            b"CONTENT-LENGTH:%d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
            b"X-Other: 1\r\nContent-Length : %d \r\n\r\n",
            b"Content-Length: %d\n\n",
            b"\r\nContent-Length: %d\r\n\r\n",
        )
    ):
        client._answers[number + 50] = queue.Queue()
        message = {"jsonrpc": "2.0", "id": number + 50, "method": "initialize", "params": params}
        body = json.dumps(message).encode()
        client.send_bytes(header % len(body) + body)
        assert "result" in client.answer(number + 50) or number


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 99999999999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n{}",
        b"Content-Length: ten\r\n\r\n{}",
        b"Content-Length: 0x10\r\n\r\n{}",
        "Content-Length: \u0663\r\n\r\n{}".encode(),
        pytest.param(b"Content-Type: text/plain\r\n\r\n" * 80, id="no length"),
        pytest.param(b"hello\r\n" * 100, id="no fields"),
        pytest.param(b"\0" * 300_000 + b"\n" * 100, id="zeros"),
    ],
)
def test_an_invalid_header_ends_the_server_with_a_message(lsp, folder, data):
    client = lsp()
    client.initialize(folder)
    alive(client)
    client.send_bytes(data)
    assert client.process.wait(PATIENCE) == 1
    said = client.process.stderr.read().decode()
    assert re.fullmatch(r"tesc lsp: not? [^\n]+\n", said)


def test_garbage_before_a_header_is_skipped(lsp):
    client = lsp()
    client.send_bytes(b"warning: something\r\n\r\n")
    assert client.initialize()["textDocumentSync"]
