"""No tracing: every slot stays empty."""

from __future__ import annotations

from tesc.codegen.qemu.backends.base import Backend

BACKEND = Backend()
