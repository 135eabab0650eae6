from __future__ import annotations

from tesc.analysis.formats.wording import called
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.arguments import printings
from tesc.syntax.data_models import UNSIGNED
from tesc.syntax.source import Span
from tesc.units.printed_numbers import cut, width_and_sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree

_UNSIGNED_LETTERS = ("o", "u", "x", "X")


class NegativeInSystemtap(EventRule):
    """A log tapset prints a negative number with 64 bits where the log prints 32.

    SystemTap's numbers have 64 bits, whatever the argument's type. QEMU's tracetool passes them to
    SystemTap's printf unchanged, so `%x` prints an `int` of -1 as `ffffffffffffffff`, and `%u` prints it
    as 18446744073709551615. Only negative numbers are affected, so this is only information. With `compat
    = "fixed"` the tapset truncates them as C does.

    Wrong:

        set_mask(int mask, int8_t level) "mask 0x%x level %u"

    Right:

        set_mask(unsigned int mask, int8_t level) "mask 0x%x level %d"
    """

    code = "TE437"
    name = "negative-in-systemtap"
    reference = "tracers"
    by_pairs = True
    severity = "information"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None:
            return
        how = printings(form.text)
        for index, parameter in enumerate(event.parameters):
            printing = how.get(index)
            # SystemTap rejects those with a length (TE430).
            if printing is None or printing.letter not in _UNSIGNED_LETTERS or printing.length:
                continue
            type_ = parameter.type
            if cut(type_.text, printing) is None or not width_and_sign(type_.text)[1]:
                continue
            conversion = printing.conversion
            yield Report(
                Span(form.start + conversion.start, form.start + conversion.end),
                f"{called(conversion)} prints a negative '{parameter.name}' with 64 bits in a log tapset",
                _help(type_.base or "", printing.letter),
            )


def _help(base: str, letter: str) -> str:
    if letter == "u":
        return "print it as a signed number"
    instead = f"u{base}" if base.endswith("_t") else UNSIGNED.get(base, f"unsigned {base}")
    return f"declare it '{instead}'"


RULE = NegativeInSystemtap()
