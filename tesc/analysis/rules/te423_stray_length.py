from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree
    from tesc.syntax.printf import Conversion

_CANDIDATE = re.compile(r"%[^%\"A-Za-z]*[hlqjztLZ]*[diouxX]ll?(?![A-Za-z0-9_])")
_STRAY = re.compile(r"ll?(?![A-Za-z0-9_])")
# What prints each type; the others' macros are no letters to move.
_LENGTHS = {
    "long": "l",
    "unsigned long": "l",
    "long long": "ll",
    "unsigned long long": "ll",
    "size_t": "z",
    "ssize_t": "z",
    "intptr_t": "z",
    "uintptr_t": "z",
    "ptrdiff_t": "t",
}
_SIXTY_FOUR = ("int64_t", "uint64_t")


class StrayLength(EventRule):
    """The length of a conversion stands behind its letter.

    `%ul` is the conversion `%u`, which prints an `unsigned int`, and then the letter l. Lengths stand
    before the letter: `%lu`. Where the parameter needs no length, the letter goes.

    Wrong:

        add_page(uint32_t index, uint32_t length) "page %u length %ul"

    Right:

        add_page(uint32_t index, uint32_t length) "page %u length %u"
    """

    code = "TE423"
    name = "stray-length"
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or _CANDIDATE.search(form.text) is None:
            return
        types = {c.start: p.type.base for c, p in format_text.arguments(event) if not p.type.is_pointer}
        for conversion in form.parsed.conversions:
            stray = _STRAY.match(form.text, conversion.end)
            if stray is None or conversion.letter not in format_text.INTEGER:
                continue
            shown = form.text[conversion.start : stray.end()]
            text = _mended(conversion, types.get(conversion.start))
            help_, fix = "put it before the letter, or leave it out", None
            if text is not None:
                end = stray.end()
                help_ = f"write '{text}'"
                if '"' in text:
                    help_ = f"write {text}"
                    # The macro ends the string; what follows in it needs another one.
                    end, text = (end + 1, text) if form.text[end] == '"' else (end, f'{text} "')
                fix = format_text.fix(tree, form, (conversion.start, end, text))
            yield Report(
                format_text.span(form, conversion.start, stray.end()),
                f"'{shown}' prints a number and then '{stray[0]}'",
                help_,
                fix=fix,
            )


def _mended(conversion: Conversion, base: str | None) -> str | None:
    """The conversion as its parameter needs it; None where that is not known."""
    if base is None or not conversion.text.endswith(conversion.length + conversion.letter):
        return None
    start = conversion.text[: len(conversion.text) - len(conversion.length) - 1]
    if base in _SIXTY_FOUR:
        return f'{start}" PRI{conversion.letter}64'
    return f"{start}{_LENGTHS.get(base, conversion.length)}{conversion.letter}"


RULE = StrayLength()
