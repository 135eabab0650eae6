from __future__ import annotations

from tesc.analysis import format_text
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.inttypes import PRI_MACROS
from tesc.units.compat import lttng_conversions, lttng_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.analysis.diagnostic import Fix
    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Format, Tree
    from tesc.syntax.printf import Macro
    from tesc.syntax.source import Span

# char and short, which C promotes anyway, and a bare signed, each with an equivalent that gets a field.
_INSTEAD = {"char": "int8_t", "signed char": "int8_t", "short": "int16_t", "int": "int"}


class FieldLost(EventRule):
    """LTTng gets no field for a parameter.

    QEMU's tracetool describes an event to LTTng by the conversions that it finds in the format, one for
    each parameter. It takes text that touches a macro for part of the macro's name (`PRIx64"/%d"`), and
    does not find a conversion with a flag such as `%-8d`. The last parameters, for which no conversion is
    left, get no field, nor does one of type `char`, `short` or `signed`. Text logs still have the values,
    so this is only information. A number that is shown in another base is reported by TE433.

    Wrong:

        disk_used(uint64_t used, uint64_t size) "%"PRIu64"/%"PRIu64" bytes"

    Right:

        disk_used(uint64_t used, uint64_t size) "%" PRIu64 "/%" PRIu64 " bytes"
    """

    code = "TE414"
    name = "field-lost"
    reference = "tracers"
    by_pairs = True
    severity = "information"
    fixable = True

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic" and settings.compat == "qemu"

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        form = event.format
        if form is None or not event.parameters:
            return
        found = lttng_conversions(form.text)
        for parameter, conversion in zip(event.parameters, found):
            type_ = parameter.type
            # TE419 reports and fixes 'signed short'.
            if type_.base not in _INSTEAD or ("short" in type_.words and "signed" in type_.words):
                continue
            if not lttng_field(type_.text, conversion):
                message = f"LTTng gets no field for '{parameter.name}': its type is '{type_.text}'"
                yield Report(parameter.type_span, message, _help(type_.base, conversion))
        lost = event.parameters[len(found) :]
        if any(macro.name not in PRI_MACROS for macro in form.parsed.macros):
            return  # a misspelt macro (TE411)
        # Other rules report missing arguments, widths that are arguments, and the flag '#'.
        if lost and format_text.arguments(event) and not any("#" in c.flags for c in form.parsed.conversions):
            span, fix, help_ = _cause(tree, form, len(event.parameters))
            message = f"LTTng gets no field for {_listed([parameter.name for parameter in lost])}"
            yield Report(span, message, help_, fix=fix)


def _help(base: str | None, conversion: str) -> str:
    if base == "char" and "c" in conversion:
        return "declare it 'int'; C promotes it to int anyway"
    return f"declare it '{_INSTEAD[base or '']}'"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"]))


def _cause(tree: Tree, form: Format, parameters: int) -> tuple[Span, Fix | None, str]:
    """The span that hides conversions from the generator, the fix, and the help text."""
    # The generator reads any text that touches a macro as part of its name, up to the next space.
    touching = [macro for macro in form.parsed.macros if form.text[macro.end : macro.end + 1] == '"']
    # From last to first, so that offsets stay valid.
    apart = form.text
    for macro in reversed(touching):
        apart = f"{apart[: macro.end]} {apart[macro.end :]}"
    if touching and len(lttng_conversions(apart)) >= parameters:
        hiding = [macro for macro in touching if _hides(form, macro)] or touching
        fix = format_text.fix(tree, form, *((macro.end, macro.end, " ") for macro in hiding))
        what = "the macro" if len(hiding) == 1 else "each macro"
        return format_text.span(form, hiding[0].start, hiding[0].end), fix, f"put a space after {what}"
    hidden = [c for c in form.parsed.conversions if c.flags.strip("0") and c.arguments]
    for conversion in hidden:
        shown = form.text[conversion.start : conversion.end]
        where = format_text.span(form, conversion.start, conversion.end)
        return where, None, f"write '{shown}' without the flag '{conversion.flags.strip('0')[0]}'"
    return format_text.span(form, 0, len(form.text.rstrip(" \t"))), None, "write it in one string"


def _hides(form: Format, macro: Macro) -> bool:
    """Whether a conversion touches a macro, without a space between them."""
    following = next((one for one in form.parsed.conversions if one.start >= macro.end), None)
    return following is not None and not {" ", "\t"} & {*form.text[macro.end : following.start]}


RULE = FieldLost()
