"""The protocol as pygls 2.1 speaks it, and what it leaves out.

A request always gets an answer, also one whose parameters make no sense or that comes before
`initialize` or after `shutdown` (LSP 3.17, "Lifecycle Messages"; JSON-RPC 2.0, "Error object").
"""

from __future__ import annotations

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BEFORE_INITIALIZE = ("initialize", "exit")


class Protocol(LanguageServerProtocol):
    """Answers what pygls leaves unanswered."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from the client as an object. Raises JsonRpcException, after it has answered."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if isinstance(data.get("id"), (str, int)) and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Handle one message, or say why not."""
        method = getattr(message, "method", None)
        if method is None or not hasattr(message, "jsonrpc"):
            if hasattr(message, "jsonrpc"):
                super().handle_message(message)
            return
        refusal = self._refusal(method)
        if refusal is None:
            super().handle_message(message)
        elif hasattr(message, "id"):
            self._send_response(message.id, error=refusal)

    def _refusal(self, method: str) -> t.ResponseError | None:
        """Why a message can't be handled now."""
        if self._workspace is None and method not in _BEFORE_INITIALIZE:
            code = t.ErrorCodes.ServerNotInitialized
            return t.ResponseError(code, f"'{method}' came before 'initialize'")
        if self._workspace is not None and method == "initialize":
            return t.ResponseError(t.ErrorCodes.InvalidRequest, "'initialize' came a second time")
        if self._shutdown and method != "exit":
            return t.ResponseError(t.ErrorCodes.InvalidRequest, f"'{method}' came after 'shutdown'")
        return None

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        # Most requests are answered before a client can think of cancelling them.
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)
