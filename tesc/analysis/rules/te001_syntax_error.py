from __future__ import annotations

from tesc.analysis.rule import SyntaxRule


class SyntaxError_(SyntaxRule):
    """Not valid trace-events syntax.

    Each line is an event, a directive, a comment or blank. Any other line declares nothing, and QEMU's
    tracetool stops at it with a Python traceback. The message says what was expected and what was
    probably meant.

    Wrong:

        uart_write(uint32_t offset uint8_t value) "offset 0x%x value 0x%x"

    Right:

        uart_write(uint32_t offset, uint8_t value) "offset 0x%x value 0x%x"
    """

    code = "TE001"
    name = "syntax-error"
    fixable = True


RULE = SyntaxError_()
