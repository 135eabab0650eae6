"""Clients of the language server: one that awaits answers, driven by plain JSON-RPC, as editors do."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
import pytest_asyncio

PATIENCE = 120
# Clients as pytest-lsp knows them, and what each of them is good for: neovim pulls and counts bytes,
# its 0.7 knows little of the protocol, emacs counts code points, VS Code UTF-16.
EDITORS = ("neovim", "neovim@v0.7", "visual-studio-code", "visual-studio-code (pulls)", "emacs")


class Client:
    """A client that speaks the protocol itself, so that nothing of a library's hides what is sent."""

    def __init__(
        self,
        arguments: list[str] | None = None,
        answers: dict[str, Any] | None = None,
        program: Sequence[str] = ("-m", "tesc"),
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *program, "lsp", *(arguments or [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._numbers = itertools.count(1)
        self._answers: dict[Any, Queue] = {}
        self._lock = threading.Lock()
        # What to answer to the server's requests, by method.
        self.answers = {"workspace/configuration": [None], **(answers or {})}
        self.notifications: Queue = Queue()
        self.requests: list[dict[str, Any]] = []
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        stream = self.process.stdout
        while True:
            length = 0
            while line := stream.readline():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                if not line.strip():
                    break
            if not length:
                return
            self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            self.requests.append(message)
            self.send({"id": message["id"], "result": self.answers.get(message["method"])})
        elif "method" in message:
            if message["method"] == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            self.notifications.put(message)
        else:
            self._answers[message["id"]].put(message)

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def send_bytes(self, data: bytes) -> None:
        with self._lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def start(self, method: str, params: Any) -> int:
        """Send a request; `answer` waits for its answer."""
        number = next(self._numbers)
        self._answers[number] = Queue()
        self.send({"id": number, "method": method, "params": params})
        return number

    def answer(self, number: int) -> dict[str, Any]:
        message = self._answers[number].get(timeout=PATIENCE)
        del self._answers[number]
        return message

    def request(self, method: str, params: Any) -> Any:
        """The result of a request; an error fails the test."""
        message = self.answer(self.start(method, params))
        assert "error" not in message, message["error"]
        return message["result"]

    def wait_for(self, method: str) -> dict[str, Any]:
        """The next notification of a kind."""
        while True:
            message = self.notifications.get(timeout=PATIENCE)
            if message["method"] == method:
                return message["params"]

    def published(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """The next diagnostics that are published for a document, or for a version of it."""
        while True:
            params = self.wait_for("textDocument/publishDiagnostics")
            if params["uri"] == uri and version in (None, params.get("version")):
                return params["diagnostics"]

    def quiet(self, method: str, seconds: float = 0.6) -> bool:
        """Whether no notification of a kind comes within some time."""
        while True:
            try:
                message = self.notifications.get(timeout=seconds)
            except Empty:
                return True
            if message["method"] == method:
                return False

    def initialize(
        self,
        *folders: Path,
        encodings: list[str] | None = None,
        capabilities: dict[str, Any] | None = None,
        options: Any = None,
    ) -> dict[str, Any]:
        """Begin a session in workspace folders; returns the server's capabilities."""
        able: dict[str, Any] = {
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": True},
                "rename": {"prepareSupport": True},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
                "completion": {"completionItem": {"snippetSupport": True}},
                **(capabilities or {}).pop("textDocument", {}),
            },
            **(capabilities or {}),
        }
        if encodings:
            able["general"] = {"positionEncodings": encodings}
        result = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folders[0].as_uri() if folders else None,
                "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders] or None,
                "capabilities": able,
                "initializationOptions": {"debounce": 0, "codeLens": True} if options is None else options,
            },
        )
        self.notify("initialized", {})
        return result["capabilities"]

    def open(self, path: Path | str, text: str | None = None, language: str = "trace-events") -> str:
        """Open a document, of a file or by URI; returns its URI."""
        uri = path if isinstance(path, str) else path.as_uri()
        if text is None:
            text = path.read_bytes().decode("utf-8")
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any] | str) -> None:
        """Edit a document: a string is its whole new text, else a range and its text."""
        given = [{"text": one} if isinstance(one, str) else one for one in changes]
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": given})

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """The result of a request about a place in a document; lines and columns count from 0."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.request(method, {**place, **more})

    def stop(self) -> int:
        """End the session as an editor does; returns the server's exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)


@pytest.fixture
def lsp():
    """A function that starts a language server; all are ended with the test."""
    yield from _starting()


@pytest.fixture(scope="module")
def lasting_lsp():
    """The same for servers that the tests of a module share."""
    yield from _starting()


def _starting():
    clients: list[Client] = []

    def start(*arguments: Any, **keywords: Any) -> Client:
        clients.append(Client(*arguments, **keywords))
        return clients[-1]

    yield start
    for client in clients:
        client.process.kill()
        client.process.wait()
        for stream in (client.process.stdin, client.process.stdout, client.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


@pytest.fixture
def folder(tmp_path):
    """A workspace folder, with no configuration above it."""
    (tmp_path / "tesc.toml").write_text("")
    return tmp_path


class Editor:
    """A session of one kind of editor: `client` is pytest-lsp's, `encoding` what was agreed on."""

    def __init__(self, client: Any, kind: str) -> None:
        self.client = client
        self.kind = kind
        self.registered: list[Any] = []
        self.server: Any = None  # its capabilities
        self.encoding = ""

    async def start(self, *folders: Path, options: Any = None) -> Any:
        """Begin a session in workspace folders; returns the server's capabilities."""
        from lsprotocol import types as t
        from pytest_lsp import client_capabilities

        @self.client.feature(t.CLIENT_REGISTER_CAPABILITY)
        def register(params: t.RegistrationParams) -> None:
            self.registered.extend(params.registrations)

        for method in (
            t.WORKSPACE_CODE_LENS_REFRESH,
            t.WORKSPACE_INLAY_HINT_REFRESH,
            t.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
        ):
            self.client.feature(method)(lambda params: None)

        able = client_capabilities(self.kind.partition(" (")[0])
        if self.kind.endswith("(pulls)"):
            able.text_document.diagnostic = t.DiagnosticClientCapabilities(related_document_support=True)
        params = t.InitializeParams(
            able,
            root_uri=folders[0].as_uri() if folders else None,
            workspace_folders=[t.WorkspaceFolder(one.as_uri(), one.name) for one in folders] or None,
            initialization_options={"debounce": 0, "codeLens": True} if options is None else options,
        )
        self.server = (await self.client.initialize_session(params)).capabilities
        self.encoding = t.PositionEncodingKind(self.server.position_encoding or "utf-16").value
        return self.server

    @property
    def pulls(self) -> bool:
        return self.client.capabilities.text_document.diagnostic is not None

    def open(self, path: Path | str, text: str | None = None, language: str = "trace-events") -> str:
        """Open a document, of a file or by URI; returns its URI."""
        from lsprotocol import types as t

        uri = path if isinstance(path, str) else path.as_uri()
        if text is None:
            text = path.read_bytes().decode("utf-8")
        item = t.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(t.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, *changes: Any) -> None:
        """Edit a document: a string is its whole new text, else a range and its text."""
        from lsprotocol import types as t

        given = [
            t.TextDocumentContentChangeWholeDocument(one)
            if isinstance(one, str)
            else t.TextDocumentContentChangePartial(*one)
            for one in changes
        ]
        document = t.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(t.DidChangeTextDocumentParams(document, given))

    async def diagnostics(self, uri: str, *codes: str) -> list[Any]:
        """The diagnostics of a document, as soon as they have these codes, in this order."""
        from lsprotocol import types as t

        found: Any = None
        for _ in range(PATIENCE * 5):
            if self.pulls:
                params = t.DocumentDiagnosticParams(t.TextDocumentIdentifier(uri))
                found = (await self.client.text_document_diagnostic_async(params)).items
            else:
                found = self.client.diagnostics.get(uri)
            if found is not None and [one.code for one in found] == list(codes):
                return list(found)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{uri}: {found}")

    def column(self, line: str, text: str, end: bool = False) -> int:
        """Where a text is in a line, or ends with `end`, in the units that were agreed on."""
        before = line[: line.index(text) + (len(text) if end else 0)]
        if self.encoding == "utf-32":
            return len(before)
        wide = before.encode(f"{self.encoding}le" if self.encoding == "utf-16" else "utf-8")
        return len(wide) // 2 if self.encoding == "utf-16" else len(wide)


@pytest_asyncio.fixture(params=EDITORS)
async def editor(request, skip_without):
    """An editor that has started a language server, in turn each kind; `start` begins its session."""
    if sys.version_info < (3, 10):
        pytest.skip("pytest-lsp wants Python 3.10")
    try:
        from pytest_lsp import ClientServerConfig
    except ImportError:
        skip_without("pytest-lsp (pip install -e '.[test]')")
    client = await ClientServerConfig([sys.executable, "-m", "tesc", "lsp"]).start()
    yield Editor(client, request.param)
    await client.shutdown_session()
    await client.stop()


@pytest.fixture(scope="module")
def sessions(lasting_lsp, tmp_path_factory):
    """A function that gives a client in a folder without files, the same for the same capabilities."""
    known = {}

    def session(**given):
        if repr(given) not in known:
            folder = tmp_path_factory.mktemp("session")
            (folder / "tesc.toml").write_text("")
            client = lasting_lsp()
            client.initialize(folder, **given)
            known[repr(given)] = (client, folder)
        return known[repr(given)]

    return session


@pytest.fixture
def opened(sessions, request):
    """A function that opens a text; returns the client and the document's URI."""
    documents = []

    def start(text, *, encodings=None, capabilities=None, options=None):
        options = {"debounce": 0, "ignore": ["TE412"], **(options or {})}
        client, folder = sessions(encodings=encodings, capabilities=dict(capabilities or {}), options=options)
        # Nothing that is told of one test's document is taken for another's.
        number = abs(hash(request.node.nodeid))
        uri = client.open(folder / f"{number}.trace-events", text)
        documents.append((client, uri))
        client.published(uri)
        return client, uri

    yield start
    for client, uri in documents:
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def wait_until(test: Callable[[], bool]) -> None:
    """Wait for something that comes about by itself."""
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def span(line: int, start: int, end: int) -> dict[str, Any]:
    """A range within a line, as the protocol has it."""
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
