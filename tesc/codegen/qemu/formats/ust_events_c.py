"""The C source of the LTTng provider, which does not contain the events itself."""

from __future__ import annotations

from tesc.units import identifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.codegen.qemu.backends.base import Backend
    from tesc.codegen.qemu.output import Options, Output
    from tesc.units.unit import UnitEvent


def generate(out: Output, events: Sequence[UnitEvent], backends: Sequence[Backend], options: Options) -> None:
    out.head()
    out(
        "",
        '#include "qemu/osdep.h"',
        "",
        "#define TRACEPOINT_DEFINE",
        "#define TRACEPOINT_CREATE_PROBES",
        "",
        "/* If gcc version 4.7 or older is used, LTTng ust gives a warning when compiling with",
        "   -Wredundant-decls.",
        " */",
        '#pragma GCC diagnostic ignored "-Wredundant-decls"',
        "",
        f'#include "{identifiers.file_name("all", "ust")}"',
    )
