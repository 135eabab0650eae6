from __future__ import annotations

from tesc.analysis.formats.reports import mismatches
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class FormatNotPortable(EventRule):
    """A conversion matches its parameter's type on some data models only.

    `uint64_t` is `unsigned long` on 64-bit Linux, so `%lx` prints it there; it is `unsigned long long` on
    32-bit hosts, on Windows and on macOS, where `%zu` prints `unsigned long`. `size_t` is `unsigned int`
    on 32-bit hosts, and in firmware that is built with newlib `int32_t` is `long`. In portable formats,
    use the macros of `<inttypes.h>` for fixed-size types, `z` for `size_t` and `ssize_t`, `t` for
    `ptrdiff_t`, and `l` and `ll` only for `long` and `long long`.

    Wrong:

        tlb_fill(uint64_t addr, size_t size) "addr 0x%lx size %lu"

    Right:

        tlb_fill(uint64_t addr, size_t size) "addr 0x%" PRIx64 " size %zu"
    """

    code = "TE404"
    name = "format-not-portable"
    reference = "data-models"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        return mismatches(event, tree, settings, self.code)


RULE = FormatNotPortable()
