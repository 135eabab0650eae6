"""A document that is far too large is not read, and the client gets one message about it."""

from __future__ import annotations

import json
import subprocess
import sys


def test_a_document_of_more_than_16_megabytes(tmp_path):
    uri = (tmp_path / "trace-events").as_uri()
    large = 'x_loose(int a) "%x"\n' * 850_000
    assert len(large) > 16 * 1024 * 1024
    item = {"uri": uri, "languageId": "trace-events", "version": 1, "text": large}
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": large + "y(void)\n"}]}
    position = {"textDocument": {"uri": uri}, "position": {"line": 800_000, "character": 3}}
    messages = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": item}},
        {"method": "textDocument/didChange", "params": change},
        {"id": 2, "method": "textDocument/hover", "params": position},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    sent = b""
    for message in messages:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sent += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    command = [sys.executable, "-m", "tesc", "lsp"]
    done = subprocess.run(command, input=sent, capture_output=True, cwd=tmp_path, timeout=300)
    said = done.stdout.decode()
    assert said.count("larger than 16 MiB, so tesc does not read it") == 1
    assert "TE407" not in said
    assert said.count('"error"') == 0
