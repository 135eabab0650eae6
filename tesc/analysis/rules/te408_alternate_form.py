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

_PREFIXES = {"x": "0x", "X": "0x", "o": "0", "b": "0b"}


class AlternateForm(EventRule):
    """A conversion asks for `0x` with the flag `#`.

    `%#x` prints 0 without a prefix, counts the prefix towards the width, and is lost by generators that
    do not know the flag: QEMU's does not find such a conversion when it describes fields to LTTng. QEMU's
    style is to write the prefix in the format.

    Wrong:

        dma_start(uint32_t count, uint32_t flags) "count %u flags %#010x"

    Right:

        dma_start(uint32_t count, uint32_t flags) "count %u flags 0x%08x"
    """

    code = "TE408"
    name = "alternate-form"
    reference = "tracers"
    by_pairs = True
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or "#" not in form.text:
            return
        for conversion in form.parsed.conversions:
            prefix = _PREFIXES.get(format_text.letter(conversion))
            # With a 0x before it, TE422 reports the two prefixes.
            if (
                "#" not in conversion.flags
                or prefix is None
                or format_text.prefix_before(form.text, conversion.start) >= 0
            ):
                continue
            help_, fix = _fixed(tree, form, conversion, prefix)
            shown = form.text[conversion.start : conversion.end]
            span = format_text.span(form, conversion.start, conversion.end)
            yield Report(span, f"'{shown}' lets the flag '#' print the prefix", help_, fix=fix)


def _fixed(tree: Tree, form: Format, conversion: Conversion, prefix: str) -> tuple[str, Fix | None]:
    old = format_text.head(conversion)
    found = format_text.without_alternate(conversion)
    if found is None or prefix == "0" or not form.text.startswith(old, conversion.start):
        # `%#o` adds a digit to the number only if needed.
        safe, new = False, old.replace("#", "")
    else:
        safe, new = found[1], found[0]
    end = conversion.start + len(old)
    rest = form.text[end : conversion.end]
    if not form.text.startswith(old, conversion.start):
        return f"write the prefix: '{prefix}%'", None
    return f"write '{prefix}{new}{rest}'", format_text.fix(
        tree, form, (conversion.start, end, prefix + new), safety="safe" if safe else "unsafe"
    )


RULE = AlternateForm()
