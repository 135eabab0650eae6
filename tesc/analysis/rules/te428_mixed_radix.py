from __future__ import annotations

import os
import re

from tesc.analysis import format_text
from tesc.analysis.diagnostic import Related
from tesc.analysis.rule import FileRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Parameter, Tree
    from tesc.syntax.printf import Conversion
    from tesc.syntax.source import Span

    # An event, a conversion in it, and the parameter that it prints.
    Printed = tuple[Event, Conversion, Parameter]

# Names of values usually shown in hex: addresses and bit sets.
_HEX_NAMES = re.compile(
    r"(?:[a-z0-9]+_)*(?:[gphv]?v?p?addr(?:ess)?|iova|gpa|hva|gfn|offset|flags?|mask|features|reg|pc)"
)


class MixedRadix(FileRule):
    """A parameter is printed in hex by one event and in decimal by a related one.

    Related events are in one file, their names begin alike, and the parameters have the same name.
    Somebody who follows a value through a log needs to find it in both. The minority is reported; if the
    name is that of an address or of flags, the decimal ones are. Off by default, since each way is right
    by itself.

    Wrong:

        uart_read(uint64_t addr, uint32_t value) "addr 0x%" PRIx64 " value %u"
        uart_write(uint64_t addr, uint32_t value) "addr %" PRIu64 " value %u"

    Right:

        uart_read(uint64_t addr, uint32_t value) "addr 0x%" PRIx64 " value %u"
        uart_write(uint64_t addr, uint32_t value) "addr 0x%" PRIx64 " value %u"
    """

    code = "TE428"
    name = "mixed-radix"
    severity = "information"
    on_by_default = False

    def check(self, tree: Tree, settings: Settings) -> Iterator[Report]:
        folder = os.path.basename(os.path.dirname(tree.source.file))
        sisters: dict[tuple[str, str], list[Printed]] = {}
        for event in tree.events:
            family = _family(event.name, folder)
            for conversion, parameter in format_text.arguments(event):
                if not parameter.type.pointers:
                    sisters.setdefault((family, parameter.name), []).append((event, conversion, parameter))
        for printed in sisters.values():
            yield from _mixed(tree, printed)


def _family(name: str, folder: str) -> str:
    """The first word of an event's name; two words if the first is the folder's name."""
    words = name.split("_")
    return "_".join(words[: 2 if words[0] == folder else 1])


def _mixed(tree: Tree, printed: list[Printed]) -> Iterator[Report]:
    in_hex = [one for one in printed if format_text.letter(one[1]) in format_text.HEX]
    in_decimal = [one for one in printed if format_text.letter(one[1]) in format_text.DECIMAL]
    if not (in_hex and in_decimal):
        return
    hex_is_right = _HEX_NAMES.fullmatch(printed[0][2].name) or len(in_hex) >= len(in_decimal)
    right, wrong = (in_hex, in_decimal) if hex_is_right else (in_decimal, in_hex)
    this, that = ("decimal", "hex") if hex_is_right else ("hex", "decimal")
    model = right[0][0]
    there = Related(tree.source, _place(right[0]), f"'{model.name}' prints it in {that}")
    help = "print it in hex, after 0x" if hex_is_right else "print it in decimal, without 0x"
    for event, conversion, parameter in wrong:
        message = f"'{parameter.name}' is printed in {this}, and in {that} by '{model.name}'"
        yield Report(_place((event, conversion, parameter)), message, help, (there,))


def _place(printed: Printed) -> Span:
    event, conversion, _ = printed
    assert event.format is not None
    return format_text.span(event.format, conversion.start, conversion.end)


RULE = MixedRadix()
