"""Sources of a guest's bytes: the other ends of QEMU's character devices.

`unix:PATH` (which may take up to five seconds to appear) and `tcp:HOST:PORT` are sockets on which QEMU
listens, `listen:PATH` is one on which we listen; `pty:PATH` is a terminal; `-` is standard input; everything
else is the path of a file or a pipe.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from select import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PIECE = 1 << 16
# How often a missing socket is tried, and at what interval in seconds.
_TRIES = 50
_PAUSE = 0.1
# After how many of these tries the program says so.
_PATIENCE = 5


class Chardev:
    """A source of bytes: `read` returns some, or b"" at the end; `close` closes it."""

    def __init__(self, descriptor: int, read: Callable[[], bytes], close: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self.read = read
        self.close = close

    @property
    def stored(self) -> bool:
        """Whether this is an ordinary file, whose bytes arrived before it is read."""
        return stat.S_ISREG(os.fstat(self._descriptor).st_mode)

    def ready(self, seconds: float | None) -> bool:
        """Whether data or the end can be read within some seconds; None waits without a limit."""
        if os.name == "nt" and seconds is None:
            return True  # Windows has no select() for files
        return bool(select([self._descriptor], [], [], seconds)[0])


def open_chardev(name: str, tell: Callable[[str], object] = lambda what: None) -> Chardev:
    """Open a source by name, waiting for the other side. Raises OSError.

    `tell` is called with what is waited for after half a second. Raises ValueError for an invalid name.
    """
    kind, _, rest = name.partition(":")
    if name == "-":
        if sys.stdin is None:
            raise OSError(0, "standard input is closed")
        return _file(name, sys.stdin.fileno(), close=False)
    if kind in ("unix", "listen", "tcp") and rest:
        return _socket(kind, rest, tell)
    if kind == "pty" and rest:
        return _terminal(rest)
    path = rest if kind == "file" and rest else name
    return _file(path, os.open(path, os.O_RDONLY))


def _file(path: str, descriptor: int, close: bool = True) -> Chardev:
    def read() -> bytes:
        while True:
            try:
                return os.read(descriptor, _PIECE)
            except BlockingIOError:  # it was opened in non-blocking mode
                select([descriptor], [], [])
            except OSError as error:
                if error.errno == errno.EIO:
                    return b""  # a terminal whose other end is closed
                raise OSError(error.errno, error.strerror, path) from None

    return Chardev(descriptor, read, (lambda: os.close(descriptor)) if close else (lambda: None))


def _terminal(path: str) -> Chardev:
    """A terminal in raw mode, so that it does not change the bytes."""
    import termios
    import tty

    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(descriptor, termios.TCSANOW)  # keeps the input that is already there
    except Exception:
        os.close(descriptor)
        raise OSError(0, "it is not a terminal") from None
    return _file(path, descriptor)


def _socket(kind: str, rest: str, tell: Callable[[str], object]) -> Chardev:
    import socket

    if kind == "tcp":
        host, _, port = rest.rpartition(":")
        if not port.isdecimal():
            raise ValueError("expected tcp:HOST:PORT")
        host = host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host
        connection = socket.create_connection((host or "localhost", int(port)))
        connection.settimeout(None)
        return _connected(connection, lambda: None)
    if kind == "unix":
        return _connected(_connect(rest, tell), lambda: None)
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        one.bind(rest)
        try:
            one.listen(1)
            connection, _ = one.accept()
        except BaseException:  # Ctrl-C before a connection
            os.unlink(rest)
            raise
    finally:
        one.close()
    return _connected(connection, lambda: os.unlink(rest))


def _connect(path: str, tell: Callable[[str], object]) -> object:
    """Connect to a socket that a starting QEMU may not have created yet."""
    import socket
    import time

    for left in range(_TRIES, -1, -1):
        one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            one.connect(path)
            return one
        except (FileNotFoundError, ConnectionRefusedError):
            one.close()
            if not left:
                raise
            if left == _TRIES - _PATIENCE:
                tell(f"waiting up to {_TRIES * _PAUSE:.0f} seconds for a program that listens on {path}")
            time.sleep(_PAUSE)
        except BaseException:
            one.close()
            raise
    raise AssertionError("the last try connects or raises")


def _connected(connection: object, after: Callable[[], None]) -> Chardev:
    import socket

    assert isinstance(connection, socket.socket)

    def read() -> bytes:
        try:
            return connection.recv(_PIECE)
        except ConnectionError:
            return b""

    def close() -> None:
        connection.close()
        after()

    return Chardev(connection.fileno(), read, close)
