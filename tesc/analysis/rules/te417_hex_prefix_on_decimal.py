from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

_RADIX = {"o": "octal"}


class HexPrefixOnDecimal(EventRule):
    """A decimal number has `0x` before it.

    Sixteen is printed as `0x16`, which everyone reads as twenty-two. The fix prints the number in hex, as
    the prefix says; if decimal was meant, remove the prefix.

    Wrong:

        set_timer(uint64_t deadline) "deadline 0x%" PRIu64

    Right:

        set_timer(uint64_t deadline) "deadline 0x%" PRIx64
    """

    code = "TE417"
    name = "hex-prefix-on-decimal"
    by_pairs = True
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        for conversion in form.parsed.conversions:
            letter = format_text.letter(conversion)
            prefix = format_text.prefix_before(form.text, conversion.start)
            # In '640x%d' the x is between two numbers.
            if (
                letter not in (*format_text.DECIMAL, "o")
                or prefix < 0
                or format_text.follows_word(form.text, prefix)
            ):
                continue
            # If a macro follows, it is an extra conversion (TE418).
            if any(format_text.glued(form, macro) is conversion for macro in format_text.stray_macros(form)):
                continue
            at = conversion.macro.start + 3 if conversion.macro else conversion.end - 1
            shown = form.text[conversion.start : conversion.end]
            fixed = form.text[conversion.start : at] + "x" + form.text[at + 1 : conversion.end]
            yield Report(
                format_text.span(form, conversion.start, conversion.end),
                f"'{shown}' prints {_RADIX.get(letter, 'decimal')} after 0x",
                f"write '0x{fixed}', or remove 0x",
                fix=format_text.fix(tree, form, (at, at + 1, "x")),
            )


RULE = HexPrefixOnDecimal()
