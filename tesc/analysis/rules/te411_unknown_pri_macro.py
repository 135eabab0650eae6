from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.formats.advice import macro_size
from tesc.analysis.formats.pairing import pairings
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.inttypes import PRI_MACROS
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree
    from tesc.syntax.printf import Macro

# Macros of QEMU, past and present, that tracers do not know, and what they stand for.
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

    Only macros such as PRId64, PRIx32 and PRIuPTR may appear between string literals: generators that
    print formats in other languages need to know what a macro means.

    Wrong:

        page_mapped(uint64_t addr) "addr 0x%" PRIx46

    Right:

        page_mapped(uint64_t addr) "addr 0x%" PRIx64
    """

    code = "TE411"
    name = "unknown-pri-macro"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        # A format without macros ends with the quote of its one string.
        if event.format is None or ('"' not in event.format.text[1:-1] and event.format.text[-1] == '"'):
            return
        for macro in event.format.parsed.macros:
            if macro.name not in PRI_MACROS:
                span = Span(event.format.start + macro.start, event.format.start + macro.end)
                size = _size(event, macro, settings.data_models)
                instead = _instead(macro.name, size)
                fix = None
                if instead:
                    sure = instead[4:] == size and (macro.name in _INSTEAD or macro.name[3:4] == instead[3])
                    fix = Fix("safe" if sure else "unsafe", (SourceEdit(tree.source, span, instead),))
                message = f"unknown macro '{macro.name}' in the format"
                yield Report(span, message, _help(instead), fix=fix)


def advice(event: Event, macro: Macro, models: tuple[str, ...]) -> str:
    """What to write instead of a macro that <inttypes.h> does not define."""
    return _help(_instead(macro.name, _size(event, macro, models)))


def _help(instead: str | None) -> str:
    return f"write {instead}" if instead else "use a macro of <inttypes.h>, such as PRIx64"


def _size(event: Event, macro: Macro, models: tuple[str, ...]) -> str | None:
    """The end of the names of macros for the printed parameter, such as 64; None if no macro prints it."""
    assert event.format is not None
    conversions = event.format.parsed.conversions
    for one in pairings(event, models):
        if conversions[one.slot.conversion].macro == macro and one.parameter is not None:
            return macro_size(event.parameters[one.parameter].type)
    return None


def _instead(name: str, size: str | None) -> str | None:
    """The macro that was probably intended, preferably one for the parameter's type."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    from difflib import get_close_matches

    fitting = [one for one in PRI_MACROS if one[4:] == size]
    near = get_close_matches(name, sorted(fitting), 1, 0.6) or get_close_matches(
        name, sorted(PRI_MACROS), 1, 0.7
    )
    return near[0] if near else None


RULE = UnknownPriMacro()
