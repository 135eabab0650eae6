from __future__ import annotations

from tesc.analysis.formats.reports import mismatches
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class FormatTypeMismatch(EventRule):
    """A conversion does not match its parameter's type.

    printf reads its arguments as the format says: a `%d` for a 64-bit number prints half of it, and on
    some hosts everything after it is wrong as well. The C compiler rejects the generated code
    (`-Wformat`), but only for tracers that print, and only for events that are not disabled. This rule
    reports what the compiler would report on every data model that is checked; TE404 reports what is
    wrong on some.

    Small types (`char`, `short`, `bool`, `uint8_t` ...) are promoted to int when they are passed to
    printf, so `%d`, `%u` and `%x` print them. Signedness alone is not a mismatch (see TE413).

    Wrong:

        net_rx(uint64_t addr, size_t len) "addr 0x%x len %d"

    Right:

        net_rx(uint64_t addr, size_t len) "addr 0x%" PRIx64 " len %zu"
    """

    code = "TE401"
    name = "format-type-mismatch"
    reference = "data-models"
    by_pairs = True
    fixable = True
    example_profile = "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        return mismatches(event, tree, settings, self.code)


RULE = FormatTypeMismatch()
