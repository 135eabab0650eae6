"""The server: pygls' server with tesc's session and documents."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types as t
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from tesc import __version__
from tesc.lsp.disk_changes import ExpectedChanges
from tesc.lsp.edits import workspace_edit
from tesc.lsp.features import register_all
from tesc.lsp.protocol import Protocol
from tesc.lsp.publishing import Publisher
from tesc.lsp.session import Session
from tesc.lsp.sources import Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from typing import Any

    from cattrs import Converter

    from tesc.analysis.diagnostic import SourceEdit
    from tesc.lsp.sources import SourceView
    from tesc.lsp.view import View


# pygls logs every rejected request with a traceback; internal errors go to the client's log.
logging.getLogger("pygls").addHandler(logging.NullHandler())
logging.getLogger("pygls").propagate = False


# The number of places in one part of a partial result.
_PART = 100


class Server(LanguageServer):
    """A language server for one client."""

    protocol: Protocol

    def __init__(self) -> None:
        # Converts messages, and arguments of commands. There is only one: it learns each type when it first
        # converts it, which takes longer than converting.
        self.converter: Converter = default_converter()  # type: ignore[no-untyped-call]
        super().__init__(
            "tesc",
            __version__,
            protocol_cls=Protocol,
            converter_factory=lambda: self.converter,
            max_workers=2,
        )
        self.session = Session()
        self.sources = Sources(self.session)
        self.publisher = Publisher(self)
        self.expected = ExpectedChanges()
        # What the client sent as `initializationOptions`.
        self.options: dict[str, Any] = {}
        # Called after a change of texts, files or settings, once findings have been published.
        self.followers: list[Callable[[], None]] = []
        # Completes once the files of the folders are read.
        self.loading: asyncio.Future[None] | None = None
        # The folders whose sources are being read, and those that will be read soon.
        self.indexing: set[str] = set()
        self.to_index: set[str] = set()
        self._kept: set[asyncio.Task[Any]] = set()
        register_all(self)

    @property
    def is_loading(self) -> bool:
        """Whether the files of the folders are being read."""
        return self.loading is not None and not self.loading.done()

    @property
    def exit_status(self) -> int:
        """The exit status: 1 if the client did not send `shutdown` before `exit`."""
        return 0 if self.protocol._shutdown else 1

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an internal error; pygls would show a pop-up, which interrupts the user.

        A rejected request gets the reason in its answer.
        """
        if isinstance(error, JsonRpcException) and error.code != JsonRpcInternalError.CODE:
            return
        self.log(f"{source.__name__}: {error}")

    def log(self, message: str, kind: t.MessageType = t.MessageType.Error) -> None:
        """Write a line to the client's log."""
        self.window_log_message(t.LogMessageParams(kind, message))

    def keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine in the background, and keep a reference to it, which asyncio does not."""
        task = asyncio.get_running_loop().create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)
        return task

    def changed(self) -> None:
        """Publish again after a change other than an edit."""
        self.publisher.soon()

    def view(self, document: t.TextDocumentIdentifier | str) -> View | None:
        """The view of a document; None if it is not a trace-events file."""
        return self.session.view(document if isinstance(document, str) else document.uri)

    def source_view(self, document: t.TextDocumentIdentifier) -> SourceView | None:
        """An open C or Rust document; None if it is not one."""
        return self.sources.view(document.uri)

    def document_of(self, path: str) -> tuple[str, int | None]:
        """The client's URI of a file, and its version if it is open."""
        version = self.sources.version_of(path)
        if version is not None:
            return self.sources.uri_of(path), version
        uri = self.session.uri_of(path)
        opened = self.session.opened.get(uri)
        return uri, opened.version if opened else None

    def version_of(self, uri: str) -> int | None:
        """The version of an open document."""
        opened = self.session.opened.get(uri) or self.sources.opened.get(uri)
        return opened.version if opened else None

    def in_parts(self, token: int | str | None, found: list[Any]) -> list[Any]:
        """The answer `found`; for a client that wants partial results, sends parts and returns the rest."""
        if token is None:
            return found
        for at in range(0, len(found), _PART):
            self.progress(t.ProgressParams(token, found[at : at + _PART]))
        return []

    def edit(self, edits: Iterable[SourceEdit]) -> t.WorkspaceEdit | None:
        """Edits of any files in the protocol's form; None if their text cannot be sent."""
        versioned = bool(
            get_capability(self.client_capabilities, "workspace.workspace_edit.document_changes")
        )
        return workspace_edit(edits, self.document_of, self.session.encoding, versioned)
