from __future__ import annotations

from tesc.analysis.rule import EventRule, Report
from tesc.syntax.arguments import printings
from tesc.syntax.source import Span
from tesc.units.compat import lttng_conversions, lttng_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.arguments import Printing
    from tesc.syntax.nodes import Event, Tree

_HEX = ("x", "X", "p")


class ShownInAnotherBase(EventRule):
    """LTTng shows a number in a different base than the format does.

    QEMU's tracetool finds the conversions of a format with a regular expression of its own, and shows a
    number in hex if what it found contains an `x`. A width hides the macro after it (`0x%016" PRIx64`),
    `%X` has no `x`, the `x` of `%dx%d` is not part of a conversion, and a `ptrdiff_t` is always shown in
    hex. The value is right, and readers of the trace can print it as they like, so this is only
    information.

    Wrong:

        resize(int width, int height, uint32_t mask) "%dx%d mask 0x%X"

    Right:

        resize(int width, int height, uint32_t mask) "%d x %d mask 0x%x"
    """

    code = "TE433"
    name = "shown-in-another-base"
    reference = "tracers"
    by_pairs = True
    severity = "information"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or not event.parameters:
            return
        how = printings(form.text)
        for index, (parameter, found) in enumerate(zip(event.parameters, lttng_conversions(form.text))):
            kind = lttng_field(parameter.type.text, found)
            printing = how.get(index)
            if printing is None or parameter.type.is_pointer or not kind.startswith("integer"):
                continue
            shown, wanted = kind == "integer_hex", printing.letter in _HEX
            if shown != wanted and printing.letter in "diuoxX":
                conversion = printing.conversion
                yield Report(
                    Span(form.start + conversion.start, form.start + conversion.end),
                    f"LTTng shows '{parameter.name}' in {_named(shown)}, the format in {_named(wanted)}",
                    _help(parameter.type.text, printing),
                )


def _named(hexadecimal: bool) -> str:
    return "hexadecimal" if hexadecimal else "decimal"


def _help(type_text: str, printing: Printing) -> str | None:
    """How to make tracetool show the format's base; None if that is impossible."""
    conversion = printing.conversion
    if printing.letter not in _HEX:
        return None if "ptr" in type_text else f"put a space after '{conversion.text}'"
    if conversion.macro is not None:
        return f"remove the width, which hides {conversion.macro.name}" if conversion.width else None
    return f"write '{conversion.text[:-1]}x'" if conversion.letter == "X" else None


RULE = ShownInAnotherBase()
