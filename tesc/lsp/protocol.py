"""pygls 2.1's implementation of the protocol, plus what it leaves out.

Every request gets an answer, even if its parameters are invalid, or if it comes before `initialize` or after
`shutdown` (LSP 3.17, "Lifecycle Messages"; JSON-RPC 2.0, "Error object").
"""

from __future__ import annotations

import json

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from typing import Any

_BEFORE_INITIALIZE = ("initialize", "exit")


class Refused(JsonRpcException):
    """A valid request cannot be carried out; the message tells the user why."""

    CODE = t.LSPErrorCodes.RequestFailed


class Protocol(LanguageServerProtocol):
    """Answers requests that pygls leaves unanswered."""

    def receive(self, body: bytes) -> None:
        """Handle a client's message, or a list of them."""
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._answer_nobody(t.ErrorCodes.ParseError, f"not JSON: {error}")
            return
        for message in sent if isinstance(sent, list) and sent else [sent]:
            try:
                self._receive(message)
            except Exception as error:
                self._log(f"a message could not be handled: {error or type(error).__name__}")

    def _receive(self, sent: Any) -> None:
        if not _is_message(sent):
            # Answers get no answer, even if they are invalid.
            if not isinstance(sent, dict) or "method" in sent or not {"result", "error"} & sent.keys():
                self._answer_nobody(t.ErrorCodes.InvalidRequest, "not a JSON-RPC 2.0 message")
            return
        if "method" in sent and self.get_message_type(sent["method"]) is None:
            sent.setdefault("params", None)
        try:
            message = self.structure_message(sent)
        except JsonRpcException:
            if "id" not in sent:
                self._log(f"'{sent['method']}' has invalid parameters")
            return
        self.handle_message(message)

    def publish(self, uri: str, version: int | None, diagnostics: Iterable[str]) -> None:
        """Publish a document's diagnostics, serialized as JSON beforehand since most are unchanged."""
        place = {"uri": uri} if version is None else {"uri": uri, "version": version}
        head = json.dumps({"jsonrpc": "2.0", "method": t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, "params": place})
        body = f'{head[:-2]}, "diagnostics": [{", ".join(diagnostics)}]}}}}'.encode()
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _log(self, message: str) -> None:
        self.notify(t.WINDOW_LOG_MESSAGE, t.LogMessageParams(t.MessageType.Error, message))

    def _answer_nobody(self, code: t.ErrorCodes, message: str) -> None:
        """Report an error in a message without an ID to answer."""
        error = {"code": code.value, "message": message}
        self._send_data({"jsonrpc": "2.0", "id": None, "error": error})

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A client's message as an object. If it is invalid, answers it and raises JsonRpcException."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "id" in data and "method" in data:
                # pygls reports some of them as its own errors.
                wrong = t.ResponseError(t.ErrorCodes.InvalidParams, "invalid parameters")
                self._send_response(data["id"], error=self._refusal(data["method"]) or wrong)
            raise

    def handle_message(self, message: Any) -> None:
        """Handle a message, or answer why it cannot be handled."""
        method = getattr(message, "method", None)
        refusal = None if method is None else self._refusal(method)
        if refusal is None:
            super().handle_message(message)
        elif hasattr(message, "id"):
            self._send_response(message.id, error=refusal)

    def _send_handler_result(self, future: Future[Any], *, msg_id: Any) -> None:
        refusal = None if future.cancelled() else future.exception()
        if isinstance(refusal, Refused):
            # This is not an internal error, but pygls would log it as one.
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=refusal.to_response_error())
        else:
            super()._send_handler_result(future, msg_id=msg_id)

    def _refusal(self, method: str) -> t.ResponseError | None:
        """Why a message cannot be handled now; None if it can."""
        if self._workspace is None and method not in _BEFORE_INITIALIZE:
            code = t.ErrorCodes.ServerNotInitialized
            return t.ResponseError(code, f"'{method}' came before 'initialize'")
        if self._workspace is not None and method == "initialize":
            return t.ResponseError(t.ErrorCodes.InvalidRequest, "'initialize' came a second time")
        if self._shutdown and method != "exit":
            return t.ResponseError(t.ErrorCodes.InvalidRequest, f"'{method}' came after 'shutdown'")
        return None

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        # Most requests are answered before a client can cancel them.
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)


def _is_message(sent: Any) -> bool:
    """Whether a JSON value is a request, a notification or an answer."""
    if not isinstance(sent, dict) or sent.get("jsonrpc") != "2.0":
        return False
    number = sent.get("id", 0)
    if not isinstance(number, (int, str)) or isinstance(number, bool):
        return False
    if "method" in sent:
        return isinstance(sent["method"], str)
    return "id" in sent and ("result" in sent or "error" in sent)
