from __future__ import annotations

from tesc.analysis.formats.reports import mismatches
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree


class FormatNotPortable(EventRule):
    """A conversion prints its parameter's type on one data model, and another type on another.

    `uint64_t` is `unsigned long` on 64-bit Linux, so `%lx` prints it there; it is `unsigned long long` on
    32-bit hosts, on Windows and on macOS, where `%zu` prints `unsigned long`. `size_t` is `unsigned int` on
    32-bit hosts, and firmware that is built with newlib has an `int32_t` that is `long`. Formats that hold
    everywhere use the macros of `<inttypes.h>` for types of fixed size, `z` for `size_t` and `ssize_t`, `t`
    for `ptrdiff_t`, and `l` and `ll` for `long` and `long long` only.

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
