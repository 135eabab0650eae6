from __future__ import annotations

from tesc.analysis.rule import SyntaxRule


class TextAfterItem(SyntaxRule):
    """Something follows a complete item on its line.

    A comment is a line of its own. After an event QEMU's tracetool takes a comment for a part of the
    format, or drops it together with the format, and says nothing.

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
