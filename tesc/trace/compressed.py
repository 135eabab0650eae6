"""Reads compressed traces directly: .xz, .gz and .zst, recognized by their first bytes."""

from __future__ import annotations

from tesc.trace.errors import Broken, Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO
    from typing import IO, Any

_XZ = b"\xfd7zXZ\0"
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
# How many first bytes are needed to recognize them.
MAGIC = 6


class Decompressed:
    """The content of a compressed file; reading raises Broken if the file is damaged."""

    def __init__(self, file: FileIO, stream: IO[bytes], errors: tuple[type[Exception], ...]) -> None:
        self._file = file
        self._stream = stream
        self._errors = errors

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except self._errors as error:
            raise Broken(f"the compressed file is damaged or ends too early ({error})") from None

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._stream.close()
        self._file.close()


def decompressed(file: FileIO, head: bytes, path: str) -> Decompressed | None:
    """The content of a file with the first bytes `head`; None if it is not compressed. Raises Unusable."""
    stream: Any
    if head.startswith(_XZ):
        import lzma

        stream = lzma.open(file)  # noqa: SIM115 (Decompressed closes it)
        return Decompressed(file, stream, (lzma.LZMAError, EOFError))
    if head.startswith(_GZIP):
        import gzip
        import zlib

        stream = gzip.open(file)  # noqa: SIM115
        return Decompressed(file, stream, (gzip.BadGzipFile, zlib.error, EOFError))
    if head.startswith(_ZSTD):
        return _zstd(file, path)
    return None


def _zstd(file: FileIO, path: str) -> Decompressed:
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
        raise Unusable(
            f"{path}: compressed by zstd, which needs Python 3.14 or the package zstandard "
            "(pip install 'tesc[fast]'); or: zstdcat FILE | tesc decode - ..."
        ) from None
    stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return Decompressed(file, stream, (zstandard.ZstdError, EOFError))
