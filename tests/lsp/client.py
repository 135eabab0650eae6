"""A client of the language server, driven by plain JSON-RPC."""

from __future__ import annotations

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

# Seconds to wait for what comes at once unless the machine is very busy.
PATIENCE = 120
STARTED = ("-m", "tesc")


class Client:
    """A client that speaks the protocol itself, so that no library hides what is sent."""

    def __init__(
        self,
        arguments: list[str] | None = None,
        answers: dict[str, Any] | None = None,
        program: Sequence[str] = STARTED,
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
        # The answers to the server's requests, by method.
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
            try:
                self.send({"id": message["id"], "result": self.answers.get(message["method"])})
            except (BrokenPipeError, ValueError):
                pass  # the server or the test has ended meanwhile
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
        """Whether no notification of a kind arrives for some time."""
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
        supported: dict[str, Any] = {
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
            supported["general"] = {"positionEncodings": encodings}
        result = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folders[0].as_uri() if folders else None,
                "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders] or None,
                "capabilities": supported,
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
        """Edit a document: a string is the whole new text, otherwise a range and its text."""
        given = [{"text": one} if isinstance(one, str) else one for one in changes]
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": given})

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """The result of a request for a place in a document; lines and columns count from 0."""
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.request(method, {**place, **more})

    def stop(self) -> int:
        """End the session as an editor does; returns the server's exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """End the server, whatever it is doing, and read all of its output."""
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


def wait_until(test: Callable[[], bool]) -> None:
    """Wait until a test is true."""
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def span(line: int, start: int, end: int) -> dict[str, Any]:
    """A range within a line, in the protocol's form."""
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
