from __future__ import annotations

from tesc.analysis.formats.reports import mismatches
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class FormatTypeMismatch(EventRule):
    """A conversion prints another type than its parameter has.

    printf takes from its arguments what the format says: a `%d` for a 64-bit number prints half of it,
    and on some hosts everything after it is wrong as well. The C compiler refuses the generated code
    (`-Wformat`), but only for tracers that print and for events that are not disabled. This rule finds
    what the compiler would find on every data model that is checked; TE404 finds what is wrong on some.

    Small types (`char`, `short`, `bool`, `uint8_t` ...) reach printf as int, so `%d`, `%u` and `%x` print
    them; that a conversion is signed and the parameter is not is not a mismatch (see TE413).

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
