from __future__ import annotations

from tesc.analysis.rule import EventRule, Finding
from tesc.syntax.printf import PRI_MACROS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

# Macros of QEMU's past and present that tracers can't know, and what they stand for.
_INSTEAD = {
    "HWADDR_PRIx": "PRIx64",
    "HWADDR_PRId": "PRId64",
    "HWADDR_PRIu": "PRIu64",
    "HWADDR_PRIX": "PRIX64",
    "VADDR_PRIx": "PRIx64",
    "VADDR_PRIX": "PRIX64",
    "RAM_ADDR_FMT": "PRIxPTR",
    "TARGET_FMT_lx": "PRIx64",
    "TARGET_FMT_plx": "PRIx64",
    "PRIxMEM": "PRIx64",
}


class UnknownPriMacro(EventRule):
    """A format uses a macro that `<inttypes.h>` does not define.

    Between string literals only the macros PRId64, PRIx32, PRIuPTR and so on may stand: generators that
    print formats in other languages have to know what a macro means.

    Wrong:

        page_mapped(uint64_t addr) "addr 0x%" PRIx46

    Right:

        page_mapped(uint64_t addr) "addr 0x%" PRIx64
    """

    code = "TE411"
    name = "unknown-pri-macro"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Finding]:
        # A format without macros ends with the quote of its one string.
        if event.format is None or ('"' not in event.format.text[1:-1] and event.format.text[-1] == '"'):
            return
        for macro in event.format.parsed.macros:
            if macro.name not in PRI_MACROS:
                span = Span(event.format.start + macro.start, event.format.start + macro.end)
                yield Finding(span, f"unknown macro '{macro.name}' in the format", advice(macro.name))


def advice(name: str) -> str:
    """What to write instead of a macro that <inttypes.h> does not define."""
    instead = _INSTEAD.get(name)
    if instead is None:
        from difflib import get_close_matches

        near = get_close_matches(name, sorted(PRI_MACROS), 1, 0.7)
        instead = near[0] if near else None
    return f"write {instead}" if instead else "use a macro of <inttypes.h>, such as PRIx64"


RULE = UnknownPriMacro()
