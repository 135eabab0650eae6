"""The first answer comes before the server is loaded, and is the same as the loaded server's."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from queue import Queue

import pytest
from pytest_lsp import client_capabilities

from tesc.lsp.greeting import CAPABILITIES, capabilities_for
from tests.lsp.conftest import EDITORS

OPERATIONS = ("willCreate", "didCreate", "willDelete", "didDelete", "willRename", "didRename")
EVERYTHING = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "rename": {"prepareSupport": True},
        "synchronization": {"willSave": True, "willSaveWaitUntil": True, "didSave": True},
    },
    "workspace": {"fileOperations": dict.fromkeys(OPERATIONS, True), "workspaceFolders": True},
}
CLIENTS = {
    "nothing": {},
    "everything": EVERYTHING,
    "UTF-32": {"general": {"positionEncodings": ["utf-7", "utf-32", "utf-8"]}},
    "unknown encodings": {"general": {"positionEncodings": ["utf-7"]}},
    "renames files": {"workspace": {"fileOperations": {"willRename": True, "didCreate": True}}},
    "operations, none of them": {"workspace": {"fileOperations": {}}},
}


class Heard:
    """What the server writes."""

    def __init__(self):
        self.messages = []

    def write(self, data):
        self.messages.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self):
        pass


def loaded_answer(capabilities):
    """The loaded server's answer to a client with some capabilities."""
    from tesc.lsp.server import Server

    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()

    async def ask():
        server, heard = Server(), Heard()
        server.protocol.set_writer(heard)
        server.protocol.receive(body)
        await asyncio.sleep(0)
        return next(one for one in heard.messages if one.get("id") == 1)

    return asyncio.run(ask())["result"]


def in_json(capabilities):
    from pygls.protocol import default_converter

    return default_converter().unstructure(capabilities)


def test_the_known_capabilities_are_the_servers(request):
    told = loaded_answer(EVERYTHING)["capabilities"]
    if request.config.getoption("update_goldens"):
        Path(CAPABILITIES).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    assert json.loads(Path(CAPABILITIES).read_text()) == told


@pytest.mark.parametrize("client", [*CLIENTS, *EDITORS[:3], EDITORS[-1]])
def test_each_client_gets_the_same_answer(client):
    supported = CLIENTS[client] if client in CLIENTS else in_json(client_capabilities(client))
    assert capabilities_for(supported) == loaded_answer(supported)["capabilities"]


def test_it_is_answered_once_and_nothing_is_loaded_for_it(lsp):
    client = lsp()
    client.initialize()
    assert client.request("workspace/symbol", {"query": ""}) in ([], None)
    assert client.stop() == 0
    code = (
        "import io, sys\n"
        "from tesc.lsp.greeting import greet\n"
        'body = b\'{"jsonrpc":"2.0","id":7,"method":"initialize","params":'
        '{"processId":null,"rootUri":null,"capabilities":{}}}\'\n'
        "read = io.BufferedReader(io.BytesIO(b'Content-Length: %d\\r\\n\\r\\n%b' % (len(body), body)))\n"
        "written = io.BytesIO()\n"
        "greeting = greet(read, written)\n"
        "assert greeting.number == 7 and greeting.body == body, greeting\n"
        "assert b'hoverProvider' in written.getvalue()\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'pygls', 'lsprotocol', 'asyncio', 'lark'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "sent",
    [
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":"x","rootUri":null,"capabilities":{}}}',
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null}}',
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":[]}',
        b'{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}',
    ],
)
def test_nonsense_is_refused_by_the_loaded_server(lsp, sent):
    client = lsp()
    client._answers[1] = Queue()
    client.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(sent), sent))
    assert "error" in client.answer(1)
    client.process.stdin.close()
    assert client.process.wait(30) == 1
