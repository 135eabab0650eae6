"""Reads and writes messages: over standard input and output, or with one client over TCP.

LSP 3.17, "Base Protocol": a header of fields, one of them Content-Length, a blank line, and JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys

from pygls.io_ import StdinAsyncReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import BinaryIO

    from pygls.io_ import AsyncReader

    from tesc.lsp.greeting import Greeting
    from tesc.lsp.server import Server

# No editor sends longer messages; a client that announces one does not use the protocol.
_MOST_BYTES = 256 * 1024 * 1024
_MOST_HEADERS = 64
# How many bytes are read from a client at a time.
_AT_ONCE = 1 << 20
# Does not occur in notifications, since quotes in strings are escaped.
_ASKS = b'"id"'
# In seconds: how long a request waits for files that are being read.
_BRIEF = 0.05
# How many steps of the event loop it takes to read and handle a message that has arrived.
_TURNS = 3


class NotTheProtocol(Exception):
    """The input cannot be read further; the message says why."""


async def read_messages(reader: AsyncReader, take: Callable[[bytes], Awaitable[None]]) -> None:
    """Pass the body of each message to `take` until the input ends. Raises NotTheProtocol."""
    while True:
        length = await _length(reader)
        if length is None:
            return
        try:
            body = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            return
        if len(body) < length:
            return
        await take(body)


async def _length(reader: AsyncReader) -> int | None:
    """The length in a message's header; None if there are no more messages."""
    length = None
    for _ in range(_MOST_HEADERS):
        try:
            line = await reader.readline()
        except ValueError:
            raise NotTheProtocol("a header line without an end") from None
        if not line.endswith(b"\n"):
            return None
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            if not value.strip().isdigit() or int(value) > _MOST_BYTES:
                raise NotTheProtocol(f"not a message length: {value.strip()[:40]!r}")
            length = int(value)
        elif not line.strip() and length is not None:
            return length
    raise NotTheProtocol("no Content-Length in the header")


async def serve(server: Server, reader: AsyncReader) -> None:
    """Handle a client's messages until it disconnects."""

    async def take(body: bytes) -> None:
        # So requests about a folder of usual size get a complete answer.
        if server.loading is not None and server.is_loading and _ASKS in body:
            await asyncio.wait({server.loading}, timeout=_BRIEF)
        server.protocol.receive(body)
        # Work that the message started runs its first step before the next message.
        await asyncio.sleep(0)

    try:
        await read_messages(reader, take)
    except NotTheProtocol as error:
        print(f"tesc lsp: {error}", file=sys.stderr)
    except SystemExit:
        pass  # how pygls implements `exit`
    except ConnectionError:
        pass  # the client has disconnected
    finally:
        # Running work is cancelled now, which pygls' callbacks would report as errors.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)


async def serve_first() -> None:
    """Handle the messages that have arrived before the caller's work, which may take longer."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def serve_stdio(server: Server, read: BinaryIO, written: BinaryIO, greeting: Greeting | None = None) -> None:
    """Serve over two streams; `greeting` is the first message, if it was already read."""
    number = greeting.number if greeting else None
    server.protocol.set_writer(_Output(server, written, number))
    try:
        asyncio.run(_greeted(server, read, written, greeting))
    except KeyboardInterrupt:
        pass


async def _greeted(server: Server, read: BinaryIO, written: BinaryIO, greeting: Greeting | None) -> None:
    if greeting is not None:
        server.protocol.receive(greeting.body)
    if not _is_for_itself(read, written):
        await serve(server, StdinAsyncReader(read, server.thread_pool))
        return
    # The event loop itself reads: a thread would have to wait until a check is done.
    reader = asyncio.StreamReader(limit=_AT_ONCE)
    os.set_blocking(read.fileno(), False)
    reader.feed_data(read.peek())  # type: ignore[attr-defined]  # data that came with the first message
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), read
    )
    try:
        await serve(server, reader)
    finally:
        transport.close()


def _is_for_itself(read: BinaryIO, written: BinaryIO) -> bool:
    """Whether a stream can be made non-blocking without affecting another stream."""
    if os.name != "posix":
        return False
    number = read.fileno()
    mode = os.fstat(number).st_mode
    others = [written.fileno(), *(one for one in (2,) if _is_open(one))]
    return (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) and not any(
        os.path.sameopenfile(number, other) for other in others
    )


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class _Output:
    """The output to the client; the request `answered` got its answer before the server was loaded."""

    def __init__(self, server: Server, stream: BinaryIO, answered: int | str | None) -> None:
        self._server = server
        self._stream = stream
        self._answered = answered

    def close(self) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        """Send a message. Ends the process if nobody reads, since it may be waiting for input."""
        if self._answered is not None and self._is_answer(data):
            self._answered = None
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError:
            os._exit(self._server.exit_status)

    def _is_answer(self, data: bytes) -> bool:
        """Whether a message answers the request that was already answered."""
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        return "method" not in message and message.get("id") == self._answered


def serve_tcp(server: Server, host: str, port: int) -> None:
    """Serve the first client that connects, until it disconnects. Raises OSError if listening fails."""
    try:
        asyncio.run(_one_client(server, host, port))
    except (ConnectionError, KeyboardInterrupt):
        pass


async def _one_client(server: Server, host: str, port: int) -> None:
    done = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if server.protocol.writer is not None:
            writer.close()  # the server already has a client
            return
        server.protocol.set_writer(writer)
        try:
            await serve(server, reader)
        finally:
            done.set_result(None)

    listening = await asyncio.start_server(connected, host, port, limit=_AT_ONCE)
    for socket in listening.sockets:
        shown, number = socket.getsockname()[:2]
        print(f"tesc lsp: listening on {shown}:{number}", file=sys.stderr, flush=True)
    await done
    listening.close()
