"""Messages in and out: over standard input and output, or to one client over TCP.

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

# No message of an editor is longer; whoever announces more does not speak the protocol.
_MOST_BYTES = 256 * 1024 * 1024
_MOST_HEADERS = 64
# How much of what a client sends is taken at once, in bytes.
_AT_ONCE = 1 << 20
# In seconds: how long the next message waits for files that are being read.
_BRIEF = 0.05
# In so many turns of the event loop a message that has come is read and handled.
_TURNS = 3


class NotTheProtocol(Exception):
    """What came in can't be read on from here; the message says why."""


async def read_messages(reader: AsyncReader, take: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand over the body of each message until the other side ends. Raises NotTheProtocol."""
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
    """The length that a message's header gives; None where no message follows."""
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
    """Handle a client's messages until it ends."""

    async def take(body: bytes) -> None:
        server.protocol.receive(body)
        # What the message began goes its first step before the next one is handled; and who asks about
        # a folder of usual size is told all of it.
        await asyncio.sleep(0)
        if server.loading is not None and not server.loading.done():
            await asyncio.wait({server.loading}, timeout=_BRIEF)

    try:
        await read_messages(reader, take)
    except NotTheProtocol as error:
        print(f"tesc lsp: {error}", file=sys.stderr)
    except SystemExit:
        pass  # how pygls carries out `exit`
    except ConnectionError:
        pass  # the client is gone
    finally:
        # What is still at work is cancelled now, which pygls' callbacks complain of.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)


async def serve_first() -> None:
    """Let the messages that have come be handled before what follows: it may take longer than they do."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def serve_stdio(server: Server, read: BinaryIO, written: BinaryIO, greeting: Greeting | None = None) -> None:
    """Serve over two streams; `greeting` is the first message, if it has been read already."""
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
    # The loop reads by itself: a thread would wait for its turn until a check is over.
    reader = asyncio.StreamReader(limit=_AT_ONCE)
    os.set_blocking(read.fileno(), False)
    reader.feed_data(read.peek())  # type: ignore[attr-defined]  # what came with the first message
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), read
    )
    try:
        await serve(server, reader)
    finally:
        transport.close()


def _is_for_itself(read: BinaryIO, written: BinaryIO) -> bool:
    """Whether a stream can be read without blocking, and no other stream is changed by that."""
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
    """What the client reads; the request of number `answered` was answered before the server was there."""

    def __init__(self, server: Server, stream: BinaryIO, answered: int | str | None) -> None:
        self._server = server
        self._stream = stream
        self._answered = answered

    def close(self) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        """Send a message. Ends the process where nobody reads: it may still wait for input."""
        if self._answered is not None and self._is_answer(data):
            self._answered = None
            return
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError:
            os._exit(self._server.exit_status)

    def _is_answer(self, data: bytes) -> bool:
        """Whether a message answers the request that was answered already."""
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        return "method" not in message and message.get("id") == self._answered


def serve_tcp(server: Server, host: str, port: int) -> None:
    """Serve the first client that connects, and end with it. Raises OSError where it can't listen."""
    try:
        asyncio.run(_one_client(server, host, port))
    except (ConnectionError, KeyboardInterrupt):
        pass


async def _one_client(server: Server, host: str, port: int) -> None:
    done = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if server.protocol.writer is not None:
            writer.close()  # this server is somebody else's
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
