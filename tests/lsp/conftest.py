"""Fixtures for tests of the language server: clients, folders, and pytest-lsp's editors."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import tesc
from tests.lsp import forked
from tests.lsp.client import PATIENCE, STARTED, Client

# pytest-lsp's clients, and what is special about each: neovim pulls and counts bytes, its version 0.7
# supports little of the protocol, emacs counts code points, VS Code UTF-16.
EDITORS = ("neovim", "neovim@v0.7", "visual-studio-code", "visual-studio-code (pulls)", "emacs")


@pytest.fixture(scope="session")
def forking(tmp_path_factory):
    """Python arguments that run a language server, if possible as a fork."""
    if not forked.SUPPORTED:
        yield STARTED
        return
    path = tmp_path_factory.mktemp("forked") / "socket"
    command = [sys.executable, forked.__file__, "parent", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(tesc.__file__).parents[1])}
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as parent:
        assert parent.stdout.readline() == b"ready\n"
        yield ("-S", forked.__file__, "server", str(path))
        parent.stdin.close()


@pytest.fixture
def lsp(forking):
    """A function that starts a language server; all of them end with the test."""
    yield from _clients(forking)


@pytest.fixture
def started_lsp():
    """The same, with servers that are started as editors start them."""
    yield from _clients(STARTED)


@pytest.fixture(scope="module")
def lasting_lsp(forking):
    """The same, with servers that the tests of a module share."""
    yield from _clients(forking)


def _clients(program: Sequence[str]) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def start(*arguments: Any, **keywords: Any) -> Client:
        clients.append(Client(*arguments, **{"program": program, **keywords}))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def folder(tmp_path):
    """A workspace folder without a configuration above it."""
    (tmp_path / "tesc.toml").write_text("")
    return tmp_path


class Editor:
    """A session of one kind of editor: `client` is pytest-lsp's, `encoding` the negotiated one."""

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

        supported = client_capabilities(self.kind.partition(" (")[0])
        if self.kind.endswith("(pulls)"):
            supported.text_document.diagnostic = t.DiagnosticClientCapabilities(related_document_support=True)
        params = t.InitializeParams(
            supported,
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
        """The diagnostics of a document, as soon as they have these codes in this order."""
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
        """The place of a text in a line, or with `end` its end, in the negotiated units."""
        before = line[: line.index(text) + (len(text) if end else 0)]
        if self.encoding == "utf-32":
            return len(before)
        wide = before.encode(f"{self.encoding}le" if self.encoding == "utf-16" else "utf-8")
        return len(wide) // 2 if self.encoding == "utf-16" else len(wide)


@pytest_asyncio.fixture(params=EDITORS)
async def editor(request, skip_without, forking):
    """An editor that has started a language server, of each kind in turn; `start` begins its session."""
    if sys.version_info < (3, 10):
        pytest.skip("pytest-lsp wants Python 3.10")
    try:
        from pytest_lsp import ClientServerConfig
    except ImportError:
        skip_without("pytest-lsp (pip install -e '.[test]')")
    client = await ClientServerConfig([sys.executable, *forking, "lsp"]).start()
    yield Editor(client, request.param)
    await client.shutdown_session()
    await client.stop()


@pytest.fixture(scope="module")
def sessions(lasting_lsp, tmp_path_factory):
    """A function that returns a client in a folder without files, the same one for the same capabilities."""
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
        # Each test has its own document, so that no notification is taken for another test's.
        number = abs(hash(request.node.nodeid))
        uri = client.open(folder / f"{number}.trace-events", text)
        documents.append((client, uri))
        client.published(uri)
        return client, uri

    yield start
    for client, uri in documents:
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
