"""Messages as bytes, sent to a server without a client in between."""

from __future__ import annotations

import json
import re
import sys

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002
SERVER = [sys.executable, "-m", "tesc", "lsp"]
HOVERED = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}


def error_of(client, method, params):
    """Code and message of a request's error."""
    error = client.answer(client.start(method, params))["error"]
    return error["code"], error["message"]


def alive(client):
    """Whether a server still works after everything sent before."""
    return client.request("workspace/executeCommand", {"command": "tesc.outputs"}) is not None


def send_body(client, body):
    client.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


def messages(*sent):
    """Messages as bytes."""
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in sent]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def session_in(folder, *more):
    """The messages of a short session with one document; the last answer has the number 9."""
    text = {"languageId": "trace-events", "version": 1, "text": 'a(int x) "%s"\n'}
    supported = {"textDocument": {"diagnostic": {}}}
    params = {"processId": None, "rootUri": folder.as_uri(), "capabilities": supported}
    document = {"uri": (folder / "trace-events").as_uri()}
    return messages(
        {"id": 1, "method": "initialize", "params": params},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": {**document, **text}}},
        {"id": 2, "method": "textDocument/diagnostic", "params": {"textDocument": document}},
        *more,
        {"id": 9, "method": "shutdown"},
        {"method": "exit"},
    )


def read_strictly(data):
    """The messages in some bytes, which must contain nothing else."""
    found = []
    while data:
        header = re.match(rb"Content-Length: (\d+)\r\n(Content-Type: [^\r]+\r\n)?\r\n", data)
        assert header, data[:100]
        end = header.end() + int(header[1])
        found.append(json.loads(data[header.end() : end]))
        data = data[end:]
    return found
