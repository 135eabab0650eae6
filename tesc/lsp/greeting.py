"""Answers a client's first message before the libraries for all other messages are loaded.

Loading them takes longer than any request, and the client waits for this answer before it sends anything
else. `capabilities.json` has the server's capabilities for a client that supports everything; a test compares
them with those of the loaded server.
"""

from __future__ import annotations

import json
import os

from tesc import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

CAPABILITIES = os.path.join(os.path.dirname(__file__), "capabilities.json")
_ENCODINGS = ("utf-8", "utf-16", "utf-32")
_MOST_BYTES = 1 << 24
_MOST_HEADERS = 64


class Greeting:
    """A client's first message: its `body` as sent, and the request's ID, `number`, if it was answered."""

    def __init__(self, body: bytes, number: int | str | None) -> None:
        self.body = body
        self.number = number


def greet(read: BinaryIO, written: BinaryIO) -> Greeting | None:
    """Read a client's first message, and answer it if it is a valid `initialize`.

    None if there is no message, or if the full server has to reject it. Raises OSError if the client does not
    read.
    """
    body = _first_message(read)
    if body is None:
        return None
    request = _initialize(body)
    if request is None:
        return Greeting(body, None)
    result = {
        "capabilities": capabilities_for(request["params"]["capabilities"]),
        "serverInfo": {"name": "tesc", "version": __version__},
    }
    answer = json.dumps({"id": request["id"], "jsonrpc": "2.0", "result": result}).encode()
    written.write(b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer))
    written.flush()
    return Greeting(body, request["id"])


def _first_message(read: BinaryIO) -> bytes | None:
    """The body of a message; None if its header does not have the usual form.

    In that case nothing is consumed, so the next reader gets everything.
    """
    head = _peeked_head(read)
    if head is None:
        return None
    length = None
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
    if length is None or length > _MOST_BYTES:
        return None
    read.read(len(head))
    body = read.read(length)
    return body if len(body) == length else None


def _peeked_head(read: BinaryIO) -> bytes | None:
    peeked: bytes = read.peek(1)  # type: ignore[attr-defined]
    end = peeked.find(b"\r\n\r\n")
    return peeked[: end + 4] if end >= 0 and peeked[:end].count(b"\r\n") < _MOST_HEADERS else None


def _initialize(body: bytes) -> dict[str, Any] | None:
    """The message as a request, if it is `initialize` with valid parameters; else None."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict) or sent.get("jsonrpc") != "2.0" or sent.get("method") != "initialize":
        return None
    number, params = sent.get("id"), sent.get("params")
    if not isinstance(number, (int, str)) or isinstance(number, bool) or not isinstance(params, dict):
        return None
    process, folders = params.get("processId"), params.get("workspaceFolders")
    texts = [params.get("rootUri"), params.get("rootPath"), params.get("locale"), params.get("trace")]
    makes_sense = (
        isinstance(params.get("capabilities"), dict)
        and "processId" in params
        and "rootUri" in params
        and (process is None or type(process) is int)
        and all(text is None or isinstance(text, str) for text in texts)
        and (folders is None or (isinstance(folders, list) and all(map(_is_folder, folders))))
    )
    return sent if makes_sense else None


def _is_folder(folder: object) -> bool:
    return isinstance(folder, dict) and all(isinstance(folder.get(key), str) for key in ("uri", "name"))


def capabilities_for(client: dict[str, Any]) -> dict[str, Any]:
    """The server's capabilities for a client with the capabilities `client`."""
    with open(CAPABILITIES, encoding="utf-8") as file:
        capabilities: dict[str, Any] = json.load(file)
    wanted = _at(client, "general", "positionEncodings")
    known = [one for one in wanted if one in _ENCODINGS] if isinstance(wanted, list) else []
    capabilities["positionEncoding"] = known[0] if known else "utf-16"
    if not _at(client, "textDocument", "rename", "prepareSupport"):
        capabilities["renameProvider"] = True
    for key in ("willSave", "willSaveWaitUntil"):
        if _at(client, "textDocument", "synchronization", key) is None:
            del capabilities["textDocumentSync"][key]
    operations = _at(client, "workspace", "fileOperations")
    operations = operations if isinstance(operations, dict) else {}
    offered = capabilities["workspace"]["fileOperations"]
    kept = {key: one for key, one in offered.items() if operations.get(key)}
    capabilities["workspace"]["fileOperations"] = kept
    return capabilities


def _at(client: object, *path: str) -> Any:
    for key in path:
        client = client.get(key) if isinstance(client, dict) else None
    return client
