"""Guests' data: the framed stream, the stream of words of 2011, and the ring in its memory.

Everything here is pure: bytes come in, records and errors come out. The formats are
described in docs/reference/guest-wire.md; `tesc.codegen.guest` generates the C that writes them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.config.settings import Wire as Wire
