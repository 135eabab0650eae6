"""What guests send: the framed stream, the stream of words of 2011, and the ring in memory.

The code does no I/O: bytes go in, records and errors come out. docs/reference/guest-wire.md describes the
formats; `tesc.codegen.guest` generates the C code that writes them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.config.settings import Wire as Wire
