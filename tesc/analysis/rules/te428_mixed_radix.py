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

# Names of what is read in hex: addresses and sets of bits.
_NAMES = re.compile(
    r"(?:[a-z0-9]+_)*(?:[gphv]?v?p?addr(?:ess)?|iova|gpa|hva|gfn|offset|flags?|mask|features|reg|pc)"
)


class MixedRadix(FileRule):
    """An address or a set of flags is printed in hex by one event and in decimal by its sister.

    Sisters are events of one file whose names begin alike. Who follows an address through a log has to
    find it in both. Off by default, since both ways are right by themselves.

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
        sisters: dict[tuple[str, str, str], list[tuple[Event, Conversion, Parameter]]] = {}
        for event in tree.events:
            if not any(_NAMES.fullmatch(parameter.name) for parameter in event.parameters):
                continue
            for conversion, parameter in format_text.arguments(event):
                if _NAMES.fullmatch(parameter.name) and not parameter.type.is_pointer:
                    key = (_family(event.name, folder), parameter.name, parameter.type.text)
                    sisters.setdefault(key, []).append((event, conversion, parameter))
        for uses in sisters.values():
            yield from _mixed(tree, uses)


def _family(name: str, folder: str) -> str:
    """The first word of an event's name, or two where the first is the one that all of a folder share."""
    words = name.split("_")
    return "_".join(words[: 2 if words[0] == folder else 1])


def _mixed(tree: Tree, uses: list[tuple[Event, Conversion, Parameter]]) -> Iterator[Report]:
    first = next((use for use in uses if format_text.letter(use[1]) in format_text.HEX), None)
    if first is None:
        return
    form = first[0].format
    assert form is not None
    there = Related(
        tree.source,
        format_text.span(form, first[1].start, first[1].end),
        f"'{first[0].name}' prints it in hex",
    )
    for event, conversion, parameter in uses:
        if format_text.letter(conversion) in format_text.DECIMAL:
            assert event.format is not None
            where = format_text.span(event.format, conversion.start, conversion.end)
            message = f"'{parameter.name}' is printed in decimal, and in hex by '{first[0].name}'"
            yield Report(where, message, "print it in hex, after 0x", (there,))


RULE = MixedRadix()
