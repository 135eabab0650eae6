from __future__ import annotations

from tesc.analysis.rule import SyntaxRule


class TextAfterItem(SyntaxRule):
    """Something follows a complete item on its line.

    A comment needs a line of its own. QEMU's tracetool takes a comment after an event as part of the
    format, or drops it together with the format, without a warning.

    Wrong:

        dma_start(uint64_t addr) "addr 0x%" PRIx64 # before the first burst

    Right:

        # before the first burst
        dma_start(uint64_t addr) "addr 0x%" PRIx64
    """

    code = "TE004"
    name = "text-after-item"
    fixable = True


RULE = TextAfterItem()
