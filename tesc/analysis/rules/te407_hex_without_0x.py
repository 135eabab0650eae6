from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.formats.pairing import pairings
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion

# A prefix with the first digits after it, or spaces; another sign that a number is
# hex; a number that the group starts with.
_PREFIXED = re.compile(
    r"0[xX](?:[0-9A-Fa-f]+|[ \t]+)?\Z|(?:U\+|\$|\\x|(?<![A-Za-z0-9_])x)\Z|(?<![A-Za-z0-9_])\d+[.:/]\Z"
)
_COLOUR_WIDTHS = ("6", "8")
# Intel's suffix; a number that the group ends with.
_FOLLOWED = re.compile(r"[hH](?![A-Za-z0-9_])|[.:/]\d")


class HexWithout0x(EventRule):
    """A number is printed in hex without `0x` before it.

    A reader of `len 10` cannot tell sixteen from ten. QEMU's style requires `0x` before every number in
    hex, except in groups whose parts are separated by `.`, `:`, `/` or a space, such as addresses of
    network cards and PCI functions, or dumped bytes.

    Wrong:

        mmio_read(uint64_t addr, unsigned int size) "addr %" PRIx64 " size %u"

    Right:

        mmio_read(uint64_t addr, unsigned int size) "addr 0x%" PRIx64 " size %u"
        set_mac(uint8_t a, uint8_t b, uint8_t c) "mac %02x:%02x:%02x"
    """

    code = "TE407"
    name = "hex-without-0x"
    by_pairs = True
    severity = "warning"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        conversions = form.parsed.conversions
        for index, conversion in enumerate(conversions):
            if format_text.letter(conversion) not in format_text.HEX or "#" in conversion.flags:
                continue
            if _marked(form, conversions, index) or _grouped(form, conversions, index):
                continue
            if _takes_pointer(event, index, settings.data_models):
                continue  # it should be %p (TE401), which prints its own 0x
            shown = form.text[conversion.start : conversion.end]
            # 'irq0x1f' would be as unclear as 'irq1f'.
            fix = None
            if not format_text.follows_word(form.text, conversion.start):
                fix = format_text.fix(tree, form, (conversion.start, conversion.start, "0x"))
            span = format_text.span(form, conversion.start, conversion.end)
            yield Report(span, f"'{shown}' prints a number in hex without 0x", f"write '0x{shown}'", fix=fix)


def _takes_pointer(event: Event, index: int, models: tuple[str, ...]) -> bool:
    taken = [one.parameter for one in pairings(event, models) if one.slot.conversion == index]
    return any(at is not None and event.parameters[at].type.is_pointer for at in taken)


def _marked(form: Format, conversions: Sequence[Conversion], index: int) -> bool:
    """Whether the text around a number shows that it is hex, or part of a larger number."""
    before = form.parsed.text_before(index)
    if before == "" and index:
        return True
    if before.endswith("#") and conversions[index].width in _COLOUR_WIDTHS:
        return True
    after = form.parsed.text_before(index + 1)
    return _PREFIXED.search(before) is not None or _FOLLOWED.match(after) is not None


def _grouped(form: Format, conversions: Sequence[Conversion], index: int) -> bool:
    """Whether a number belongs to a group."""
    dashes = 0
    for left, right in ((index - 1, index), (index, index + 1)):
        if left < 0 or right == len(conversions):
            continue
        other = format_text.letter(conversions[left if left != index else right])
        gap = form.parsed.text_before(right)
        if gap in (".", ":", "/") and other in format_text.INTEGER:
            return True
        if gap.strip(" \t") == "" and other in format_text.HEX:
            return True
        if gap == "-" and other in format_text.HEX:
            dashes += _run_of_dashes(form, conversions, left, right)
    # One dash may mean a range, several mean an address or a UUID.
    return dashes > 1


def _run_of_dashes(form: Format, conversions: Sequence[Conversion], left: int, right: int) -> int:
    """The number of dashes: that between two numbers in hex, and those next to them."""
    more = 1
    for a, b in ((left - 1, left), (right, right + 1)):
        if a >= 0 and b < len(conversions) and form.parsed.text_before(b) == "-":
            more += all(format_text.letter(conversions[i]) in format_text.HEX for i in (a, b))
    return more


RULE = HexWithout0x()
