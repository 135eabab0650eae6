from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Fix
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion


class DoubledHexPrefix(EventRule):
    """A number gets the prefix `0x` twice.

    `%p` prints `0x` itself, in the GNU C library and in SystemTap, and so does the flag `#`: the log says
    `0x0x7f1c`.

    Wrong:

        queue_init(void *queue, uint32_t features) "queue 0x%p features 0x%#x"

    Right:

        queue_init(void *queue, uint32_t features) "queue %p features 0x%x"
    """

    code = "TE422"
    name = "doubled-hex-prefix"
    by_pairs = True
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        for conversion in form.parsed.conversions:
            letter = format_text.letter(conversion)
            first = last = format_text.prefix_before(form.text, conversion.start)
            number = 0
            while last >= 0:
                number, first, last = number + 1, last, format_text.prefix_before(form.text, last)
            if not number or format_text.follows_word(form.text, first):
                continue
            prints_one = letter == "p" or ("#" in conversion.flags and letter in format_text.HEX)
            if number + prints_one < 2 or letter not in ("p", *format_text.INTEGER):
                continue
            found = _fixed(tree, form, conversion, first, number)
            shown = form.text[conversion.start : conversion.end]
            by = "written twice" if number > 1 else f"printed by '{shown}' itself"
            help_ = f"write '{found[0]}'" if found else "remove one"
            span = format_text.span(form, first, conversion.end)
            yield Report(span, f"the prefix 0x is {by}", help_, fix=found[1] if found else None)


def _fixed(
    tree: Tree, form: Format, conversion: Conversion, first: int, number: int
) -> tuple[str, Fix] | None:
    """The conversion with one prefix, and the fix; None if its parts are in several strings."""
    old = format_text.head(conversion)
    new: str | None = old
    safe = True
    if "#" in conversion.flags and format_text.letter(conversion) in format_text.HEX:
        found = format_text.without_alternate(conversion)
        new, safe = found or (None, True)
    if (
        conversion.start - first != 2 * number
        or not form.text.startswith(old, conversion.start)
        or new is None
    ):
        return None
    new = new if format_text.letter(conversion) == "p" else f"0x{new}"
    end = conversion.start + len(old)
    fix = format_text.fix(tree, form, (first, end, new), safety="safe" if safe else "unsafe")
    return new + form.text[end : conversion.end], fix


RULE = DoubledHexPrefix()
