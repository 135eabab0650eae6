"""The server: pygls' with tesc's session, documents and manners."""

from __future__ import annotations

import asyncio

from lsprotocol import types as t
from pygls.lsp.server import LanguageServer

from tesc import __version__
from tesc.lsp.features import register_all
from tesc.lsp.protocol import Protocol
from tesc.lsp.publishing import Publisher
from tesc.lsp.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from tesc.lsp.view import View


class Server(LanguageServer):
    """A language server for one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("tesc", __version__, protocol_cls=Protocol, max_workers=2)
        self.session = Session()
        self.publisher = Publisher(self)
        # What the client sent as `initializationOptions`.
        self.options: dict[str, Any] = {}
        self.watched_sources: tuple[str, ...] = ()
        self._kept: set[asyncio.Task[Any]] = set()
        register_all(self)

    @property
    def exit_status(self) -> int:
        """What the process should end with: 1 where the client did not say `shutdown` before."""
        return 0 if self.protocol._shutdown else 1

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Tell of an error of ours in the log; pygls' way, a pop-up, interrupts people's work."""
        self.log(f"{source.__name__}: {error}")

    def log(self, message: str, kind: t.MessageType = t.MessageType.Error) -> None:
        """Write a line to the client's log."""
        self.window_log_message(t.LogMessageParams(kind, message))

    def keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something in the background; asyncio alone would not keep hold of it."""
        task = asyncio.get_running_loop().create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)
        return task

    def changed(self) -> None:
        """Publish anew after something other than an edit changed."""
        self.publisher.soon()

    def view(self, document: t.TextDocumentIdentifier | str) -> View | None:
        """A document as features see it; None where it is no trace-events file."""
        return self.session.view(document if isinstance(document, str) else document.uri)
