"""Reads compressed traces directly: .xz, .gz and .zst, recognized by their first bytes."""

from __future__ import annotations

import time

from tesc.trace.errors import Broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from typing import Any

_XZ = b"\xfd7zXZ\0"
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_MAGICS = (_XZ, _GZIP, _ZSTD)
# How many first bytes are needed to recognize them.
MAGIC = 6
# The pause, in seconds, while waiting for a non-blocking pipe.
PAUSE = 0.1
# How many bytes are read at once.
_CHUNK = 1 << 17
# How many of them a decompressor gets at once: zstandard does not limit what they become, up to 32,768 times
# as much.
_PIECE = 1 << 12


class Decompressed:
    """The content of a compressed file; reading raises Broken if the file is damaged."""

    def __init__(self, file: FileIO, stream: Any, errors: tuple[type[Exception], ...]) -> None:
        self._file = file
        self._stream = stream
        self._errors = errors

    def read(self, size: int) -> bytes:
        """Some of the next bytes, none at the end.

        Reading all of `size` would wait for a slow writer, and lose those before a damaged place.
        """
        try:
            found: bytes = self._stream.read1(size)
        except self._errors as error:
            raise Broken(f"the compressed file is damaged or ends too early ({error})") from None
        return found

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._stream.close()
        self._file.close()


class Piped:
    """A file that cannot be peeked at, such as a pipe: it may be compressed, which its first bytes say."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._head = b""
        self._content: FileIO | Decompressed | None = None

    def read(self, size: int) -> bytes | None:
        """The next bytes, none at the end; None if a non-blocking pipe has none yet. Raises Broken."""
        while self._content is None:
            part = self._file.read(size)
            if part is None:
                return None
            self._head += part
            if part and len(self._head) < MAGIC and any(one.startswith(self._head) for one in _MAGICS):
                continue
            head, self._head = self._head, b""
            begun: Any = _Begun(self._file, head)
            self._content = decompressed(begun, head)
            if self._content is None:
                self._content = self._file
                return head
        return self._content.read(size)

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        (self._content or self._file).close()


class _Begun:
    """A file whose first bytes have already been read."""

    def __init__(self, file: FileIO, head: bytes) -> None:
        self._file = file
        self._head = head

    def read(self, size: int = -1) -> bytes:
        if self._head:
            stop = len(self._head) if size < 0 else size
            part, self._head = self._head[:stop], self._head[stop:]
            return part
        while True:
            more = self._file.read(size)
            if more is not None:
                return more
            time.sleep(PAUSE)

    def close(self) -> None:
        self._file.close()


def decompressed(file: FileIO, head: bytes) -> Decompressed | None:
    """The content of a file with the first bytes `head`; None if it is not compressed. Raises Broken."""
    stream: Any
    if head.startswith(_XZ):
        import lzma

        # lzma.open takes the padding for another stream, which is cut off.
        stream = _Frames(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), padding=b"\0")
        return Decompressed(file, stream, (lzma.LZMAError, EOFError))
    if head.startswith(_GZIP):
        import gzip
        import zlib

        stream = gzip.open(file)  # noqa: SIM115 (Decompressed closes it)
        return Decompressed(file, stream, (gzip.BadGzipFile, zlib.error, EOFError))
    if head.startswith(_ZSTD):
        return _zstd(file)
    return None


def _zstd(file: FileIO) -> Decompressed:
    stream: Any
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore] # from Python 3.14 on
    except ImportError:
        pass
    else:
        stream = zstd.open(file)
        return Decompressed(file, stream, (zstd.ZstdError, EOFError))
    try:
        import zstandard
    except ImportError:
        raise Broken(
            "compressed by zstd, which needs Python 3.14 or the package zstandard "
            "(pip install 'tesc[fast]'); or: zstdcat FILE | tesc decode - ..."
        ) from None
    # The package's own reader takes a file that ends too early for whole.
    stream = _Frames(file, lambda: zstandard.ZstdDecompressor().decompressobj())
    return Decompressed(file, stream, (zstandard.ZstdError, EOFError))


class _Frames:
    """What decompressors make of a file: each of one frame (.xz: stream), and `begin` returns the next.

    Between and after frames may be bytes of `padding`, in multiples of four.
    """

    def __init__(self, file: FileIO, begin: Callable[[], Any], padding: bytes = b"") -> None:
        self._file = file
        self._begin = begin
        self._padding = padding
        self._padded = 0
        self._frame: Any = None
        self._left = b""

    def read1(self, _: int) -> bytes:
        """The content of the next few bytes; empty at the end. Raises EOFError within a frame."""
        while True:
            if not self._left:
                self._left = self._file.read(_CHUNK)
            piece, self._left = self._left[:_PIECE], self._left[_PIECE:]
            if not piece and self._frame is not None:
                raise EOFError("it ends within a frame")
            if self._frame is None:
                kept = piece.lstrip(self._padding)
                self._padded += len(piece) - len(kept)
                if piece and not kept:
                    continue
                if self._padded % 4:
                    raise EOFError("its padding is not a multiple of four bytes")
                if not kept:
                    return b""
                piece = kept
                self._frame = self._begin()
            found: bytes = self._frame.decompress(piece)
            if self._frame.eof:
                self._left = self._frame.unused_data + self._left
                self._frame = None
            if found:
                return found

    def close(self) -> None:
        self._frame = None
