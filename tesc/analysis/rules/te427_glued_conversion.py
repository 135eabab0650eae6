from __future__ import annotations

import re

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Fix
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Conversion, Macro

# A letter, the end of a string, and a macro.
_CANDIDATE = re.compile(r'[A-Za-z]"[ \t]*PRI')


class GluedConversion(EventRule):
    """A conversion runs into a macro.

    The macro brings the letter of a conversion: `%x" PRIx8` is `%xhhx`, which prints the number and then
    the text `hhx`.

    Wrong:

        command(uint8_t opcode) "opcode 0x%x" PRIx8

    Right:

        command(uint8_t opcode) "opcode 0x%" PRIx8
    """

    code = "TE427"
    name = "glued-conversion"
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or _CANDIDATE.search(form.text) is None:
            return
        types = {c.start: p.type.base for c, p in format_text.arguments(event) if not p.type.is_pointer}
        for macro in format_text.stray_macros(form):
            conversion = format_text.glued(form, macro)
            if conversion is None:
                continue
            shown = form.text[conversion.start : conversion.end]
            help_, fix = _mended(tree, form, conversion, macro, types.get(conversion.start))
            yield Report(
                format_text.span(form, conversion.start, macro.end),
                f"'{shown}' is a conversion already: {macro.name} is printed as text",
                help_,
                fix=fix,
            )


def _mended(
    tree: Tree, form: Format, conversion: Conversion, macro: Macro, base: str | None
) -> tuple[str, Fix | None]:
    """Leave out what does not fit the parameter: the letter of the conversion, or the macro."""
    shown = form.text[conversion.start : conversion.end]
    length = len(conversion.length) + 1
    if base not in (f"int{macro.name[4:]}_t", f"uint{macro.name[4:]}_t"):
        start = form.text.index('"', conversion.end) + 1
        fix = None if base is None else format_text.fix(tree, form, (start, macro.end, ""))
        return f"leave out {macro.name}", fix
    if conversion.letter not in format_text.INTEGER or not shown.endswith(
        conversion.length + conversion.letter
    ):
        return f"leave out {macro.name}", None
    hexadecimal = macro.name[3] in format_text.HEX
    prefixed = format_text.prefix_before(form.text, conversion.start) >= 0
    if hexadecimal != prefixed and hexadecimal != (conversion.letter in format_text.HEX):
        # Who knows whether hex or decimal was meant.
        return f"leave out the '{conversion.letter}', or {macro.name}", None
    fix = format_text.fix(tree, form, (conversion.end - length, conversion.end, ""))
    return f'write {shown[:-length]}" {macro.name}', fix


RULE = GluedConversion()
